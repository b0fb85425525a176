package headgate.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One IPv4 routing table: longest-prefix match, and inside a prefix the order of the kernel's
/// `fib_trie` (DSCP first, then metric).
///
/// Built in bulk and immutable: a changed table is a new one, put in the place of the old; a change
/// of one route ([#with], [#without]) copies a large table and touches only that route's entries.
/// Every prefix knows the next shorter one that covers it, so that a lookup whose entries are all
/// refused (dead next hops, another DSCP) falls back without a second search.
public final class Fib implements FibTable<Flowi4, FibResult> {
    /// Bits of the packet's type of service that routes and rules with `tos` are compared with: the
    /// kernel masks off ECN *and* the old precedence bits, so that 0x28 meets `tos 0x08`
    /// (`fib_dscp_masked_match`, INET_DSCP_LEGACY_TOS_MASK).
    public static final int TOS_MASK = 0x1c;

    private static final int NONE = LongestPrefixMatch.NONE;
    private static final int LARGE = 1 << 15;

    private final int id;
    private final int[] addresses;
    private final byte[] lengths;
    private final int[] parents;

    /// Of each prefix, the entry that is asked first: nearly always the only one.
    private final FibInfo[] preferred;

    /// The further entries of those prefixes that have any, in order.
    private final Map<Integer, FibInfo[]> others;

    private final boolean unreadable;

    /// Prefixes that were taken away: their leaves stay, and nothing leads to them.
    private final int gone;

    private LongestPrefixMatch match;

    private Fib(
            int id,
            int[] addresses,
            byte[] lengths,
            int[] parents,
            FibInfo[] preferred,
            Map<Integer, FibInfo[]> others,
            boolean unreadable,
            int gone) {
        this.id = id;
        this.addresses = addresses;
        this.lengths = lengths;
        this.parents = parents;
        this.preferred = preferred;
        this.others = others;
        this.unreadable = unreadable;
        this.gone = gone;
    }

    /// Number of the table as rtnetlink(7) counts: 255 local, 254 main, 253 default; -1 for a table
    /// that is known by name only.
    public int id() {
        return id;
    }

    /// How many prefixes the table has.
    public int size() {
        return addresses.length - gone;
    }

    Prefix prefix(int leaf) {
        return new Prefix(addresses[leaf], lengths[leaf]);
    }

    int prefixLength(int leaf) {
        return lengths[leaf];
    }

    /// All routes, by address, length and preference.
    public List<Route> routes() {
        var routes = new ArrayList<Route>(preferred.length);
        for (int leaf = 0; leaf < preferred.length; leaf++) {
            if (preferred[leaf] == null) {
                continue;
            }
            routes.add(new Route4(prefix(leaf), id, preferred[leaf]));
            for (FibInfo other : others.getOrDefault(leaf, new FibInfo[0])) {
                routes.add(new Route4(prefix(leaf), id, other));
            }
        }
        return routes;
    }

    /// This table with one more route.
    public Fib with(Prefix prefix, FibInfo info) {
        int leaf = find(prefix);
        if (leaf != NONE || addresses.length < LARGE) {
            var entries = leaf == NONE ? new ArrayList<FibInfo>() : entriesAt(leaf);
            entries.add(info);
            return withEntries(prefix, leaf, entries);
        }
        int size = addresses.length;
        int around = around(prefix);
        int[] newParents = Arrays.copyOf(parents, size + 1);
        for (int i = 0; i < size; i++) {
            if (parents[i] == around
                    && lengths[i] > prefix.length()
                    && prefix.contains(addresses[i])) {
                newParents[i] = size;
            }
        }
        newParents[size] = around;
        int[] newAddresses = Arrays.copyOf(addresses, size + 1);
        byte[] newLengths = Arrays.copyOf(lengths, size + 1);
        FibInfo[] newPreferred = Arrays.copyOf(preferred, size + 1);
        newAddresses[size] = prefix.address();
        newLengths[size] = (byte) prefix.length();
        newPreferred[size] = info;
        var changed =
                new Fib(
                        id,
                        newAddresses,
                        newLengths,
                        newParents,
                        newPreferred,
                        others,
                        unreadable,
                        gone);
        changed.match = ((Dir24Dash8) match()).with(prefix, around, size);
        return changed;
    }

    /// This table without that route; the same table if it does not have it.
    public Fib without(Prefix prefix, FibInfo info) {
        int leaf = find(prefix);
        List<FibInfo> entries = leaf == NONE ? List.of() : entriesAt(leaf);
        if (!entries.contains(info)) {
            return this;
        }
        entries.remove(info);
        if (!entries.isEmpty() || addresses.length < LARGE) {
            return withEntries(prefix, leaf, entries);
        }
        int[] newParents = parents.clone();
        for (int i = 0; i < newParents.length; i++) {
            if (parents[i] == leaf) {
                newParents[i] = parents[leaf];
            }
        }
        FibInfo[] newPreferred = preferred.clone();
        newPreferred[leaf] = null;
        var changed =
                new Fib(
                        id,
                        addresses,
                        lengths,
                        newParents,
                        newPreferred,
                        others,
                        unreadable,
                        gone + 1);
        changed.match = ((Dir24Dash8) match()).with(prefix, leaf, parents[leaf]);
        return changed;
    }

