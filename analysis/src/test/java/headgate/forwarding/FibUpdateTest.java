package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A table that was changed route by route answers as one that was built with those routes.
class FibUpdateTest {
    /// Enough for the large structure.
    private static final int MANY = 33_000;

    /// From so many prefixes on it is used.
    private static final int LARGE = 1 << 15;

    private static FibInfo info(int metric) {
        return new FibInfo(RouteType.BLACKHOLE, 0, metric, 0, false, 0, 0, false, List.of(), "");
    }

    private static Prefix draw(Random random) {
        int length = 1 + random.nextInt(32);
        return new Prefix(0x0a000000 | random.nextInt(1 << 20), length);
    }

    private static Fib built(List<Route4> routes) {
        var builder = new Fib.Builder(254);
        routes.forEach(route -> builder.add(route.prefix(), route.info(), 0));
        return builder.build();
    }

    /// Metric and prefix of the route that answers; -1 if none does.
    private static String answer(Fib fib, int address) {
        var flow = new Flowi4();
        flow.destination = address;
        var result = new FibResult();
        Errno error = fib.lookup(flow, false, result);
        return error == Errno.EAGAIN ? "none" : result.info().metric() + " " + result.prefix();
    }

    private static void assertSameAnswers(Fib expected, Fib actual, Random random) {
        assertEquals(expected.size(), actual.size());
        assertEquals(expected.routes(), actual.routes());
        for (int i = 0; i < 2_000; i++) {
            int address = i < 10 ? random.nextInt() : 0x0a000000 | random.nextInt(1 << 20);
            assertEquals(
                    answer(expected, address),
                    answer(actual, address),
                    () -> Inet4.format(address));
        }
    }

    private static void changeAndCompare(List<Route4> base, long seed, int changes) {
        var random = new Random(seed);
        List<Route4> routes = new ArrayList<>(base);
        Fib fib = built(routes);
        Fib untouched = fib;
        for (int i = 0; i < changes; i++) {
            if (random.nextInt(3) == 0) {
                Route4 gone = routes.remove(random.nextInt(routes.size()));
                fib = fib.without(gone.prefix(), gone.info());
            } else {
                var more = new Route4(draw(random), 254, info(1_000_000 + i));
                routes.add(more);
                fib = fib.with(more.prefix(), more.info());
            }
        }
        assertSameAnswers(built(routes), fib, random);
        assertSameAnswers(built(base), untouched, random);
    }

    @Test
    void answersAsATableBuiltWithTheSameRoutes() {
        var random = new Random(7);
        List<Route4> many = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            many.add(new Route4(draw(random), 254, info(i)));
        }
        changeAndCompare(many, 1, 300);
        changeAndCompare(many.subList(0, 200), 2, 300);
    }

    @Test
    void becomesLargeRouteByRoute() {
        var random = new Random(5);
        var all = new ArrayList<Route4>();
        for (int i = 0; i < LARGE - 100; i++) {
            all.add(new Route4(new Prefix(0x0a000000 | i << 5, 27), 254, info(i)));
        }
        Fib fib = built(all);
        assertEquals(LARGE - 100, fib.size());
        while (fib.size() < LARGE + 100) {
            var route = new Route4(draw(random), 254, info(all.size()));
            fib = fib.with(route.prefix(), route.info());
            all.add(route);
        }
        assertSameAnswers(built(all), fib, random);
    }

    @Test
    void isTidyAfterManyRoutesCameAndWent() {
        Fib fib = built(List.of(new Route4(new Prefix(0, 1), 254, info(1))));
        var random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            Prefix prefix = draw(random);
            fib = fib.with(prefix, info(i)).without(prefix, info(i));
        }
        assertEquals(1, fib.routes().size());
        assertEquals("1 0.0.0.0/1", answer(fib, 1));
        assertEquals("none", answer(fib, -1));
    }

    @Test
    void keepsATableThatDoesNotHaveTheRoute() {
        Fib fib = built(List.of(new Route4(new Prefix(0x0a000000, 8), 254, info(1))));
        assertSame(fib, fib.without(new Prefix(0x0b000000, 8), info(1)));
        assertSame(fib, fib.without(new Prefix(0x0a000000, 8), info(2)));
    }
}
