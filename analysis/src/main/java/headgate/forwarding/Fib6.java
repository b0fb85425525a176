package headgate.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;

/// One IPv6 routing table: longest-prefix match on the destination, inside a prefix on the source,
/// then the order of the kernel's `rt6_select` (metric first, then device and router preference).
///
/// Built in bulk and immutable: [#with] and [#without] make the table with one route changed, which
/// shares nothing that a reader of this one could see change.
public final class Fib6 implements FibTable<Flowi6, Fib6Result> {
    private static final int NONE = AddressRanges6.NONE;

    /// What became of asking one prefix.
    private static final int SKIPPED = 0;

    private static final int REFUSED = 1;
    private static final int FOUND = 2;

    private final int id;
    private final long[] highs;
    private final long[] lows;
    private final short[] lengths;
    private final int[] parents;

    /// Of each prefix, its only route, which is for any source; null if [#nodes] has its routes.
    private final Fib6Info[] infos;

    private final Node[] nodes;
    private final boolean unreadable;
    private final AddressRanges6 ranges;

    /// The routes of one prefix that has several, or one for some sources only.
    ///
    /// @param sourceless those for any source, by metric
    /// @param sources one element for each source prefix, the longest first
    private record Node(Fib6Info[] sourceless, Fib6Info[][] sources) {
        /// Everything here, in the order in which `ip -6 route` lists it.
        List<Fib6Info> all() {
            var all = new ArrayList<Fib6Info>(List.of(sourceless));
            for (Fib6Info[] routes : sources) {
                all.addAll(List.of(routes));
            }
            return all;
        }
    }

    private Fib6(
            int id,
            long[] highs,
            long[] lows,
            short[] lengths,
            Fib6Info[] infos,
            Node[] nodes,
            boolean unreadable) {
        this.id = id;
        this.highs = highs;
        this.lows = lows;
        this.lengths = lengths;
        this.infos = infos;
        this.nodes = nodes;
        this.unreadable = unreadable;
        this.parents = new int[highs.length];
        this.ranges = new AddressRanges6(highs, lows, lengths, parents);
    }

    /// Number of the table as rtnetlink(7) counts: 255 local, 254 main; -1 for a table that is
    /// known by name only.
    public int id() {
        return id;
    }

    /// How many prefixes the table has.
    public int size() {
        return highs.length;
    }

    Prefix6 prefix(int leaf) {
        return new Prefix6(highs[leaf], lows[leaf], lengths[leaf]);
    }

    int prefixLength(int leaf) {
        return lengths[leaf];
    }

    /// All routes, by address, length and preference.
    public List<Route6> routes() {
        var routes = new ArrayList<Route6>(infos.length);
        for (int leaf = 0; leaf < infos.length; leaf++) {
            for (Fib6Info info : routesAt(leaf)) {
                routes.add(new Route6(prefix(leaf), id, info));
            }
        }
        return routes;
    }

    private List<Fib6Info> routesAt(int leaf) {
        return infos[leaf] != null ? List.of(infos[leaf]) : nodes[leaf].all();
    }

    /// Finds the route for `flow` (kernel: `fib6_table_lookup`).
    @Override
    public Errno lookup(Flowi6 flow, boolean ignoreLinkState, Fib6Result result) {
        if (unreadable) {
            result.incomplete = "a route of this table could not be read";
            return Errno.EAGAIN;
        }
        boolean backtracks = false;
        int leaf = ranges.leaf(flow.destinationHigh, flow.destinationLow);
        for (; leaf != NONE; leaf = parents[leaf]) {
            Fib6Info only = infos[leaf];
            if (only != null) {
                if (chooses(flow, ignoreLinkState, result, leaf, only)) {
                    return answer(result);
                }
                backtracks = true;
            } else {
                int asked = asks(flow, ignoreLinkState, result, leaf, backtracks);
                if (asked == FOUND) {
                    return answer(result);
                }
                backtracks |= asked == REFUSED;
            }
        }
        return Errno.EAGAIN;
    }

