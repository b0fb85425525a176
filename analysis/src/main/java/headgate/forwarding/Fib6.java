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
/// shares everything but the pages of that route's entries with the one before.
public final class Fib6 implements FibTable<Flowi6, Fib6Result> {
    private static final int NONE = AddressRanges6.NONE;

    private static final int PAGE_BITS = 10;
    private static final int PAGE = 1 << PAGE_BITS;

    /// What became of asking one prefix.
    private static final int SKIPPED = 0;

    private static final int REFUSED = 1;
    private static final int FOUND = 2;

    private final int id;

    /// By [#PAGE] leaves each.
    private final Page[] pages;

    /// Of each prefix, its only route, which is for any source; null if its [Page] has its routes,
    /// and if it is gone. Beside [#pages], since each lookup comes here.
    private final Fib6Info[][] infos;

    /// How many leaves there are, with those that are gone.
    private final int leaves;

    /// Prefixes that were taken away: their leaves stay, and nothing leads to them.
    private final int gone;

    private final boolean unreadable;
    private final AddressRanges6 ranges;

    /// A run of leaves. Never changed once its table can be seen.
    private static final class Page {
        final long[] highs;
        final long[] lows;
        final short[] lengths;

        /// The next shorter prefix around each.
        final int[] parents;

        /// Null for prefixes with a single route for any source, and those that are gone.
        final Node[] nodes;

        Page(int size) {
            highs = new long[size];
            lows = new long[size];
            lengths = new short[size];
            parents = new int[size];
            nodes = new Node[size];
        }

        Page(Page from, int size) {
            highs = Arrays.copyOf(from.highs, size);
            lows = Arrays.copyOf(from.lows, size);
            lengths = Arrays.copyOf(from.lengths, size);
            parents = Arrays.copyOf(from.parents, size);
            nodes = Arrays.copyOf(from.nodes, size);
        }

