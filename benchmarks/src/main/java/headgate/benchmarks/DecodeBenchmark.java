package headgate.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import headgate.packet.FlowHash;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.LinkType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Cost of decoding one frame of [MixedTraffic], beside the bare cost of touching its header bytes.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(DecodeBenchmark.FRAMES)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class DecodeBenchmark {
    static final int FRAMES = 4096;

    private final FrameDecoder decoder = new FrameDecoder();
    private final Frame frame = new Frame();
    private MixedTraffic traffic;

    @Setup
    public void makeTraffic() {
        traffic = new MixedTraffic(FRAMES, 42);
        frame.bytes = traffic.bytes;
        frame.linkType = LinkType.ETHERNET;
    }

    /// The lower bound: the seven words of a frame that hold its headers.
    @Benchmark
    public long touch() {
        long sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            long start = traffic.starts[i];
            for (int word = 0; word < 7; word++) {
                sum += traffic.bytes.get(JAVA_LONG_UNALIGNED, start + word * 8);
            }
        }
        return sum;
    }

    /// Walks the headers, and reads one fact.
    @Benchmark
    public long decode() {
        long sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            sum += decodeOne(i).payloadOffset;
        }
        return sum;
    }

    @Benchmark
    public long decodeAndHash() {
        long sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            sum += FlowHash.symmetric(decodeOne(i));
        }
        return sum;
    }

    /// As [#decode], and reads every fact that `FrameCodec` writes.
    @Benchmark
    public long decodeAndReadAll() {
        long sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            Frame decoded = decodeOne(i);
            sum += link(decoded) + network(decoded) + transport(decoded);
        }
        return sum;
    }

    private static long link(Frame frame) {
        long sum = frame.destinationMac() + frame.sourceMac() + frame.packetType + frame.etherType;
        for (int i = 0; i < frame.layerCount; i++) {
            sum += frame.layer(i).ordinal() + frame.layerOffset(i);
        }
        for (int i = 0; i < frame.vlanCount; i++) {
            sum += frame.vlanTags[i];
        }
        if (frame.arpOperation() < 0) {
            return sum;
        }
        return sum
                + frame.arpOperation()
                + frame.arpSenderMac()
                + frame.arpSenderAddress()
                + frame.arpTargetMac()
                + frame.arpTargetAddress();
    }

    private static long network(Frame frame) {
        if (frame.ipVersion == 0) {
            return frame.networkOffset;
        }
        long sum =
                frame.networkOffset
                        + frame.networkHeaderLength
                        + frame.trafficClass()
                        + frame.networkLength()
                        + frame.identification()
                        + (frame.moreFragments() ? 1 : 0)
                        + frame.fragmentOffset()
                        + frame.timeToLive()
                        + frame.protocol
                        + frame.sourceLow
                        + frame.destinationLow;
        if (frame.ipVersion == 4) {
            return sum + (frame.dontFragment() ? 1 : 0) + frame.networkChecksum();
        }
        return sum
                + frame.flowLabel()
                + frame.nextHeader()
                + frame.sourceHigh
                + frame.destinationHigh;
    }

    private static long transport(Frame frame) {
        long sum =
                frame.transportOffset
                        + frame.sourcePort
                        + frame.destinationPort
                        + frame.transportChecksum
                        + frame.payloadOffset
                        + frame.payloadLength
                        + frame.payloadCaptured
                        + frame.check.ordinal();
        if (frame.tcpHeaderLength() > 0) {
            return sum + tcp(frame);
        }
        if (frame.icmpType() >= 0) {
            sum += frame.icmpType() + frame.icmpCode() + frame.icmpIdentifier();
            return sum + frame.icmpSequence() + frame.igmpGroup();
        }
        return sum + frame.udpLength();
    }

    private static long tcp(Frame frame) {
        return (long) frame.sequenceNumber()
                + frame.acknowledgmentNumber()
                + frame.tcpHeaderLength()
                + frame.tcpFlags()
                + frame.window()
                + frame.urgentPointer()
                + frame.maximumSegmentSize()
                + frame.windowScale()
                + (frame.sackPermitted() ? 1 : 0)
                + (frame.hasTimestamps() ? 1 : 0)
                + frame.timestampValue()
                + frame.timestampEchoReply();
    }

    private Frame decodeOne(int index) {
        frame.start = traffic.starts[index];
        frame.lengthCaptured = frame.lengthOnWire = traffic.lengths[index];
        decoder.decode(frame);
        return frame;
    }
}
