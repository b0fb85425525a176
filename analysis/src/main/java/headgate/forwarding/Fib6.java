package headgate.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;

/// One IPv6 routing table: longest-prefix match on the destination, inside a prefix on the source,
/// then the order of the kernel's `rt6_select` (metric first, then device and router preference).
///
/// Built in bulk and immutable: [#with] and [#without] make the table with one route changed.
public final class Fib6 extends FibTable<Flowi6, Fib6Result, Fib6Info> {
    /// What became of asking one prefix.
    private static final int SKIPPED = 0;

    private static final int REFUSED = 1;
    private static final int FOUND = 2;

    /// The routes of one prefix that has several, or one for some sources only.
    ///
    /// @param sourceless those for any source, by metric
    /// @param sources one element for each source prefix, the longest first
    private record Node(Fib6Info[] sourceless, Fib6Info[][] sources) {
        /// Sorting keeps the order in which routes of one source and metric were added.
        static Node of(List<Fib6Info> routes) {
            var bySource = new HashMap<Prefix6, List<Fib6Info>>();
            for (Fib6Info info : routes) {
                bySource.computeIfAbsent(info.source(), _ -> new ArrayList<>()).add(info);
            }
            bySource.values()
                    .forEach(of ->
                            of.sort((a, b) -> Integer.compareUnsigned(a.metric(), b.metric())));
            List<Fib6Info> sourceless = bySource.remove(Prefix6.DEFAULT);
            Fib6Info[][] sources =
                    bySource.entrySet().stream()
                            .sorted(Comparator.comparingInt(e -> -e.getKey().length()))
                            .map(e -> e.getValue().toArray(Fib6Info[]::new))
                            .toArray(Fib6Info[][]::new);
            return new Node(
                    sourceless == null ? new Fib6Info[0] : sourceless.toArray(Fib6Info[]::new),
                    sources);
        }

        /// Everything here, in the order in which `ip -6 route` lists it.
        List<Fib6Info> all() {
            var all = new ArrayList<Fib6Info>(List.of(sourceless));
            for (Fib6Info[] routes : sources) {
                all.addAll(List.of(routes));
            }
            return all;
        }
    }

    /// One route for any source as itself, others as [Node].
    private static final PrefixTable.Packing<Fib6Info> PACKING =
            new PrefixTable.Packing<>() {
                @Override
                public Object pack(List<Fib6Info> routes) {
                    Fib6Info first = routes.getFirst();
                    return routes.size() == 1 && first.source().length() == 0
                            ? first
                            : Node.of(routes);
                }

                @Override
                public List<Fib6Info> unpack(Object packed) {
                    return packed instanceof Fib6Info only ? List.of(only) : ((Node) packed).all();
                }

                @Override
                public Errno answer(Object packed) {
                    return packed instanceof Fib6Info only
                                    && only.unmodelled().isEmpty()
                                    && (only.nextHops().isEmpty()
                                            || only.nextHops().size() == 1
                                                    && only.nextHops().getFirst().usable())
                            ? only.type().error()
                            : null;
                }
            };

    private Fib6(int id, PrefixTable<Fib6Info> prefixes, boolean unreadable) {
        super(id, prefixes, unreadable);
    }

    Prefix6 prefix(int leaf) {
        return prefixes.prefix(leaf);
    }

    /// All routes, by address, length and preference.
    public List<Route6> routes() {
        var routes = new ArrayList<Route6>(prefixes.size());
        prefixes.forEach((prefix, info) -> routes.add(new Route6(prefix, id, info)));
        return routes;
    }

    /// This table with one more route.
    public Fib6 with(Prefix6 prefix, Fib6Info info) {
        return new Fib6(id, prefixes.with(prefix, info), unreadable);
    }

    /// This table without that route; the same table if it does not have it.
    public Fib6 without(Prefix6 prefix, Fib6Info info) {
        PrefixTable<Fib6Info> left = prefixes.without(prefix, info);
        return left == prefixes ? this : new Fib6(id, left, unreadable);
    }

    /// Finds the route for `flow` (kernel: `fib6_table_lookup`).
    @Override
    public Errno lookup(Flowi6 flow, boolean ignoreLinkState, Fib6Result result) {
        int value = find(flow.destinationHigh, flow.destinationLow);
        Errno answer = plainAnswer(value);
        if (answer == null || flow.strict) {
            return askFrom(value, flow, ignoreLinkState, result);
        }
        result.set(this, value, null, 0);
        return answer;
    }

    /// Asks the routes of a prefix, then those of the shorter ones around it.
    private Errno askFrom(int first, Flowi6 flow, boolean ignoreLinkState, Fib6Result result) {
        if (unreadable) {
            result.incomplete = "a route of this table could not be read";
            return Errno.EAGAIN;
        }
        boolean backtracks = false;
        for (int value = first; value != LeafRoutes.NO_ROUTES; value = prefixes.around(value)) {
            Object routes = prefixes.routesOf(value);
            if (routes instanceof Fib6Info only) {
                if (chooses(flow, ignoreLinkState, result, value, only)) {
                    return answer(result, only);
                }
                backtracks = true;
            } else {
                int asked = asks(flow, ignoreLinkState, result, value, (Node) routes, backtracks);
                if (asked == FOUND) {
                    return answer(result, result.info());
                }
                backtracks |= asked == REFUSED;
            }
        }
        return Errno.EAGAIN;
    }