    /// The leaf of exactly that prefix; [LongestPrefixMatch#NONE] if there is none.
    private int find(Prefix prefix) {
        int leaf = match().leaf(prefix.address());
        while (leaf != NONE && lengths[leaf] > prefix.length()) {
            leaf = parents[leaf];
        }
        return leaf != NONE && lengths[leaf] == prefix.length() ? leaf : NONE;
    }

    /// The longest prefix that is shorter than that one and contains it.
    private int around(Prefix prefix) {
        int leaf = match().leaf(prefix.address());
        while (leaf != NONE && lengths[leaf] >= prefix.length()) {
            leaf = parents[leaf];
        }
        return leaf;
    }

    private List<FibInfo> entriesAt(int leaf) {
        var entries = new ArrayList<FibInfo>();
        entries.add(preferred[leaf]);
        entries.addAll(List.of(others.getOrDefault(leaf, new FibInfo[0])));
        return entries;
    }

    /// A table in which a prefix has these entries. Where the prefix stays, so does the structure
    /// for lookups.
    private Fib withEntries(Prefix prefix, int leaf, List<FibInfo> entries) {
        if (leaf == NONE || entries.isEmpty()) {
            var builder = new Builder(id);
            for (Route route : routes()) {
                if (!route.prefix().equals(prefix)) {
                    builder.add((Prefix) route.prefix(), ((Route4) route).info(), 0);
                }
            }
            entries.forEach(info -> builder.add(prefix, info, 0));
            builder.unreadable |= unreadable;
            return builder.build();
        }
        FibInfo[] ordered = Builder.ordered(entries);
        FibInfo[] newPreferred = preferred.clone();
        newPreferred[leaf] = ordered[0];
        var newOthers = new HashMap<>(others);
        newOthers.remove(leaf);
        if (ordered.length > 1) {
            newOthers.put(leaf, Arrays.copyOfRange(ordered, 1, ordered.length));
        }
        var changed =
                new Fib(id, addresses, lengths, parents, newPreferred, newOthers, unreadable, gone);
        changed.match = match();
        return changed;
    }

    /// Finds the route for `flow` (kernel: `fib_table_lookup`).
    ///
    /// @param ignoreLinkState whether next hops without carrier are as good as others
    /// @return [Errno#NONE] with the route in `result`; the error of an error route, likewise;
    ///   [Errno#EAGAIN] if the table has no answer
    @Override
    public Errno lookup(Flowi4 flow, boolean ignoreLinkState, FibResult result) {
        if (unreadable) {
            result.incomplete = "a route of this table could not be read";
            return Errno.EAGAIN;
        }
        for (int leaf = match().leaf(flow.destination); leaf != NONE; leaf = parents[leaf]) {
            Errno answer = tryEntry(flow, ignoreLinkState, result, leaf, preferred[leaf]);
            for (int i = 1; answer == null && i < entries(leaf); i++) {
                answer = tryEntry(flow, ignoreLinkState, result, leaf, others.get(leaf)[i - 1]);
            }
            if (answer != null) {
                return answer;
            }
        }
        return Errno.EAGAIN;
    }

    private int entries(int leaf) {
        FibInfo[] more = others.isEmpty() ? null : others.get(leaf);
        return more == null ? 1 : 1 + more.length;
    }

    /// Null if the entry does not apply, so that the next one is asked.
    private Errno tryEntry(
            Flowi4 flow, boolean ignoreLinkState, FibResult result, int leaf, FibInfo info) {
        if (info.tos() != 0 && info.tos() != (flow.tos & TOS_MASK)) {
            return null;
        }
        if (!info.unmodelled().isEmpty()) {
            result.incomplete = info.unmodelled();
            return found(result, leaf, info, 0, Errno.EAGAIN);
        }
        if (info.type().error() != Errno.NONE) {
            return found(result, leaf, info, 0, info.type().error());
        }
        int hop = info.usableNextHop(flow.outputDevice, ignoreLinkState);
        return hop < 0 ? null : found(result, leaf, info, hop, Errno.NONE);
    }

    private Errno found(FibResult result, int leaf, FibInfo info, int hop, Errno error) {
        // Most lookups of a run end in one table; a reference that stays needs no write barrier.
        if (result.table != this) {
            result.table = this;
        }
        result.leaf = leaf;
        result.info = info;
        result.nextHopIndex = hop;
        return error;
    }

    /// The entry with the longest prefix that contains `address`; -1 if there is none.
    int longestMatch(int address) {
        return match().leaf(address);
    }

