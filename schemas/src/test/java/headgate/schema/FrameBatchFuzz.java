package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import headgate.packet.Frame;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class FrameBatchFuzz {
    private final FrameBatchCodec codec = new FrameBatchCodec();

    @MethodSource("samples")
    @FuzzTest
    void anyBytesAreReadOrRefused(byte[] value) {
        var handler = new Counting();
        try {
            codec.read(value, handler);
        } catch (UnreadableValueException e) {
            assertTrue(e.getMessage() != null, "a reason");
        }
        assertTrue(handler.frames <= value.length, "no more frames than bytes");
    }

    private static final class Counting implements FrameBatchHandler {
        private int frames;

        @Override
        public void onBatch(FrameBatchHeader header) {}

        @Override
        public void onFrame(Frame frame, long sequence, int flowHash) {
            frames++;
            assertTrue(frame.start >= 0 && frame.lengthCaptured >= 0);
            assertTrue(frame.start + frame.lengthCaptured <= frame.bytes.byteSize());
        }
    }

    static Stream<byte[]> samples() {
        var codec = new FrameBatchCodec();
        codec.begin(FrameBatchCodecTest.HEADER);
        byte[] empty = codec.finish();
        codec.begin(FrameBatchCodecTest.HEADER);
        Frames.ofAllKinds().values().forEach(frame -> codec.add(frame, 1, 2, 40));
        return Stream.of(empty, codec.finish());
    }
}
