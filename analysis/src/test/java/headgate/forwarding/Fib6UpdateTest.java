package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A table that was changed route by route answers as one that was built with those routes.
class Fib6UpdateTest {
    /// Enough for a trie of many parts.
    private static final int MANY = 8_000;

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

    /// Addresses in clusters, so that prefixes nest and touch at every length.
    private static long high(Random random) {
        long cluster = 0x2001_0db8_0000_0000L + ((long) random.nextInt(3) << 48);
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> cluster | random.nextInt(16);
            case 2 -> cluster | (long) random.nextInt(1 << 12) << 16;
            default -> cluster & -1L << 32 | (long) random.nextInt(64) << 30;
        };
    }

    private static Prefix6 draw(Random random) {
        return new Prefix6(high(random), random.nextInt(4), 1 + random.nextInt(128));
    }

    private static Fib6 built(List<Route6> routes) {
        var builder = new Fib6.Builder(254);
        routes.forEach(route -> builder.add(route.prefix(), route.info()));
        return builder.build();
    }

    private static String answer(Fib6 fib, long high, long low) {
        var flow = new Flowi6();
        flow.destinationHigh = high;
        flow.destinationLow = low;
        var result = new Fib6Result();
        return fib.lookup(flow, false, result) == Errno.EAGAIN
                ? "none"
                : result.info().metric() + " " + result.prefix();
    }

    private static String search(List<Route6> routes, long high, long low) {
        Route6 best = null;
        for (Route6 route : routes) {
            boolean contains = route.prefix().contains(high, low);
            if (contains && (best == null || isBetter(route, best))) {
                best = route;
            }
        }
        return best == null ? "none" : best.info().metric() + " " + best.prefix();
    }

    private static boolean isBetter(Route6 route, Route6 than) {
        int longer = route.prefix().length() - than.prefix().length();
        return longer > 0 || longer == 0 && route.info().metric() < than.info().metric();
    }

    private static void changeAndCompare(List<Route6> base, long seed, int changes) {
        var random = new Random(seed);
        List<Route6> routes = new ArrayList<>(base);
        Fib6 fib = built(routes);
        Fib6 untouched = fib;
        for (int i = 0; i < changes; i++) {
            if (random.nextInt(3) == 0) {
                Route6 gone = routes.remove(random.nextInt(routes.size()));
                fib = fib.without(gone.prefix(), gone.info());
            } else {
                var more = new Route6(draw(random), 254, info(1_000_000 + i));
                routes.add(more);
                fib = fib.with(more.prefix(), more.info());
            }
        }
        Fib6 expected = built(routes);
        assertEquals(expected.size(), fib.size());
        assertEquals(expected.routes(), fib.routes());
        assertEquals(built(base).routes(), untouched.routes());
        for (int i = 0; i < 2_000; i++) {
            long high = high(random);
            long low = random.nextInt(4);
            String name = Inet6.format(high, low);
            assertEquals(answer(expected, high, low), answer(fib, high, low), name);
            if (i < 200) {
                assertEquals(search(routes, high, low), answer(fib, high, low), name);
                assertEquals(search(base, high, low), answer(untouched, high, low), name);
            }
        }
    }

    @Test
    void answersAsATableBuiltWithTheSameRoutes() {
        var random = new Random(7);
        List<Route6> many = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            many.add(new Route6(draw(random), 254, info(i)));
        }
        changeAndCompare(many, 1, 300);
        changeAndCompare(many.subList(0, 200), 2, 300);
        changeAndCompare(many.subList(0, 3_000), 3, 2_000);
    }

    @Test
    void isTidyAfterManyRoutesCameAndWent() {
        Fib6 fib = built(List.of(new Route6(new Prefix6(0, 0, 1), 254, info(1))));
        var random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            Prefix6 prefix = draw(random);
            fib = fib.with(prefix, info(i)).without(prefix, info(i));
        }
        assertEquals(1, fib.size());
        assertEquals(1, fib.routes().size());
        assertEquals("1 " + new Prefix6(0, 0, 1), answer(fib, 1, 1));
        assertEquals("none", answer(fib, -1, 1));
    }

    @Test
    void keepsATableThatDoesNotHaveTheRoute() {
        Fib6 fib = built(List.of(new Route6(new Prefix6(0, 0, 1), 254, info(1))));
        assertSame(fib, fib.without(new Prefix6(0, 0, 2), info(1)));
        assertSame(fib, fib.without(new Prefix6(0, 0, 1), info(2)));
    }
}
