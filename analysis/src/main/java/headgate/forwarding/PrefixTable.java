package headgate.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;

/// The prefixes of one table of either family with their routes, numbered as *leaves*. Every leaf
/// knows the next shorter prefix around it, so that a lookup whose routes are all refused falls
/// back without a second search. Addresses of IPv4 are the upper 32 bits of those of IPv6.
///
/// Built in bulk and immutable: [#with] and [#without] make the table with one route changed, which
/// shares with the one before everything but the pages that the prefix lies in, so that any number
/// of threads may ask either.
///
/// @param <R> a route, but for its prefix
final class PrefixTable<R> {
    private static final int NONE = LongestPrefixMatch.NONE;
    private static final int PAGE_BITS = 9;
    private static final int PAGE = 1 << PAGE_BITS;

    /// How the routes of one prefix are held: a route that is alone as itself, several as the
    /// family needs them for lookups.
    interface Packing<R> {
        /// @param routes one or more
        Object pack(List<R> routes);

        /// All of them, in the order in which they are listed.
        List<R> unpack(Object packed);

        /// What a lookup that asks for nothing but an address answers, by the first next hop; null
        /// if it has to look further, or depends on more.
        Errno answer(Object packed);
    }

    private final Packing<R> packing;

    /// From how many leaves on the table has a slot for each /24 of IPv4.
    private final int dense;

    private final Page[] pages;

    /// How many leaves there are, with those that are gone.
    private final int leaves;

    /// Prefixes that were taken away: their leaves stay, and nothing leads to them.
    private final int gone;

    /// Null for leaves that are gone.
    private final LeafRoutes routes;

    private final LongestPrefixMatch match;

    /// A run of leaves. Never changed once its table can be seen.
    private static final class Page {
        final long[] highs;
        final long[] lows;
        final byte[] lengths;

        /// The next shorter prefix around each.
        final int[] parents;

        Page(long[] highs, long[] lows, byte[] lengths, int[] parents) {
            this.highs = highs;
            this.lows = lows;
            this.lengths = lengths;
            this.parents = parents;
        }

        /// A copy of that many leaves from `from` on, filled up with zeros.
        Page copy(int from, int to) {
            return new Page(
                    Arrays.copyOfRange(highs, from, to),
                    Arrays.copyOfRange(lows, from, to),
                    Arrays.copyOfRange(lengths, from, to),
                    Arrays.copyOfRange(parents, from, to));
        }
    }

    private PrefixTable(
            Packing<R> packing,
            int dense,
            Page[] pages,
            int leaves,
            int gone,
            LeafRoutes routes,
            LongestPrefixMatch match) {
        this.packing = packing;
        this.dense = dense;
        this.pages = pages;
        this.leaves = leaves;
        this.gone = gone;
        this.routes = routes;
        this.match =
                match instanceof AddressRanges ranges && leaves >= dense
                        ? Dir24Dash8.of(ranges)
                        : match;
    }

    /// How many prefixes there are.
    int size() {
        return leaves - gone;
    }

    LongestPrefixMatch match() {
        return match;
    }

    /// What the leaf has, packed; null if it is gone.
    Object routes(int leaf) {
        return routes.get(leaf);
    }

    /// What the leaf of a value that [#match] found has, packed; null if it found none.
    Object routesOf(int value) {
        return routes.ofValue(value);
    }

    /// The leaf of such a value; [LongestPrefixMatch#NONE] if there is none.
    int leaf(int value) {
        return routes.leaf(value);
    }

    /// The value of the next shorter prefix around the one of a value.
    int around(int value) {
        return routes.value(parent(leaf(value)));
    }

    /// As [LeafRoutes#answers].
    Errno[] answers() {
        return routes.answers();
    }

    private Page page(int leaf) {
        return pages[leaf >>> PAGE_BITS];
    }

    Prefix6 prefix(int leaf) {
        int at = leaf & PAGE - 1;
        return new Prefix6(page(leaf).highs[at], page(leaf).lows[at], length(leaf));
    }

    int length(int leaf) {
        return page(leaf).lengths[leaf & PAGE - 1] & 0xff;
    }

    /// The next shorter prefix around it; [LongestPrefixMatch#NONE] if there is none.
    int parent(int leaf) {
        return page(leaf).parents[leaf & PAGE - 1];
    }

    /// All routes, by address, length and preference.
    void forEach(BiConsumer<Prefix6, R> consumer) {
        for (int leaf : inOrder()) {
            Prefix6 prefix = prefix(leaf);
            packing.unpack(routes(leaf)).forEach(route -> consumer.accept(prefix, route));
        }
    }

    /// The leaves that are not gone, by address and length. Those of the bulk are in order already;
    /// those that came later are not.
    private List<Integer> inOrder() {
        var order = new ArrayList<Integer>(size());
        for (int leaf = 0; leaf < leaves; leaf++) {
            if (routes(leaf) != null) {
                order.add(leaf);
            }
        }
        order.sort(Comparator.comparing(this::prefix));
        return order;
    }

    /// This table with one more route.
    PrefixTable<R> with(Prefix6 prefix, R route) {
        int leaf = find(prefix);
        if (leaf != NONE) {
            return withRoutes(prefix, leaf, plus(packing.unpack(routes(leaf)), route));
        }
        if (leaves == routes.most()) {
            return tidied().with(prefix, route);
        }
        int around = around(prefix);
        LeafRoutes changedRoutes = routes.with(leaves, packing.pack(List.of(route)));
        var changed =
                new PrefixTable<>(
                        packing,
                        dense,
                        Arrays.copyOf(pages, (leaves >>> PAGE_BITS) + 1),
                        leaves + 1,
                        gone,
                        changedRoutes,
                        match.with(prefix, around, leaves, changedRoutes));
        changed.append(prefix, around);
        changed.reparent(this, prefix, around, leaves);
        return changed;
    }

