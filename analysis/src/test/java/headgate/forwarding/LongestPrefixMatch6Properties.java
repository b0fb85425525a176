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

/// The IPv6 table finds what a search through the list of prefixes finds, however it was built.
class LongestPrefixMatch6Properties {
    private static final Fib6Info ANY = info(0);

    private static Fib6Info info(int metric) {
        return new Fib6Info(
                RouteType.LOCAL,
                Prefix6.DEFAULT,
                metric,
                Fib6Info.MEDIUM,
                false,
                null,
                0,
                false,
                List.of(),
                "");
    }

    /// Prefixes near each other, so that they nest and touch, on both sides of /64.
    @Provide
    Arbitrary<List<Prefix6>> prefixes() {
        Arbitrary<Long> halves =
                Arbitraries.oneOf(
                        Arbitraries.longs(),
                        Arbitraries.longs().between(0, 7),
                        Arbitraries.longs().between(0, 3).map(i -> i << 62),
                        Arbitraries.just(-1L));
        return Combinators.combine(halves, halves, Arbitraries.integers().between(0, 128))
                .as(Prefix6::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 300)
    void findsTheLongestPrefix(@ForAll("prefixes") List<Prefix6> prefixes) {
        var builder = new Fib6.Builder(254);
        prefixes.forEach(prefix -> builder.add(prefix, ANY));
        assertFinds(prefixes, builder.build());
    }

    @Property(tries = 100)
    void aTableChangedRouteByRouteIsTheTableBuiltAtOnce(
            @ForAll("prefixes") List<Prefix6> kept, @ForAll("prefixes") List<Prefix6> dropped) {
        Fib6 fib = new Fib6.Builder(254).build();
        for (Prefix6 prefix : dropped) {
            fib = fib.with(prefix, info(7));
        }
        for (Prefix6 prefix : kept) {
            fib = fib.with(prefix, ANY);
        }
        for (Prefix6 prefix : dropped) {
            fib = fib.without(prefix, info(7));
        }
        assertFinds(kept, fib);
        assertEquals(kept.size(), fib.routes().size());
    }

    private static void assertFinds(List<Prefix6> prefixes, Fib6 fib) {
        var flow = new Flowi6();
        var result = new Fib6Result();
        for (Prefix6 probe : probes(prefixes)) {
            flow.destinationHigh = probe.high();
            flow.destinationLow = probe.low();
            result.clear();
            Errno error = fib.lookup(flow, false, result);
            assertEquals(expected(prefixes, probe), error == Errno.NONE ? result.prefix() : null);
        }
    }

    /// The edges of every prefix, and what lies beside them.
    private static List<Prefix6> probes(List<Prefix6> prefixes) {
        var probes = new ArrayList<Prefix6>();
        probes.add(host(0, 0));
        probes.add(host(-1, -1));
        for (Prefix6 prefix : prefixes) {
            long high = prefix.high() | ~Prefix6.mask(prefix.length());
            long low = prefix.low() | ~Prefix6.mask(prefix.length() - 64);
            probes.add(host(prefix.high(), prefix.low()));
            probes.add(host(prefix.high(), prefix.low() - 1));
            probes.add(host(prefix.high() - 1, -1));
            probes.add(host(high, low));
            probes.add(host(high, low + 1));
            probes.add(host(high + 1, 0));
        }
        return probes;
    }

    private static Prefix6 host(long high, long low) {
        return new Prefix6(high, low, 128);
    }

    private static Prefix6 expected(List<Prefix6> prefixes, Prefix6 address) {
        Prefix6 longest = null;
        for (Prefix6 prefix : prefixes) {
            if (prefix.contains(address.high(), address.low())
                    && (longest == null || prefix.length() > longest.length())) {
                longest = prefix;
            }
        }
        return longest;
    }
}
