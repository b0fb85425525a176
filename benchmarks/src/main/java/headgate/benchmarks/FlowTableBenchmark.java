package headgate.benchmarks;

import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.Frame;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Cost of counting one frame to one of so many live flows, the next flow drawn at random; and what
/// a live flow takes of the heap.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(FlowTableBenchmark.FRAMES)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xmx2g", "-XX:+UseTransparentHugePages"})
public class FlowTableBenchmark {
    static final int FRAMES = 1 << 16;

    /// What the flows are: all of TCP, or as on a busy link.
    public enum Mix {
        /// Every flow a SYN and its answer.
        TCP,

        /// Of a hundred 50 of UDP with question and answer, 15 SYNs of a scan, 15 answered SYNs, 20
        /// connections with data both ways.
        BUSY_LINK
    }

    @Param({"10000", "1000000"})
    private int flows;

    @Param({"TCP", "BUSY_LINK"})
    private Mix mix;

    private final Frame frame = new Frame();
    private final Frame[] several = new Frame[8];
    private final Conversations conversations = new Conversations();
    private FlowTable table;
    private int draw = 1;

    @Setup
    public void open() {
        Arrays.setAll(several, _ -> new Frame());
        long before = heapUsed();
        table =
                new FlowTable(
                        FlowSettings.CAPTURE_FILE.with(draft -> draft.maxFlows = 2 * flows),
                        _ -> {});
        for (int flow = 0; flow < flows; flow++) {
            conversations.open(mix, frame, flow, table);
        }
        System.out.printf("%n# %d bytes a flow%n", (heapUsed() - before) / flows);
    }

    @TearDown(Level.Trial)
    public void check() {
        if (table.size() != flows) {
            throw new IllegalStateException(table.size() + " flows, not " + flows);
        }
    }

    /// A TCP segment or a datagram with payload.
    @Benchmark
    public long segment() {
        for (int i = 0; i < FRAMES; i++) {
            conversations.segment(mix, frame, next());
            table.onFrame(frame);
        }
        return table.size();
    }

    /// The same, of frames that the table knows eight at once, as a file's.
    @Benchmark
    public long severalSegments() {
        for (int i = 0; i < FRAMES; i += several.length) {
            for (Frame each : several) {
                conversations.segment(mix, each, next());
            }
            table.onFrames(several, 0, several.length);
        }
        return table.size();
    }

    /// The cost of making up the frame, to take off the others.
    @Benchmark
    public long frameAlone() {
        long sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            conversations.segment(mix, frame, next());
            sum += frame.sourceLow + frame.sequenceNumber();
        }
        return sum;
    }

    /// Xorshift (Marsaglia 2003), cut to the number of flows.
    private int next() {
        draw ^= draw << 13;
        draw ^= draw >>> 17;
        draw ^= draw << 5;
        return (int) ((draw & 0xffff_ffffL) * flows >>> 32);
    }

    private static long heapUsed() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /// Of clients in 10.0.0.0/8 with one server.
    private static final class Conversations {
        private static final long SERVER = 0xc0a8_0001L;
        private static final int SYN = 0x02;
        private static final int ACK = 0x10;
        private static final int UDP = 17;
        private static final int TCP = 6;

        private long nanos = 1_700_000_000_000_000_000L;
        private int sequence = 1;

        /// What a flow is, 0 to 99: neighbours are not alike.
        private static int kind(Mix mix, int flow) {
            return mix == Mix.TCP ? 65 : flow * 37 % 100;
        }

        void open(Mix mix, Frame frame, int flow, FlowTable table) {
            int kind = kind(mix, flow);
            if (kind < 50) {
                send(table, frame, flow, true, UDP, 0, 0, 0, 40);
                send(table, frame, flow, false, UDP, 0, 0, 0, 200);
                return;
            }
            send(table, frame, flow, true, TCP, SYN, 0, 0, 0);
            if (kind >= 65) {
                send(table, frame, flow, false, TCP, SYN | ACK, 0, 1, 0);
            }
            if (kind >= 80) {
                send(table, frame, flow, true, TCP, ACK, 1, 1, 0);
                send(table, frame, flow, true, TCP, ACK, 1, 1, 300);
                send(table, frame, flow, false, TCP, ACK, 1, 301, 1400);
                send(table, frame, flow, true, TCP, ACK, 301, 1401, 0);
            }
        }

        private void send(
                FlowTable table,
                Frame frame,
                int flow,
                boolean fromClient,
                int protocol,
                int flags,
                int sequence,
                int acknowledgment,
                int payload) {
            fill(frame, flow, fromClient, protocol, flags, sequence, acknowledgment, payload);
            table.onFrame(frame);
        }

        void segment(Mix mix, Frame frame, int flow) {
            // Of all flows together, so no segment looks like a repetition.
            sequence += 100;
            int protocol = kind(mix, flow) < 50 ? UDP : TCP;
            fill(frame, flow, true, protocol, ACK, sequence, 1, 100);
        }

        private void fill(
                Frame frame,
                int flow,
                boolean fromClient,
                int protocol,
                int flags,
                int sequence,
                int acknowledgment,
                int payload) {
            frame.clear();
            frame.setIpv4(0, 40 + payload, 0, false, false, 0, 64, protocol, 0);
            frame.arrivalNanos = nanos += 100;
            frame.lengthOnWire = 54 + payload;
            frame.payloadLength = payload;
            if (protocol == TCP) {
                frame.setTcp(sequence, acknowledgment, 20, flags, 1000, 0, 0);
            } else {
                frame.setUdpLength(8 + payload);
            }
            long client = 0x0a00_0000L + flow / 4;
            int port = 40_000 + flow % 4;
            frame.sourceLow = fromClient ? client : SERVER;
            frame.destinationLow = fromClient ? SERVER : client;
            frame.sourcePort = fromClient ? port : 443;
            frame.destinationPort = fromClient ? 443 : port;
        }
    }
}