    private static <R> List<R> plus(List<R> routes, R route) {
        var more = new ArrayList<>(routes);
        more.add(route);
        return more;
    }

    /// This table without that route; the same table if it does not have it.
    PrefixTable<R> without(Prefix6 prefix, R route) {
        int leaf = find(prefix);
        if (leaf == NONE || !packing.unpack(routes(leaf)).contains(route)) {
            return this;
        }
        var left = new ArrayList<>(packing.unpack(routes(leaf)));
        left.remove(route);
        if (!left.isEmpty()) {
            return withRoutes(prefix, leaf, left);
        }
        int around = parent(leaf);
        LeafRoutes changedRoutes = routes.with(leaf, null);
        var changed =
                new PrefixTable<>(
                        packing,
                        dense,
                        pages.clone(),
                        leaves,
                        gone + 1,
                        changedRoutes,
                        match.with(prefix, leaf, around, changedRoutes));
        changed.reparent(this, prefix, leaf, around);
        return changed.gone > changed.size() + PAGE ? changed.tidied() : changed;
    }

    private PrefixTable<R> withRoutes(Prefix6 prefix, int leaf, List<R> those) {
        LeafRoutes changed = routes.with(leaf, packing.pack(those));
        return new PrefixTable<>(
                packing,
                dense,
                pages,
                leaves,
                gone,
                changed,
                match.with(prefix, leaf, leaf, changed));
    }

    /// The same table, built anew.
    private PrefixTable<R> tidied() {
        var builder = new Builder<>(packing, dense, size());
        for (int leaf : inOrder()) {
            Prefix6 prefix = prefix(leaf);
            builder.add(prefix.high(), prefix.low(), prefix.length(), routes(leaf));
        }
        return builder.build();
    }

    /// Adds the last leaf.
    private void append(Prefix6 prefix, int around) {
        int leaf = leaves - 1;
        int number = leaf >>> PAGE_BITS;
        int at = leaf & PAGE - 1;
        pages[number] =
                at == 0
                        ? new Page(new long[1], new long[1], new byte[1], new int[1])
                        : pages[number].copy(0, at + 1);
        pages[number].highs[at] = prefix.high();
        pages[number].lows[at] = prefix.low();
        pages[number].lengths[at] = (byte) prefix.length();
        pages[number].parents[at] = around;
    }

    /// Prefixes within `prefix` that were right below one leaf come to be right below another.
    private void reparent(PrefixTable<R> before, Prefix6 prefix, int from, int to) {
        before.match.forEachValue(
                prefix,
                value -> {
                    int leaf = leaf(value);
                    while (leaf != NONE && leaf != to && parent(leaf) != from) {
                        leaf = parent(leaf);
                    }
                    if (leaf != NONE && leaf != to) {
                        own(before, leaf).parents[leaf & PAGE - 1] = to;
                    }
                });
    }

    /// The page of a leaf, which is copied if it is still the page of `before`.
    private Page own(PrefixTable<R> before, int leaf) {
        int number = leaf >>> PAGE_BITS;
        if (pages[number] == before.pages[number]) {
            pages[number] = pages[number].copy(0, pages[number].highs.length);
        }
        return pages[number];
    }

    /// The leaf of exactly that prefix; [LongestPrefixMatch#NONE] if there is none.
    private int find(Prefix6 prefix) {
        int leaf = longest(prefix);
        while (leaf != NONE && length(leaf) > prefix.length()) {
            leaf = parent(leaf);
        }
        return leaf != NONE && length(leaf) == prefix.length() ? leaf : NONE;
    }

    /// The longest prefix that is shorter than that one and contains it.
    private int around(Prefix6 prefix) {
        int leaf = longest(prefix);
        while (leaf != NONE && length(leaf) >= prefix.length()) {
            leaf = parent(leaf);
        }
        return leaf;
    }

    private int longest(Prefix6 prefix) {
        return leaf(match.find(prefix.high(), prefix.low()));
    }

    /// Takes prefixes by address and then length, each once.
    static final class Builder<R> {
        private final Packing<R> packing;
        private final int dense;
        private final long[] highs;
        private final long[] lows;
        private final byte[] lengths;
        private final Object[] routes;
        private int size;

        /// @param dense from how many prefixes on a table of IPv4 is [Dir24Dash8]
        /// @param capacity how many prefixes there may be
        Builder(Packing<R> packing, int dense, int capacity) {
            this.packing = packing;
            this.dense = dense;
            highs = new long[capacity];
            lows = new long[capacity];
            lengths = new byte[capacity];
            routes = new Object[capacity];
        }

        /// @param packed routes of the prefix
        void add(long high, long low, int length, Object packed) {
            highs[size] = high;
            lows[size] = low;
            lengths[size] = (byte) length;
            routes[size++] = packed;
        }

        PrefixTable<R> build() {
            var all =
                    new Page(
                            Arrays.copyOf(highs, size),
                            Arrays.copyOf(lows, size),
                            Arrays.copyOf(lengths, size),
                            new int[size]);
            LeafRoutes leafRoutes = LeafRoutes.of(Arrays.copyOf(routes, size), packing);
            var ranges =
                    AddressRanges.of(all.highs, all.lows, all.lengths, leafRoutes, all.parents);
            var pages = new Page[(size + PAGE - 1) / PAGE];
            for (int page = 0; page < pages.length; page++) {
                int from = page << PAGE_BITS;
                pages[page] = all.copy(from, Math.min(from + PAGE, size));
            }
            return new PrefixTable<>(packing, dense, pages, size, 0, leafRoutes, ranges);
        }
    }
}