    private static Errno answer(Fib6Result result, Fib6Info info) {
        if (!info.unmodelled().isEmpty()) {
            result.incomplete = info.unmodelled();
        }
        return result.incomplete != null ? Errno.EAGAIN : info.type().error();
    }

    @Override
    Fib6Info onlyRoute(int value) {
        return (Fib6Info) prefixes.routesOf(value);
    }

    /// Asks a prefix that has source-specific routes, or several.
    ///
    /// The first search passes over a prefix whose source-specific routes are all for other
    /// sources, also over its routes for any source; only the default prefix is not passed over,
    /// and only the way back from a route that cannot be used looks at them all (kernel:
    /// `fib6_node_lookup_1`, `fib6_backtrack`).
    private int asks(
            Flowi6 flow,
            boolean ignoreLinkState,
            Fib6Result result,
            int value,
            Node node,
            boolean backtracks) {
        boolean matched = false;
        for (Fib6Info[] routes : node.sources) {
            if (routes[0].source().contains(flow.sourceHigh, flow.sourceLow)) {
                matched = true;
                if (selects(flow, ignoreLinkState, result, value, routes)) {
                    return FOUND;
                }
            }
        }
        if (node.sources.length > 0
                && !matched
                && !backtracks
                && prefixes.length(prefixes.leaf(value)) > 0) {
            return SKIPPED;
        }
        return selects(flow, ignoreLinkState, result, value, node.sourceless) ? FOUND : REFUSED;
    }

    /// Of the routes with the lowest metric the one with the best score; if none of them can be
    /// used, the one with the best score of all others (kernel: `find_rr_leaf`).
    private boolean selects(
            Flowi6 flow, boolean ignoreLinkState, Fib6Result result, int value, Fib6Info[] routes) {
        int end = 0;
        while (end < routes.length && routes[end].metric() == routes[0].metric()) {
            end++;
        }
        return selects(flow, ignoreLinkState, result, value, routes, 0, end)
                || selects(flow, ignoreLinkState, result, value, routes, end, routes.length);
    }

    private boolean selects(
            Flowi6 flow,
            boolean ignoreLinkState,
            Fib6Result result,
            int value,
            Fib6Info[] routes,
            int from,
            int to) {
        Fib6Info best = null;
        int bestHop = -1;
        int bestScore = -1;
        for (int i = from; i < to; i++) {
            for (int hop = 0; hop < Math.max(1, routes[i].nextHops().size()); hop++) {
                int score = score(flow, ignoreLinkState, routes[i], hop);
                if (score > bestScore) {
                    bestScore = score;
                    best = routes[i];
                    bestHop = hop;
                }
            }
        }
        if (best != null) {
            result.set(this, value, best, bestHop);
        }
        return best != null;
    }

    private boolean chooses(
            Flowi6 flow, boolean ignoreLinkState, Fib6Result result, int value, Fib6Info info) {
        List<NextHop> hops = info.nextHops();
        if (hops.size() == 1) {
            return score(flow, ignoreLinkState, info, 0) >= 0 && takes(result, value, 0);
        }
        int best = -1;
        int bestScore = -1;
        for (int hop = 0; hop < Math.max(1, hops.size()); hop++) {
            int score = score(flow, ignoreLinkState, info, hop);
            if (score > bestScore) {
                bestScore = score;
                best = hop;
            }
        }
        return best >= 0 && takes(result, value, best);
    }

    private boolean takes(Fib6Result result, int value, int hop) {
        result.set(this, value, null, hop);
        return true;
    }

    /// Kernel: `rt6_score_route`, with the tests of `__find_rr_leaf` before it; -1 if the next hop
    /// cannot be used.
    private static int score(Flowi6 flow, boolean ignoreLinkState, Fib6Info info, int hop) {
        if (hop >= info.nextHops().size()) {
            return info.preference() << 2;
        }
        NextHop nextHop = info.nextHops().get(hop);
        if (!nextHop.usable() && !(ignoreLinkState && nextHop.linkdown())) {
            return -1;
        }
        NetDevice preferred = flow.preferredDevice();
        boolean sameDevice = preferred == null || nextHop.device() == preferred;
        if (!sameDevice && flow.strict) {
            return -1;
        }
        return info.preference() << 2 | (sameDevice ? 2 : 0);
    }

    /// Collects the routes of one table.
    public static final class Builder {
        private final int id;
        private final List<Prefix6> prefixes = new ArrayList<>();
        private final List<Fib6Info> infos = new ArrayList<>();
        private boolean unreadable;

        /// @param id as [Fib6#id]
        public Builder(int id) {
            this.id = id;
        }

        /// Notes that a route of this table is missing here, so that its answers cannot be trusted.
        void unreadable() {
            unreadable = true;
        }

        public void add(Prefix6 prefix, Fib6Info info) {
            prefixes.add(prefix);
            infos.add(info);
        }

        public Fib6 build() {
            Integer[] order = new Integer[prefixes.size()];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, Comparator.comparing(prefixes::get));
            var table = new PrefixTable.Builder<>(PACKING, Integer.MAX_VALUE, order.length);
            for (int i = 0; i < order.length; ) {
                Prefix6 prefix = prefixes.get(order[i]);
                var same = new ArrayList<Fib6Info>(1);
                for (; i < order.length && prefixes.get(order[i]).equals(prefix); i++) {
                    same.add(infos.get(order[i]));
                }
                table.add(prefix.high(), prefix.low(), prefix.length(), PACKING.pack(same));
            }
            return new Fib6(id, table.build(), unreadable);
        }
    }
}