    /// Built on first use, so that tables that no rule reaches cost little. Two threads may both
    /// build it; either result is right.
    private LongestPrefixMatch match() {
        LongestPrefixMatch built = match;
        if (built == null) {
            var ranges = new AddressRanges(addresses, lengths, null);
            built = addresses.length < LARGE ? ranges : new Dir24Dash8(ranges);
            match = built;
        }
        return built;
    }

    /// Collects the routes of one table.
    public static final class Builder {
        private static final Comparator<Ranked> ORDER =
                Comparator.comparingInt((Ranked r) -> -r.rank)
                        .thenComparingInt(r -> -r.info.tos())
                        .thenComparing((a, b) -> compareMetrics(a.info, b.info));

        private final int id;
        private int[] addresses = new int[64];
        private byte[] lengths = new byte[64];
        private byte[] ranks = new byte[64];
        private FibInfo[] infos = new FibInfo[64];
        private int size;
        private boolean unreadable;

        /// @param id as [Fib#id]
        public Builder(int id) {
            this.id = id;
        }

        private record Ranked(int rank, FibInfo info) {}

        /// Notes that a route of this table is missing here, so that its answers cannot be trusted.
        void unreadable() {
            unreadable = true;
        }

        /// @param rank of entries with the same prefix the highest rank comes first: how the kernel
        ///   orders the tables `local` and `main` while they share one trie
        public void add(Prefix prefix, FibInfo info, int rank) {
            if (size == addresses.length) {
                int capacity = size * 2;
                addresses = Arrays.copyOf(addresses, capacity);
                lengths = Arrays.copyOf(lengths, capacity);
                ranks = Arrays.copyOf(ranks, capacity);
                infos = Arrays.copyOf(infos, capacity);
            }
            addresses[size] = prefix.address();
            lengths[size] = (byte) prefix.length();
            ranks[size] = (byte) rank;
            infos[size++] = info;
        }

        void addAll(Builder other, int rank) {
            unreadable |= other.unreadable;
            for (int i = 0; i < other.size; i++) {
                add(new Prefix(other.addresses[i], other.lengths[i]), other.infos[i], rank);
            }
        }

        public Fib build() {
            int[] order = orderByPrefix();
            int[] leafAddresses = new int[size];
            byte[] leafLengths = new byte[size];
            var preferred = new FibInfo[size];
            var others = new HashMap<Integer, FibInfo[]>();
            int leaves = 0;
            for (int i = 0; i < size; ) {
                int end = i + 1;
                while (end < size && samePrefix(order[i], order[end])) {
                    end++;
                }
                leafAddresses[leaves] = addresses[order[i]];
                leafLengths[leaves] = lengths[order[i]];
                preferred[leaves] = infos[order[i]];
                if (end > i + 1) {
                    FibInfo[] entries = inOrder(order, i, end);
                    preferred[leaves] = entries[0];
                    others.put(leaves, Arrays.copyOfRange(entries, 1, entries.length));
                }
                leaves++;
                i = end;
            }
            leafAddresses = Arrays.copyOf(leafAddresses, leaves);
            leafLengths = Arrays.copyOf(leafLengths, leaves);
            int[] parents = new int[leaves];
            new AddressRanges(leafAddresses, leafLengths, parents);
            return new Fib(
                    id,
                    leafAddresses,
                    leafLengths,
                    parents,
                    Arrays.copyOf(preferred, leaves),
                    others,
                    unreadable,
                    0);
        }

        /// By address, then length, then the order in which they were added: one sort of longs that
        /// hold 32, 6 and 26 bits of these.
        private int[] orderByPrefix() {
            long[] keys = new long[size];
            for (int i = 0; i < size; i++) {
                keys[i] =
                        ((long) addresses[i] << 32 ^ Long.MIN_VALUE) | (long) lengths[i] << 26 | i;
            }
            Arrays.sort(keys);
            int[] order = new int[size];
            for (int i = 0; i < size; i++) {
                order[i] = (int) keys[i] & (1 << 26) - 1;
            }
            return order;
        }

        private boolean samePrefix(int a, int b) {
            return addresses[a] == addresses[b] && lengths[a] == lengths[b];
        }

        private FibInfo[] inOrder(int[] order, int from, int to) {
            var entries = new ArrayList<Ranked>(to - from);
            for (int i = from; i < to; i++) {
                entries.add(new Ranked(ranks[order[i]], infos[order[i]]));
            }
            entries.sort(ORDER);
            return entries.stream().map(Ranked::info).toArray(FibInfo[]::new);
        }

        /// Entries of one prefix in the order in which they are asked.
        static FibInfo[] ordered(List<FibInfo> entries) {
            return entries.stream()
                    .map(info -> new Ranked(0, info))
                    .sorted(ORDER)
                    .map(Ranked::info)
                    .toArray(FibInfo[]::new);
        }

        private static int compareMetrics(FibInfo a, FibInfo b) {
            return Integer.compareUnsigned(a.metric(), b.metric());
        }
    }
}
