package headgate.benchmarks;

import headgate.forwarding.Fib;
import headgate.forwarding.FibInfo;
import headgate.forwarding.FibResult;
import headgate.forwarding.Flowi4;
import headgate.forwarding.Prefix;
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

/// Cost of one longest-prefix match on random addresses, of building the table, of changing one
/// route of it, and the heap that it takes (printed at set-up), by the number of prefixes of a
/// [BgpLikeTable].
@State(Scope.Thread)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class FibBenchmark {
    static final int LOOKUPS = 1 << 20;

    @Param({"1000", "30000", "1000000"})
    private int prefixes;

    private final Flowi4 flow = new Flowi4();
    private final FibResult result = new FibResult();
    private final int[] addresses = new int[LOOKUPS];
    private Prefix[] table;
    private FibInfo[] infos;
    private Fib fib;
    private int changed;

    @Setup
    public void draw() {
        var random = new Random(7);
        table = new Prefix[prefixes];
        infos = new FibInfo[8];
        for (int i = 0; i < infos.length; i++) {
            infos[i] = new FibInfo(RouteType.BLACKHOLE, 0, i, 0, false, 0, 0, false, List.of(), "");
        }
        for (int i = 0; i < prefixes; i++) {
            int length = BgpLikeTable.length(random);
            table[i] = new Prefix(BgpLikeTable.address(random, length), length);
        }
        for (int i = 0; i < LOOKUPS; i++) {
            addresses[i] = BgpLikeTable.address(random, 32);
        }
        long before = heap();
        fib = buildTable();
        System.out.printf("%d prefixes take %.1f MB%n", fib.size(), (heap() - before) / 1e6);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private Fib buildTable() {
        var builder = new Fib.Builder(254);
        for (int i = 0; i < table.length; i++) {
            builder.add(table[i], infos[i & 7], 0);
        }
        return builder.build();
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    @OperationsPerInvocation(LOOKUPS)
    public long lookup() {
        long sum = 0;
        for (int address : addresses) {
            flow.destination = address;
            sum += fib.lookup(flow, false, result).ordinal();
        }
        return sum;
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Fib build() {
        return buildTable();
    }

    /// A route goes, and comes again.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @OperationsPerInvocation(2)
    public Fib changeOneRoute() {
        changed = (changed + 1) % prefixes;
        FibInfo info = infos[changed & 7];
        return fib.without(table[changed], info).with(table[changed], info);
    }
}
