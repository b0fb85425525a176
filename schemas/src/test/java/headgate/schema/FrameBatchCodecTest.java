package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Check;
import headgate.packet.DecodeError;
import headgate.packet.Frame;
import headgate.packet.Layer;
import headgate.packet.LinkType;
import headgate.schema.FrameBatchHeader.Clock;
import headgate.schema.FrameBatchHeader.Interface;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameBatchCodecTest {
    static final int ALL = Integer.MAX_VALUE;
    static final FrameBatchHeader HEADER =
            new FrameBatchHeader(
                            "gw1",
                            "eth0+eth1",
                            List.of(new Interface("eth0", 1, 262144), new Interface("eth1", 1, 0)),
                            2,
                            4,
                            77,
                            1_000_000,
                            Clock.HOST,
                            0,
                            "tcp or udp",
                            List.of("gro"),
                            1)
                    .at(2, 77, 1_000_000, 1_700_000_000_000_000_000L);

    private final FrameBatchCodec codec = new FrameBatchCodec();

    @Test
    void readsEveryKindOfFrameAsItWasWritten() {
        Map<String, Frame> frames = Frames.ofAllKinds();
        codec.begin(HEADER);
        frames.values().forEach(frame -> codec.add(frame, 5_000_000_000L, -7, ALL));
        byte[] value = codec.finish();

        var names = new ArrayList<>(frames.keySet());
        var seen = new ArrayList<FrameBatchHeader>();
        var read = new ArrayList<String>();
        codec.read(
                value,
                handler(
                        seen,
                        (frame, sequence, flowHash) -> {
                            String name = names.get(read.size());
                            Frames.assertSame(name, frames.get(name), frame);
                            assertEquals(5_000_000_000L, sequence);
                            assertEquals(-7, flowHash);
                            read.add(name);
                        }));
        assertEquals(List.of(HEADER), seen);
        assertEquals(names, read);
    }

    @Test
    void writesWhatAvrosGenericWriterWrites() {
        codec.begin(HEADER);
        assertEquals(0, codec.count());
        CodecContract.holds(FrameBatchCodec.SCHEMA, codec.finish());

        codec.begin(HEADER);
        Frames.ofAllKinds().values().forEach(frame -> codec.add(frame, 0, 1, ALL));
        GenericRecord batch = CodecContract.holds(FrameBatchCodec.SCHEMA, codec.finish());
        var first = (GenericRecord) ((List<?>) batch.get("frames")).getFirst();
        var tcp = (GenericRecord) first.get("tcp");
        assertEquals(0xffff_fffeL, tcp.get("sequenceNumber"));
        assertEquals(1460, tcp.get("maximumSegmentSize"));
        assertEquals(63, ((GenericRecord) first.get("ipv4")).get("timeToLive"));
        assertNull(first.get("udp"));
    }

    @Test
    void keepsTheHeadersAndLessOfTheBytesOfAShedFrame() {
        Frame whole = Frames.ofAllKinds().get("TCP with all options");
        codec.begin(HEADER);
        codec.add(whole, 0, 0, whole.payloadOffset);
        int[] frames = {0};
        codec.read(
                codec.finish(),
                handler(
                        new ArrayList<>(),
                        (frame, _, _) -> {
                            frames[0]++;
                            assertEquals(whole.payloadOffset, frame.lengthCaptured);
                            assertEquals(4, frame.payloadLength);
                            assertEquals(0, frame.payloadCaptured);
                            assertEquals(whole.sequenceNumber(), frame.sequenceNumber());
                        }));
        assertEquals(1, frames[0]);
    }

    @Test
    void refusesEveryCutOfABatch() {
        codec.begin(HEADER);
        Frames.ofAllKinds().values().forEach(frame -> codec.add(frame, 0, 1, ALL));
        byte[] value = codec.finish();
        CodecContract.refusesEveryPiece(
                value, piece -> codec.read(piece, handler(new ArrayList<>(), (_, _, _) -> {})));
    }

    @Test
    void letsAnErrorOfTheHandlerThrough() {
        codec.begin(HEADER);
        codec.add(Frames.decoded(LinkType.ETHERNET, "00"), 0, 0, ALL);
        byte[] value = codec.finish();
        FrameConsumer broken =
                (_, _, _) -> {
                    throw new ArrayIndexOutOfBoundsException("the handler's own");
                };
        assertThrows(
                ArrayIndexOutOfBoundsException.class,
                () -> codec.read(value, handler(new ArrayList<>(), broken)));
    }

    @Test
    void startsTheNextBatchEmpty() {
        codec.begin(HEADER);
        codec.add(Frames.decoded(LinkType.ETHERNET, "00 01"), 0, 0, ALL);
        byte[] first = codec.finish();
        codec.begin(HEADER.at(3, 78, 1_000_001, HEADER.untilNanos()));
        codec.add(Frames.decoded(LinkType.ETHERNET, "00 01"), 0, 0, ALL);
        byte[] second = codec.finish();
        assertEquals(first.length, second.length);
        assertTrue(codec.size() < second.length);
    }

    @Test
    void namesLayersChecksAndLimitsInTheOrderOfTheirEnums() {
        Schema frame = SchemaFiles.load("frame");
        Schema layer =
                frame.getField("layers").schema().getElementType().getField("layer").schema();
        Schema error = frame.getField("decodeError").schema().getTypes().get(1);
        assertEquals(names(Layer.values()), layer.getEnumSymbols());
        assertEquals(names(Check.values()), error.getField("check").schema().getEnumSymbols());
        assertEquals(
                names(DecodeError.Limit.values()),
                error.getField("limitedBy").schema().getTypes().get(1).getEnumSymbols());
        assertEquals(
                names(Clock.values()),
                FrameBatchCodec.SCHEMA.getField("clock").schema().getEnumSymbols());
    }

    @ParameterizedTest
    @CsvSource({"frame-batch-1, 19", "frame-batch-2, 21", "frame-batch-3, 21", "frame-batch-4, 21"})
    void stillReadsTheBatchesOfFormerVersions(String golden, int count) {
        byte[] value = CodecContract.golden(golden, FrameBatchCodec.SCHEMA);
        var names = new ArrayList<>(Frames.ofAllKinds().keySet());
        int[] frames = {0};
        codec.read(
                value,
                handler(
                        new ArrayList<>(),
                        (frame, _, _) -> {
                            String name = names.get(frames[0]++);
                            Frame expected = Frames.ofAllKinds().get(name);
                            assertEquals(expected.lengthOnWire, frame.lengthOnWire, name);
                            assertEquals(expected.sourcePort, frame.sourcePort, name);
                        }));
        assertEquals(count, frames[0]);
    }

    private static List<String> names(Enum<?>[] values) {
        return Stream.of(values).map(Enum::name).toList();
    }

    interface FrameConsumer {
        void accept(Frame frame, long sequence, int flowHash);
    }

    static FrameBatchHandler handler(List<FrameBatchHeader> headers, FrameConsumer frames) {
        return new FrameBatchHandler() {
            @Override
            public void onBatch(FrameBatchHeader header) {
                headers.add(header);
            }

            @Override
            public void onFrame(Frame frame, long sequence, int flowHash) {
                frames.accept(frame, sequence, flowHash);
            }
        };
    }
}