        void put(int at, Prefix6 prefix) {
            highs[at] = prefix.high();
            lows[at] = prefix.low();
            lengths[at] = (short) prefix.length();
        }
    }

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
            Page[] pages,
            Fib6Info[][] infos,
            int leaves,
            int gone,
            boolean unreadable,
            AddressRanges6 ranges) {
        this.id = id;
        this.pages = pages;
        this.infos = infos;
        this.leaves = leaves;
        this.gone = gone;
        this.unreadable = unreadable;
        this.ranges = ranges;
    }

    /// Number of the table as rtnetlink(7) counts: 255 local, 254 main; -1 for a table that is
    /// known by name only.
    public int id() {
        return id;
    }

    /// How many prefixes the table has.
    public int size() {
        return leaves - gone;
    }

    private Page page(int leaf) {
        return pages[leaf >>> PAGE_BITS];
    }

    Prefix6 prefix(int leaf) {
        Page page = page(leaf);
        int at = leaf & PAGE - 1;
        return new Prefix6(page.highs[at], page.lows[at], page.lengths[at]);
    }

    int prefixLength(int leaf) {
        return page(leaf).lengths[leaf & PAGE - 1];
    }

    private int parent(int leaf) {
        return page(leaf).parents[leaf & PAGE - 1];
    }

    private Fib6Info info(int leaf) {
        return infos[leaf >>> PAGE_BITS][leaf & PAGE - 1];
    }

    private Node node(int leaf) {
        return page(leaf).nodes[leaf & PAGE - 1];
    }

    /// All routes, by address, length and preference.
    public List<Route6> routes() {
        var routes = new ArrayList<Route6>(leaves);
        for (int leaf = 0; leaf < leaves; leaf++) {
            for (Fib6Info info : routesAt(leaf)) {
                routes.add(new Route6(prefix(leaf), id, info));
            }
        }
        // Nearly in order: only what was added to a table that was built is not.
        routes.sort((a, b) -> Builder.compare(a.prefix(), b.prefix()));
        return routes;
    }

    private List<Fib6Info> routesAt(int leaf) {
        Fib6Info only = info(leaf);
        if (only != null) {
            return List.of(only);
        }
        return node(leaf) == null ? List.of() : node(leaf).all();
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
        for (; leaf != NONE; leaf = parent(leaf)) {
            Fib6Info only = info(leaf);
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
        Node node = node(leaf);
        boolean matched = false;
        for (Fib6Info[] routes : node.sources) {
            if (routes[0].source().contains(flow.sourceHigh, flow.sourceLow)) {
                matched = true;
                if (selects(flow, ignoreLinkState, result, leaf, routes)) {
                    return FOUND;
                }
            }
        }
        if (node.sources.length > 0 && !matched && !backtracks && prefixLength(leaf) > 0) {
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
        if (leaf != NONE) {
            var routes = new ArrayList<>(routesAt(leaf));
            routes.add(info);
            return withRoutes(leaf, routes);
        }
        int around = around(prefix);
        int pagesThen = (leaves >>> PAGE_BITS) + 1;
        var changed =
                new Fib6(
                        id,
                        Arrays.copyOf(pages, pagesThen),
                        Arrays.copyOf(infos, pagesThen),
                        leaves + 1,
                        gone,
                        unreadable,
                        ranges.with(prefix, around, leaves));
        changed.append(prefix, around, info);
        changed.reparent(this, prefix, around, leaves);
        return changed;
    }

    /// This table without that route; the same table if it does not have it.
    public Fib6 without(Prefix6 prefix, Fib6Info info) {
        int leaf = find(prefix);
        if (leaf == NONE || !routesAt(leaf).contains(info)) {
            return this;
        }
        var routes = new ArrayList<>(routesAt(leaf));
        routes.remove(info);
        if (!routes.isEmpty()) {
            return withRoutes(leaf, routes);
        }
        int around = parent(leaf);
        var changed =
                new Fib6(
                        id,
                        pages.clone(),
                        infos.clone(),
                        leaves,
                        gone + 1,
                        unreadable,
                        ranges.with(prefix, leaf, around));
        changed.put(this, leaf, List.of());
        changed.reparent(this, prefix, leaf, around);
        return changed.gone > changed.size() + PAGE ? changed.tidied() : changed;
    }

    /// The same table, built anew.
    private Fib6 tidied() {
        var builder = new Builder(id);
        routes().forEach(route -> builder.add(route.prefix(), route.info()));
        builder.unreadable = unreadable;
        return builder.build();
    }

    private Fib6 withRoutes(int leaf, List<Fib6Info> routes) {
        var changed = new Fib6(id, pages.clone(), infos.clone(), leaves, gone, unreadable, ranges);
        changed.put(this, leaf, routes);
        return changed;
    }

    /// Adds the last leaf.
    private void append(Prefix6 prefix, int around, Fib6Info info) {
        int leaf = leaves - 1;
        int number = leaf >>> PAGE_BITS;
        int at = leaf & PAGE - 1;
        if (at == 0) {
            begin(leaf, 1);
        } else {
            pages[number] = new Page(pages[number], at + 1);
            infos[number] = Arrays.copyOf(infos[number], at + 1);
        }
        pages[number].put(at, prefix);
        pages[number].parents[at] = around;
        place(leaf, List.of(info));
    }

    /// Begins the page of a leaf.
    private void begin(int leaf, int size) {
        pages[leaf >>> PAGE_BITS] = new Page(size);
        infos[leaf >>> PAGE_BITS] = new Fib6Info[size];
    }

    /// Gives a prefix these routes, in pages that are copied for it; none if it is gone.
    private void put(Fib6 before, int leaf, List<Fib6Info> routes) {
        own(before, leaf);
        infos[leaf >>> PAGE_BITS] = infos[leaf >>> PAGE_BITS].clone();
        place(leaf, routes);
    }

    private void place(int leaf, List<Fib6Info> routes) {
        boolean plain = routes.size() == 1 && routes.getFirst().source().length() == 0;
        infos[leaf >>> PAGE_BITS][leaf & PAGE - 1] = plain ? routes.getFirst() : null;
        page(leaf).nodes[leaf & PAGE - 1] = plain || routes.isEmpty() ? null : node(routes);
    }

    /// Prefixes within `prefix` that were right below one leaf come to be right below another.
    private void reparent(Fib6 before, Prefix6 prefix, int from, int to) {
        before.ranges.forEachLeaf(
                prefix,
                longest -> {
                    int leaf = longest;
                    while (leaf != NONE && leaf != to && parent(leaf) != from) {
                        leaf = parent(leaf);
                    }
                    if (leaf != NONE && leaf != to) {
                        own(before, leaf).parents[leaf & PAGE - 1] = to;
                    }
                });
    }

    /// The page of a leaf, which is copied if it is still the page of `before`.
    private Page own(Fib6 before, int leaf) {
        int number = leaf >>> PAGE_BITS;
        if (pages[number] == before.pages[number]) {
            pages[number] = new Page(pages[number], pages[number].highs.length);
        }
        return pages[number];
    }

    /// The leaf of exactly that prefix; [#NONE] if there is none.
    private int find(Prefix6 prefix) {
        int leaf = ranges.leaf(prefix.high(), prefix.low());
        while (leaf != NONE && prefixLength(leaf) > prefix.length()) {
            leaf = parent(leaf);
        }
        return leaf != NONE && prefixLength(leaf) == prefix.length() ? leaf : NONE;
    }

    /// The longest prefix that is shorter than that one and contains it.
    private int around(Prefix6 prefix) {
        int leaf = ranges.leaf(prefix.high(), prefix.low());
        while (leaf != NONE && prefixLength(leaf) >= prefix.length()) {
            leaf = parent(leaf);
        }
        return leaf;
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
            Arrays.sort(order, (a, b) -> compare(prefixes.get(a), prefixes.get(b)));
            var highs = new long[order.length];
            var lows = new long[order.length];
            var lengths = new short[order.length];
            var routes = new ArrayList<List<Fib6Info>>();
            int leaves = 0;
            for (int i = 0; i < order.length; leaves++) {
                Prefix6 prefix = prefixes.get(order[i]);
                var same = new ArrayList<Fib6Info>(1);
                for (; i < order.length && prefixes.get(order[i]).equals(prefix); i++) {
                    same.add(infos.get(order[i]));
                }
                routes.add(same);
                highs[leaves] = prefix.high();
                lows[leaves] = prefix.low();
                lengths[leaves] = (short) prefix.length();
            }
            int[] parents = new int[leaves];
            AddressRanges6 ranges =
                    AddressRanges6.of(Arrays.copyOf(highs, leaves), lows, lengths, parents);
            int pageCount = (leaves + PAGE - 1) / PAGE;
            var fib =
                    new Fib6(
                            id,
                            new Page[pageCount],
                            new Fib6Info[pageCount][],
                            leaves,
                            0,
                            unreadable,
                            ranges);
            for (int leaf = 0; leaf < leaves; leaf++) {
                int at = leaf & PAGE - 1;
                if (at == 0) {
                    fib.begin(leaf, Math.min(PAGE, leaves - leaf));
                }
                fib.page(leaf).put(at, new Prefix6(highs[leaf], lows[leaf], lengths[leaf]));
                fib.page(leaf).parents[at] = parents[leaf];
                fib.place(leaf, routes.get(leaf));
            }
            return fib;
        }

        /// By address, then length.
        private static int compare(Prefix6 a, Prefix6 b) {
            int order = Long.compareUnsigned(a.high(), b.high());
            order = order != 0 ? order : Long.compareUnsigned(a.low(), b.low());
            return order != 0 ? order : Integer.compare(a.length(), b.length());
        }
    }
}
