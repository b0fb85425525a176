package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Both structures of IPv4 find what a search through the list of prefixes finds, however they were
/// built.
class LongestPrefixMatchProperties {
    /// Prefixes near each other, so that they nest and touch.
    @Provide
    Arbitrary<List<Prefix>> prefixes() {
        Arbitrary<Integer> addresses =
                Arbitraries.oneOf(
                        Arbitraries.integers(),
                        Arbitraries.integers().between(0, 1023).map(i -> 0xc0a80000 + i),
                        Arbitraries.integers().between(0, 3).map(i -> i << 30));
        return Combinators.combine(addresses, Arbitraries.integers().between(0, 32))
                .as(Prefix::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 300)
    void theRangesFindTheLongestPrefix(@ForAll("prefixes") List<Prefix> prefixes) {
        assertFinds(prefixes, table(prefixes, Integer.MAX_VALUE));
    }

    @Property(tries = 50)
    void theSlotsFindTheLongestPrefix(@ForAll("prefixes") List<Prefix> prefixes) {
        assertFinds(prefixes, table(prefixes, 0));
    }

    @Property(tries = 50)
    void aTableChangedRouteByRouteIsTheTableBuiltAtOnce(
            @ForAll("prefixes") List<Prefix> before,
            @ForAll("prefixes") List<Prefix> kept,
            @ForAll("prefixes") List<Prefix> dropped,
            @ForAll boolean slots) {
        PrefixTable<Integer> table = table(before, slots ? 0 : 30);
        assertFinds(before, table);
        PrefixTable<Integer> first = table;
        for (Prefix prefix : dropped) {
            table = table.with(wide(prefix), 7);
        }
        for (Prefix prefix : kept) {
            table = table.with(wide(prefix), 8);
        }
        for (Prefix prefix : dropped) {
            table = table.without(wide(prefix), 7);
        }
        var expected = new ArrayList<>(before);
        expected.addAll(kept);
        assertFinds(expected, table);
        assertEquals(new HashSet<>(expected).size(), table.size());
        assertFinds(before, first);
    }

    private static void assertFinds(List<Prefix> prefixes, PrefixTable<Integer> table) {
        for (int address : probes(prefixes)) {
            int found = table.match().find((long) address << Integer.SIZE, 0);
            Prefix expected = expected(prefixes, address);
            int leaf = table.leaf(found);
            String name = Inet4.format(address);
            assertEquals(
                    expected == null ? null : wide(expected),
                    leaf < 0 ? null : table.prefix(leaf),
                    name);
            assertEquals(leaf < 0 ? null : table.routes(leaf), table.routesOf(found), name);
        }
    }

    private static Prefix6 wide(Prefix prefix) {
        return new Prefix6((long) prefix.address() << Integer.SIZE, 0, prefix.length());
    }

    /// Routes are numbers, which a prefix may have several times.
    private static final PrefixTable.Packing<Integer> LISTS =
            new PrefixTable.Packing<>() {
                @Override
                public Object pack(List<Integer> routes) {
                    return List.copyOf(routes);
                }

                @Override
                @SuppressWarnings("unchecked")
                public List<Integer> unpack(Object packed) {
                    return (List<Integer>) packed;
                }

                @Override
                public Errno answer(Object packed) {
                    return Errno.NONE;
                }
            };

    /// @param dense from how many prefixes on it has slots
    private static PrefixTable<Integer> table(List<Prefix> prefixes, int dense) {
        List<Prefix6> sorted = prefixes.stream().distinct().map(p -> wide(p)).sorted().toList();
        var builder = new PrefixTable.Builder<>(LISTS, dense, sorted.size());
        for (Prefix6 prefix : sorted) {
            builder.add(prefix.high(), prefix.low(), prefix.length(), List.of(0));
        }
        return builder.build();
    }

    /// The edges of every prefix, and what lies beside them.
    private static List<Integer> probes(List<Prefix> prefixes) {
        var probes = new ArrayList<Integer>(List.of(0, -1, 0x7fffffff, 0x80000000));
        for (Prefix prefix : prefixes) {
            int last = prefix.address() | ~Prefix.mask(prefix.length());
            probes.addAll(
                    List.of(prefix.address(), prefix.address() - 1, last, last + 1, last >>> 1));
        }
        return probes;
    }

    private static Prefix expected(List<Prefix> prefixes, int address) {
        Prefix longest = null;
        for (Prefix prefix : prefixes) {
            if (prefix.contains(address)
                    && (longest == null || prefix.length() > longest.length())) {
                longest = prefix;
            }
        }
        return longest;
    }
}
