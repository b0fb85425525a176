package headgate.benchmarks;

import headgate.forwarding.Fib6;
import headgate.forwarding.Fib6Info;
import headgate.forwarding.Fib6Result;
import headgate.forwarding.Flowi6;
import headgate.forwarding.Prefix6;
import headgate.forwarding.RouteType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Cost of one IPv6 longest-prefix match, of building the table, and of changing one route of it,
/// by the number of prefixes and where they lie.
///
/// `internet`: in the /16s that registries give out of, networks of /29 and /32, most of them
/// announced whole, a few in many /48s and /40s (the number falls off as the size of networks
/// does); each lookup is of a random address within a random prefix, which is harsher than traffic,
/// where few destinations have most packets. `scattered`: anywhere in 2000::/4, one in six beyond
/// /48, also beyond /64; half of the lookups are of addresses anywhere, which have no route.
@State(Scope.Thread)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class Fib6Benchmark {
    static final int LOOKUPS = 1 << 20;

    /// Nearly half of the Internet's IPv6 prefixes are /48.
    private static final int[] LENGTHS = {
        29, 32, 32, 32, 36, 36, 40, 40, 40, 44, 44, 44, 46, 47, 48, 48, 48, 48, 48, 48, 48, 48, 48,
        48, 48, 56, 56, 64, 64, 128
    };

    /// Lengths inside a network.
    private static final int[] INNER_LENGTHS = {
        36, 40, 40, 44, 46, 47, 48, 48, 48, 48, 48, 48, 48, 48, 48
    };

    private static final int MOST_INNER = 4000;

    /// The /16s with nearly all of the Internet's prefixes.
    private static final int[] REGISTRIES = {
        0x2001, 0x2400, 0x2401, 0x2402, 0x2403, 0x2404, 0x2405, 0x2406, 0x2407, 0x2408, 0x2409,
        0x2600, 0x2601, 0x2602, 0x2603, 0x2604, 0x2605, 0x2606, 0x2607, 0x2620, 0x2800, 0x2801,
        0x2803, 0x2804, 0x2806, 0x2a00, 0x2a01, 0x2a02, 0x2a03, 0x2a04, 0x2a05, 0x2a06, 0x2a07,
        0x2a09, 0x2a0a, 0x2a0b, 0x2a0c, 0x2a0d, 0x2a0e, 0x2a0f, 0x2a10, 0x2c0f
    };

    @Param({"internet", "scattered"})
    private String shape = "internet";

    @Param({"1000", "30000", "200000"})
    private int prefixes;

    private final Flowi6 flow = new Flowi6();
    private final Fib6Result result = new Fib6Result();
    private final long[] highs = new long[LOOKUPS];
    private final long[] lows = new long[LOOKUPS];
    private Prefix6[] table;
    private Fib6Info[] infos;
    private Fib6 fib;
    private int changed;

    @Setup
    public void draw() {
        var random = new Random(7);
        table = new Prefix6[prefixes];
        infos = new Fib6Info[8];
        for (int i = 0; i < infos.length; i++) {
            infos[i] =
                    new Fib6Info(
                            RouteType.LOCAL,
                            Prefix6.DEFAULT,
                            i,
                            Fib6Info.MEDIUM,
                            false,
                            null,
                            0,
                            false,
                            List.of(),
                            "");
        }
        boolean scattered = shape.equals("scattered");
        if (scattered) {
            for (int i = 0; i < prefixes; i++) {
                int length = LENGTHS[random.nextInt(LENGTHS.length)];
                table[i] = new Prefix6(high(random), random.nextLong(), length);
            }
        } else {
            drawNetworks(random);
        }
        for (int i = 0; i < LOOKUPS; i++) {
            Prefix6 inside = table[random.nextInt(prefixes)];
            boolean anywhere = scattered && (i & 1) == 0;
            long host = inside.length() < 64 ? random.nextLong() >>> inside.length() : 0;
            highs[i] = anywhere ? high(random) : inside.high() | host;
            lows[i] = anywhere ? random.nextLong() : inside.low();
        }
        long before = heap();
        fib = buildTable();
        System.out.printf("%d prefixes take %.1f MB%n", fib.size(), (heap() - before) / 1e6);
    }

    private void drawNetworks(Random random) {
        var drawn = new LinkedHashSet<Prefix6>();
        while (drawn.size() < prefixes) {
            int registry = REGISTRIES[random.nextInt(REGISTRIES.length)];
            int length = random.nextInt(4) == 0 ? 29 : 32;
            long high = (long) registry << 48 | (long) random.nextInt(1 << 16) << 32;
            var network = new Prefix6(high, 0, length);
            drawn.add(network);
            int inner = (int) Math.min(MOST_INNER, 2 * Math.pow(random.nextDouble(), -0.9) - 2);
            for (int i = 0; i < inner && drawn.size() < prefixes; i++) {
                int innerLength = INNER_LENGTHS[random.nextInt(INNER_LENGTHS.length)];
                long inside =
                        random.nextInt(3) == 0
                                ? random.nextLong() >>> length
                                : (long) random.nextInt(64) << 16;
                drawn.add(new Prefix6(network.high() | inside, 0, innerLength));
            }
        }
        table = drawn.toArray(Prefix6[]::new);
    }

    private static long high(Random random) {
        return 0x2000_0000_0000_0000L | random.nextLong() >>> 4;
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private Fib6 buildTable() {
        var builder = new Fib6.Builder(254);
        for (int i = 0; i < table.length; i++) {
            builder.add(table[i], infos[i & 7]);
        }
        return builder.build();
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    @OperationsPerInvocation(LOOKUPS)
    public long lookup() {
        long sum = 0;
        for (int i = 0; i < LOOKUPS; i++) {
            flow.destinationHigh = highs[i];
            flow.destinationLow = lows[i];
            sum += fib.lookup(flow, false, result).ordinal();
        }
        return sum;
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Fib6 build() {
        return buildTable();
    }

    /// A route goes, and comes again.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @OperationsPerInvocation(2)
    public Fib6 changeOneRoute() {
        changed = (changed + 1) % prefixes;
        Fib6Info info = infos[changed & 7];
        return fib.without(table[changed], info).with(table[changed], info);
    }
}
