package headgate.benchmarks;

import headgate.softnet.QueueLayer;
import headgate.softnet.RxListener;
import headgate.softnet.SoftnetProfile;
import java.util.Arrays;
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

    /// A profile, and what is set in it.
    @Param({
        "linux-6",
        "linux-6-rps",
        "linux-6-nic",
        "linux-6-nic rps=0-3",
        "tpacket_v3",
        "af_packet",
        "linux-6-nic rps=0-3 tap=tpacket_v3"
    })
    private String profile;

    /// Offered load in per cent of what the CPUs that do protocol work can serve; gaps are
    /// uniformly random.
    @Param({"50", "95", "150"})
    private int load;

    private final long[] gapNanos = new long[ARRIVALS];
    private final int[] flowHash = new int[ARRIVALS];
    private QueueLayer path;
    private long nowNanos;

    @Setup
    public void makeTraffic() {
        SoftnetProfile settings = settings();
        path = QueueLayer.of(settings, RxListener.NONE);
        long cycle = cycleNanos(settings);
        var random = new SplittableRandom(42);
        for (int i = 0; i < ARRIVALS; i++) {
            gapNanos[i] = random.nextLong(2 * cycle * 100 / load);
            flowHash[i] = random.nextInt();
        }
    }

    private SoftnetProfile settings() {
        String[] words = profile.split(" ");
        SoftnetProfile settings = SoftnetProfile.of(words[0]);
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            String[] setting = word.split("=");
            settings = settings.with(setting[0], setting[1]);
        }
        return settings;
    }

    /// Time between two frames that the slowest part of the path can just follow.
    private static long cycleNanos(SoftnetProfile settings) {
        var costs = settings.costs();
        long packet = costs.packetNanos();
        if (!settings.hasRings()) {
            packet += costs.gapNanos();
        } else if (settings.cpus().rpsCpus().isEmpty()) {
            packet = (packet + costs.driverNanos()) / settings.nic().rxQueues();
        } else {
            packet = (packet + costs.driverNanos() + costs.gapNanos()) / settings.cpus().count();
        }
        return settings.tap().isOff()
                ? packet
                : Math.max(packet, settings.tap().reader().packetNanos());
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
