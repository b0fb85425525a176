package headgate.benchmarks;

import headgate.forwarding.Fib6;
import headgate.forwarding.Fib6Info;
import headgate.forwarding.Fib6Result;
import headgate.forwarding.Flowi6;
import headgate.forwarding.Prefix6;
import headgate.forwarding.RouteType;
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
/// by the number of prefixes. Prefixes lie in 2000::/3 with the lengths of BGP tables, one in
/// twenty beyond /64; half of the lookups are of addresses in one of them.
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
        for (int i = 0; i < prefixes; i++) {
            int length = LENGTHS[random.nextInt(LENGTHS.length)];
            table[i] = new Prefix6(high(random), random.nextLong(), length);
        }
        for (int i = 0; i < LOOKUPS; i++) {
            Prefix6 inside = table[random.nextInt(prefixes)];
            boolean anywhere = (i & 1) == 0;
            highs[i] = anywhere ? high(random) : inside.high() | random.nextInt() & 0xffff;
            lows[i] = anywhere ? random.nextLong() : inside.low();
        }
        long before = heap();
        fib = buildTable();
        System.out.printf("%d prefixes take %.1f MB%n", fib.size(), (heap() - before) / 1e6);
    }

    /// 2000::/3, nearly all of it below 2a10::.
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

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public Fib6 changeOneRoute() {
        changed = (changed + 1) % prefixes;
        return fib.with(table[changed], infos[changed + 1 & 7]);
    }
}
