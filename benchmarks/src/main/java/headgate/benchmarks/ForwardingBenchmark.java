package headgate.benchmarks;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.NetDevice;
import headgate.forwarding.SnapshotException;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import java.lang.foreign.MemorySegment;
import java.util.Map;
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

/// Cost of one verdict on random destinations, by the number of prefixes in the main table: from
/// the frame's bytes to the egress device, without making an object ([#judge]), and as a value with
/// its steps ([#decide]).
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ForwardingBenchmark.FRAMES)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ForwardingBenchmark {
    static final int FRAMES = 4096;
    private static final int FRAME_BYTES = 64;

    @Param({"10", "10000", "1000000"})
    private int prefixes;

    private final Frame frame = new Frame();
    private ForwardingPath path;
    private NetDevice device;
    private MemorySegment bytes;

    @Setup
    public void makeRouterAndTraffic() throws SnapshotException {
        path = new ForwardingPath(HostSnapshot.of(documents(prefixes)));
        device = path.host().device("eth0");
        bytes = MemorySegment.ofArray(traffic());
        frame.bytes = bytes.asSlice(0, FRAME_BYTES);
        frame.lengthCaptured = frame.lengthOnWire = FRAME_BYTES;
        new FrameDecoder().decode(frame);
        frame.bytes = bytes;
    }

    private static byte[] traffic() {
        var random = new Random(42);
        byte[] traffic = new byte[FRAMES * FRAME_BYTES];
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = BgpLikeTable.frameTo(random.nextInt(0xe0000000 >>> 1) * 2 + 0x0b000000);
            System.arraycopy(frame, 0, traffic, i * FRAME_BYTES, FRAME_BYTES);
        }
        return traffic;
    }

    private static Map<String, String> documents(int prefixes) {
        return BgpLikeTable.router(prefixes);
    }

    @Benchmark
    public long judge() {
        long sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            frame.start = (long) i * FRAME_BYTES;
            sum += path.judge(frame, device).outcome.ordinal();
        }
        return sum;
    }

    @Benchmark
    public long decide() {
        long sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            frame.start = (long) i * FRAME_BYTES;
            sum += path.decide(frame, "eth0").trail().steps().size();
        }
        return sum;
    }
}
