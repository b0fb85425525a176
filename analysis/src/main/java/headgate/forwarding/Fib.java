package headgate.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// One IPv4 routing table: longest-prefix match, and inside a prefix the order of the kernel's
/// `fib_trie` (DSCP first, then metric).
///
/// Built in bulk and immutable: [#with] and [#without] make the table with one route changed.
public final class Fib extends FibTable<Flowi4, FibResult, FibInfo> {
    /// Bits of the packet's type of service that routes and rules with `tos` are compared with: the
    /// kernel masks off ECN *and* the old precedence bits, so that 0x28 meets `tos 0x08`
    /// (`fib_dscp_masked_match`, INET_DSCP_LEGACY_TOS_MASK).
    public static final int TOS_MASK = 0x1c;

    private static final int LARGE = 1 << 15;

    private static final Comparator<FibInfo> PREFERENCE =
            Comparator.comparingInt((FibInfo info) -> -info.tos())
                    .thenComparing((a, b) -> Integer.compareUnsigned(a.metric(), b.metric()));

    private Fib(int id, PrefixTable<FibInfo> prefixes, boolean unreadable) {
        super(id, prefixes, unreadable);
    }

    Prefix prefix(int leaf) {
        return narrow(prefixes.prefix(leaf));
    }

    /// All routes, by address, length and preference.
    public List<Route> routes() {
        var routes = new ArrayList<Route>(prefixes.size());
        prefixes.forEach((prefix, info) -> routes.add(new Route4(narrow(prefix), id, info)));
        return routes;
    }

    private static Prefix6 wide(Prefix prefix) {
        return new Prefix6((long) prefix.address() << Integer.SIZE, 0, prefix.length());
    }

    private static Prefix narrow(Prefix6 prefix) {
        return new Prefix((int) (prefix.high() >>> Integer.SIZE), prefix.length());
    }

    /// This table with one more route.
    public Fib with(Prefix prefix, FibInfo info) {
        return new Fib(id, prefixes.with(wide(prefix), info), unreadable);
    }

    /// This table without that route; the same table if it does not have it.
    public Fib without(Prefix prefix, FibInfo info) {
        PrefixTable<FibInfo> left = prefixes.without(wide(prefix), info);
        return left == prefixes ? this : new Fib(id, left, unreadable);
    }

    /// Finds the route for `flow` (kernel: `fib_table_lookup`).
    @Override
    public Errno lookup(Flowi4 flow, boolean ignoreLinkState, FibResult result) {
        int value = find((long) flow.destination << Integer.SIZE, 0);
        Errno answer = plainAnswer(value);
        if (answer == null || flow.outputDevice != null) {
            return askFrom(value, flow, ignoreLinkState, result);
        }
        result.set(this, value, null, 0);
        return answer;
    }

    /// Asks the routes of a prefix, then those of the shorter ones around it.
    private Errno askFrom(int first, Flowi4 flow, boolean ignoreLinkState, FibResult result) {
        if (unreadable) {
            result.incomplete = "a route of this table could not be read";
            return Errno.EAGAIN;
        }
        for (int value = first; value != LeafRoutes.NO_ROUTES; value = prefixes.around(value)) {
            Errno answer = ask(flow, ignoreLinkState, result, value);
            if (answer != null) {
                return answer;
            }
        }
        return Errno.EAGAIN;
    }

    /// Null if no route of the prefix applies, so that the next shorter one is asked.
    private Errno ask(Flowi4 flow, boolean ignoreLinkState, FibResult result, int value) {
        Object routes = prefixes.routesOf(value);
        if (routes instanceof FibInfo only) {
            int hop = hop(flow, ignoreLinkState, only);
            return hop < 0 ? null : answer(result, value, only, null, hop);
        }
        for (FibInfo info : (FibInfo[]) routes) {
            int hop = hop(flow, ignoreLinkState, info);
            if (hop >= 0) {
                return answer(result, value, info, info, hop);
            }
        }
        return null;
    }

    /// The next hop that is used; -1 if the route does not apply.
    private static int hop(Flowi4 flow, boolean ignoreLinkState, FibInfo info) {
        if (info.tos() != 0 && info.tos() != (flow.tos & TOS_MASK)) {
            return -1;
        }
        return info.type().error() != Errno.NONE || !info.unmodelled().isEmpty()
                ? 0
                : info.usableNextHop(flow.outputDevice, ignoreLinkState);
    }

    private Errno answer(FibResult result, int value, FibInfo info, FibInfo chosen, int hop) {
        result.set(this, value, chosen, hop);
        if (!info.unmodelled().isEmpty()) {
            result.incomplete = info.unmodelled();
            return Errno.EAGAIN;
        }
        return info.type().error();
    }

    @Override
    FibInfo onlyRoute(int value) {
        return (FibInfo) prefixes.routesOf(value);
    }

    /// One route as itself, several in the order in which they are asked.
    private static final PrefixTable.Packing<FibInfo> PACKING =
            new PrefixTable.Packing<>() {
                @Override
                public Object pack(List<FibInfo> routes) {
                    return routes.size() == 1
                            ? routes.getFirst()
                            : routes.stream().sorted(PREFERENCE).toArray(FibInfo[]::new);
                }

                @Override
                public List<FibInfo> unpack(Object packed) {
                    return packed instanceof FibInfo only
                            ? List.of(only)
                            : List.of((FibInfo[]) packed);
                }

                @Override
                public Errno answer(Object packed) {
                    return packed instanceof FibInfo only
                                    && only.tos() == 0
                                    && only.unmodelled().isEmpty()
                                    && (only.type().error() != Errno.NONE
                                            || only.usableNextHop(null, false) == 0)
                            ? only.type().error()
                            : null;
                }
            };

    /// Collects the routes of one table.
    public static final class Builder {
        private static final Comparator<Ranked> ORDER =
                Comparator.comparingInt((Ranked r) -> -r.rank)
                        .thenComparing(Ranked::info, PREFERENCE);

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
            var prefixes = new PrefixTable.Builder<>(PACKING, LARGE, size);
            for (int i = 0; i < size; ) {
                int end = i + 1;
                while (end < size && samePrefix(order[i], order[end])) {
                    end++;
                }
                prefixes.add(
                        (long) addresses[order[i]] << Integer.SIZE,
                        0,
                        lengths[order[i]],
                        end == i + 1 ? infos[order[i]] : inOrder(order, i, end));
                i = end;
            }
            return new Fib(id, prefixes.build(), unreadable);
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
    }
}