    private static Errno answer(Fib6Result result) {
        return result.incomplete != null ? Errno.EAGAIN : result.info.type().error();
    }

    /// Asks a prefix that has source-specific routes, or several.
    ///
    /// The first search passes over a prefix whose source-specific routes are all for other
    /// sources, also over its routes for any source; only the default prefix is not passed over,
    /// and only the way back from a route that cannot be used looks at them all (kernel:
    /// `fib6_node_lookup_1`, `fib6_backtrack`).
    private int asks(
            Flowi6 flow, boolean ignoreLinkState, Fib6Result result, int leaf, boolean backtracks) {
        Node node = nodes[leaf];
        boolean matched = false;
        for (Fib6Info[] routes : node.sources) {
            if (routes[0].source().contains(flow.sourceHigh, flow.sourceLow)) {
                matched = true;
                if (selects(flow, ignoreLinkState, result, leaf, routes)) {
                    return FOUND;
                }
            }
        }
        if (node.sources.length > 0 && !matched && !backtracks && lengths[leaf] > 0) {
            return SKIPPED;
        }
        return selects(flow, ignoreLinkState, result, leaf, node.sourceless) ? FOUND : REFUSED;
    }

    /// Of the routes with the lowest metric the one with the best score; if none of them can be
    /// used, the one with the best score of all others (kernel: `find_rr_leaf`).
    private boolean selects(
            Flowi6 flow, boolean ignoreLinkState, Fib6Result result, int leaf, Fib6Info[] routes) {
        int end = 0;
        while (end < routes.length && routes[end].metric() == routes[0].metric()) {
            end++;
        }
        return selects(flow, ignoreLinkState, result, leaf, routes, 0, end)
                || selects(flow, ignoreLinkState, result, leaf, routes, end, routes.length);
    }

    private boolean selects(
            Flowi6 flow,
            boolean ignoreLinkState,
            Fib6Result result,
            int leaf,
            Fib6Info[] routes,
            int from,
            int to) {
        Fib6Info best = null;
        int bestScore = -1;
        for (int i = from; i < to; i++) {
            for (int hop = 0; hop < Math.max(1, routes[i].nextHops().size()); hop++) {
                int score = score(flow, ignoreLinkState, routes[i], hop);
                if (score > bestScore) {
                    bestScore = score;
                    best = routes[i];
                    result.nextHopIndex = hop;
                }
            }
        }
        return best != null && found(result, leaf, best, result.nextHopIndex);
    }

