package headgate.benchmarks;

import headgate.packet.FlowHash;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.LinkType;
import headgate.schema.AvroFraming;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHandler;
import headgate.schema.FrameBatchHeader;
import headgate.schema.FrameBatchHeader.Clock;
import headgate.schema.FrameBatchHeader.Interface;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Cost of one frame of [MixedTraffic] in a batch, all its fields and its bytes, written and read;
/// beside the same through Avro's generic records.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(FrameBatchBenchmark.FRAMES)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class FrameBatchBenchmark implements FrameBatchHandler {
    static final int FRAMES = 1000;
    private static final FrameBatchHeader HEADER =
            new FrameBatchHeader(
                    "gw1",
                    "eth0",
                    List.of(new Interface("eth0", LinkType.ETHERNET, 262144)),
                    0,
                    4,
                    0,
                    0,
                    Clock.HOST,
                    0,
                    "",
                    null,
                    1);

    private final FrameBatchCodec codec = new FrameBatchCodec();
    private final Frame[] frames = new Frame[FRAMES];
    private byte[] value;
    private GenericRecord record;
    private long sum;

    @Setup(Level.Trial)
    public void makeBatch() throws IOException {
        var traffic = new MixedTraffic(FRAMES, 42);
        var decoder = new FrameDecoder();
        for (int i = 0; i < FRAMES; i++) {
            var frame = new Frame();
            frame.bytes = traffic.bytes;
            frame.start = traffic.starts[i];
            frame.lengthCaptured = frame.lengthOnWire = traffic.lengths[i];
            frame.arrivalNanos = 1_700_000_000_000_000_000L + i * 1000L;
            decoder.decode(frame);
            frames[i] = frame;
        }
        write();
        value = codec.finish();
        record = generic();
    }

    /// All fields and bytes of the frames into the codec's own buffer.
    @Benchmark
    public int write() {
        codec.begin(HEADER);
        for (int i = 0; i < FRAMES; i++) {
            codec.add(frames[i], 1_000_000L + i, FlowHash.symmetric(frames[i]), Integer.MAX_VALUE);
        }
        return codec.size();
    }

    /// The same, and the finished value that a producer takes.
    @Benchmark
    public byte[] writeAndFinish() {
        write();
        return codec.finish();
    }

    /// Every field back into the reused frame; bytes stay where they are.
    @Benchmark
    public long read() {
        sum = 0;
        codec.read(value, this);
        return sum;
    }

    @Benchmark
    public int genericWrite() throws IOException {
        var bytes = new ByteArrayOutputStream(value.length);
        var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(FrameBatchCodec.SCHEMA).write(record, encoder);
        encoder.flush();
        return bytes.size();
    }

    @Benchmark
    public GenericRecord genericRead() throws IOException {
        return generic();
    }

    private GenericRecord generic() throws IOException {
        var decoder =
                DecoderFactory.get()
                        .binaryDecoder(
                                value, AvroFraming.LENGTH, value.length - AvroFraming.LENGTH, null);
        return new GenericDatumReader<GenericRecord>(FrameBatchCodec.SCHEMA).read(null, decoder);
    }

    @Override
    public void onBatch(FrameBatchHeader header) {
        sum += header.lane();
    }

    @Override
    public void onFrame(Frame frame, long sequence, int flowHash) {
        sum += frame.sourceLow + frame.payloadOffset + sequence + flowHash;
    }
}
