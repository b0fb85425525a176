package headgate.benchmarks;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.NetDevice;
import headgate.forwarding.SnapshotException;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Cost of a verdict by the number of rules at the forward hook, all of which are asked: each
/// compares an address, a port or a device, and the last accepts.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PacketFilterBenchmark {
    private static final String[] MATCHES = {
        "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},"
                + "\"right\":{\"prefix\":{\"addr\":\"192.168.%d.0\",\"len\":24}}}}",
        "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}},"
                + "\"right\":{\"set\":[1,2,%d]}}}",
        "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"iifname\"}},\"right\":\"veth%d\"}}",
        "{\"match\":{\"op\":\"in\",\"left\":{\"payload\":{\"protocol\":\"tcp\",\"field\":\"flags\"}},"
                + "\"right\":\"syn\"}},{\"counter\":{\"packets\":%d,\"bytes\":0}}",
    };

    @Param({"0", "10", "100", "1000"})
    private int rules;

    /// Whether the first rule asks for the state of the connection.
    @Param({"false", "true"})
    private boolean tracked;

    private final Frame frame = new Frame();
    private ForwardingPath path;
    private NetDevice device;

    @Setup
    public void makeRouterAndFrame() throws SnapshotException {
        var documents = BgpLikeTable.router(10);
        documents.put("nft.json", ruleset());
        path = new ForwardingPath(HostSnapshot.of(documents));
        device = path.host().device("eth0");
        byte[] bytes = BgpLikeTable.frameTo(0x0b000001);
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        new FrameDecoder().decode(frame);
    }

    private String ruleset() {
        var json =
                new StringBuilder(
                        "{\"nftables\":[{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"c\","
                                + "\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"accept\"}}");
        if (tracked) {
            append(
                    json,
                    "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":\"invalid\"}}");
        }
        for (int i = 0; i < rules; i++) {
            append(json, MATCHES[i % MATCHES.length].formatted(i % 250 + 3));
        }
        return json.append("]}").toString();
    }

    private static void append(StringBuilder json, String match) {
        json.append(
                ",{\"rule\":{\"family\":\"ip\",\"table\":\"t\",\"chain\":\"c\",\"handle\":1,\"expr\":[");
        json.append(match).append(",{\"drop\":null}]}}");
    }

    @Benchmark
    public int judge() {
        return path.judge(frame, device).outcome.ordinal();
    }
}
