package headgate.benchmarks;

import headgate.softnet.ReceivePath;
import headgate.softnet.RxListener;
import headgate.softnet.SoftnetProfile;
import java.util.SplittableRandom;
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

/// Cost of one arrival in the model of the receive path, under one profile, with everything that it
/// leads to. Run with `-prof gc` to see that it allocates nothing.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ReceivePathBenchmark.ARRIVALS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class ReceivePathBenchmark {
    static final int ARRIVALS = 1 << 16;

    @Param({"linux-6", "linux-6-rps", "linux-6-nic"})
    private String profile;

    /// Offered load in per cent of what the CPUs that do protocol work can serve; gaps are
    /// uniformly random.
    @Param({"50", "95", "150"})
    private int load;

    private final long[] gapNanos = new long[ARRIVALS];
    private final int[] flowHash = new int[ARRIVALS];
    private ReceivePath path;
    private long nowNanos;

    @Setup
    public void makeTraffic() {
        SoftnetProfile settings = SoftnetProfile.of(profile);
        path = new ReceivePath(settings, RxListener.NONE);
        long cycle = cycleNanos(settings);
        var random = new SplittableRandom(42);
        for (int i = 0; i < ARRIVALS; i++) {
            gapNanos[i] = random.nextLong(2 * cycle * 100 / load);
            flowHash[i] = random.nextInt();
        }
    }

    private static long cycleNanos(SoftnetProfile settings) {
        var costs = settings.costs();
        return settings.nic().hasRings()
                ? (costs.packetNanos() + costs.driverNanos()) / settings.nic().rxQueues()
                : costs.packetNanos() + costs.gapNanos();
    }

    @Benchmark
    public long offer() {
        for (int i = 0; i < ARRIVALS; i++) {
            nowNanos += gapNanos[i];
            path.offer(i, nowNanos, 512, flowHash[i]);
        }
        return nowNanos;
    }
}