    private boolean chooses(
            Flowi6 flow, boolean ignoreLinkState, Fib6Result result, int leaf, Fib6Info info) {
        List<NextHop> hops = info.nextHops();
        if (hops.size() == 1) {
            return score(flow, ignoreLinkState, info, 0) >= 0 && found(result, leaf, info, 0);
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
        return best >= 0 && found(result, leaf, info, best);
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

    private boolean found(Fib6Result result, int leaf, Fib6Info info, int hop) {
        // Most lookups of a run end in one table; a reference that stays needs no write barrier.
        if (result.table != this) {
            result.table = this;
        }
        result.leaf = leaf;
        result.info = info;
        result.nextHopIndex = hop;
        if (!info.unmodelled().isEmpty()) {
            result.incomplete = info.unmodelled();
        }
        return true;
    }

    /// This table with one more route.
    public Fib6 with(Prefix6 prefix, Fib6Info info) {
        int leaf = find(prefix);
        if (leaf < 0) {
            return spliced(-1 - leaf, 1, prefix, List.of(info));
        }
        var routes = new ArrayList<>(routesAt(leaf));
        routes.add(info);
        return spliced(leaf, 0, prefix, routes);
    }

    /// This table without that route; the same table if it does not have it.
    public Fib6 without(Prefix6 prefix, Fib6Info info) {
        int leaf = find(prefix);
        if (leaf < 0 || !routesAt(leaf).contains(info)) {
            return this;
        }
        var routes = new ArrayList<>(routesAt(leaf));
        routes.remove(info);
        return spliced(leaf, routes.isEmpty() ? -1 : 0, prefix, routes);
    }

    /// Index of the prefix; `-1 - i` if it is not there and would be at `i`.
    private int find(Prefix6 prefix) {
        int low = 0;
        int high = highs.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = compare(highs[middle], lows[middle], lengths[middle], prefix);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return -1 - low;
    }

    private static int compare(long high, long low, int length, Prefix6 prefix) {
        int order = Long.compareUnsigned(high, prefix.high());
        order = order != 0 ? order : Long.compareUnsigned(low, prefix.low());
        return order != 0 ? order : Integer.compare(length, prefix.length());
    }

    /// A copy in which `routes` are those of the prefix at `leaf`.
    ///
    /// @param more how many prefixes more the copy has there: 1, 0 or -1
    private Fib6 spliced(int leaf, int more, Prefix6 prefix, List<Fib6Info> routes) {
        int size = highs.length + more;
        int behind = leaf + (more > 0 ? 0 : 1);
        int behindNow = behind + more;
        int tail = highs.length - behind;
        long[] newHighs = Arrays.copyOf(highs, size);
        long[] newLows = Arrays.copyOf(lows, size);
        short[] newLengths = Arrays.copyOf(lengths, size);
        Fib6Info[] newInfos = Arrays.copyOf(infos, size);
        System.arraycopy(highs, behind, newHighs, behindNow, tail);
        System.arraycopy(lows, behind, newLows, behindNow, tail);
        System.arraycopy(lengths, behind, newLengths, behindNow, tail);
        System.arraycopy(infos, behind, newInfos, behindNow, tail);
        Node[] newNodes = Arrays.copyOf(nodes, size);
        System.arraycopy(nodes, behind, newNodes, behindNow, tail);
        if (more >= 0) {
            newHighs[leaf] = prefix.high();
            newLows[leaf] = prefix.low();
            newLengths[leaf] = (short) prefix.length();
            place(newInfos, newNodes, leaf, routes);
        }
        return new Fib6(id, newHighs, newLows, newLengths, newInfos, newNodes, unreadable);
    }

    private static void place(Fib6Info[] infos, Node[] nodes, int leaf, List<Fib6Info> routes) {
        boolean plain = routes.size() == 1 && routes.getFirst().source().length() == 0;
        infos[leaf] = plain ? routes.getFirst() : null;
        nodes[leaf] = plain ? null : node(routes);
    }

    /// Sorting keeps the order in which routes of one source and metric were added.
    private static Node node(List<Fib6Info> routes) {
        var bySource = new HashMap<Prefix6, List<Fib6Info>>();
        for (Fib6Info info : routes) {
            bySource.computeIfAbsent(info.source(), _ -> new ArrayList<>()).add(info);
        }
        bySource.values()
                .forEach(of -> of.sort((a, b) -> Integer.compareUnsigned(a.metric(), b.metric())));
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
            Arrays.sort(order, Comparator.comparing(prefixes::get, Builder::compareTo));
            int size = order.length;
            var highs = new long[size];
            var lows = new long[size];
            var lengths = new short[size];
            var leafInfos = new Fib6Info[size];
            var nodes = new Node[size];
            int leaves = 0;
            for (int i = 0; i < size; ) {
                Prefix6 prefix = prefixes.get(order[i]);
                var routes = new ArrayList<Fib6Info>(1);
                for (; i < size && prefixes.get(order[i]).equals(prefix); i++) {
                    routes.add(infos.get(order[i]));
                }
                highs[leaves] = prefix.high();
                lows[leaves] = prefix.low();
                lengths[leaves] = (short) prefix.length();
                place(leafInfos, nodes, leaves++, routes);
            }
            return new Fib6(
                    id,
                    Arrays.copyOf(highs, leaves),
                    Arrays.copyOf(lows, leaves),
                    Arrays.copyOf(lengths, leaves),
                    Arrays.copyOf(leafInfos, leaves),
                    Arrays.copyOf(nodes, leaves),
                    unreadable);
        }

        private static int compareTo(Prefix6 a, Prefix6 b) {
            return compare(a.high(), a.low(), a.length(), b);
        }
    }
}
