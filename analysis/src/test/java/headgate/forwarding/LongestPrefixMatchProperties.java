package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// All structures find what a search through the list of prefixes finds.
class LongestPrefixMatchProperties {
    private static final FibInfo ANY =
            new FibInfo(RouteType.BLACKHOLE, 0, 0, 0, false, 0, 0, false, List.of(), "");

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
    void rangesFindTheLongestPrefix(@ForAll("prefixes") List<Prefix> prefixes) {
        Fib fib = fib(prefixes);
        for (int address : probes(prefixes)) {
            int leaf = fib.longestMatch(address);
            assertEquals(expected(prefixes, address), leaf < 0 ? null : fib.prefix(leaf));
        }
    }

    @Property(tries = 25)
    void theLargeTableFindsWhatTheRangesFind(@ForAll("prefixes") List<Prefix> prefixes) {
        List<Prefix> sorted =
                prefixes.stream()
                        .distinct()
                        .sorted((a, b) ->
                                a.address() == b.address()
                                        ? a.length() - b.length()
                                        : Integer.compareUnsigned(a.address(), b.address()))
                        .toList();
        int[] addresses = sorted.stream().mapToInt(Prefix::address).toArray();
        byte[] lengths = new byte[sorted.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (byte) sorted.get(i).length();
        }
        var ranges = new AddressRanges(addresses, lengths, null);
        var large = new Dir24Dash8(ranges);
        for (int address : probes(prefixes)) {
            assertEquals(ranges.leaf(address), large.leaf(address), () -> Inet4.format(address));
        }
    }

    private static Fib fib(List<Prefix> prefixes) {
        var builder = new Fib.Builder(254);
        prefixes.forEach(prefix -> builder.add(prefix, ANY, 0));
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
