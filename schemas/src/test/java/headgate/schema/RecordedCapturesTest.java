package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.packet.FlowHash;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.file.CaptureReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every frame of the captures that lie beside the repository, through the codec and back.
class RecordedCapturesTest {
    private static final int FRAMES_PER_BATCH = 200;
    private static final int FRAMES_PER_FILE = 2000;

    private final FrameBatchCodec codec = new FrameBatchCodec();
    private final FrameDecoder decoder = new FrameDecoder();

    @Test
    void everyRecordedFrameComesBackAsItWasDecoded() throws IOException {
        Path captures = captures();
        assumeTrue(captures != null, "no recorded captures beside the repository: not compared");
        long frames = 0;
        for (Path file : files(captures)) {
            frames += compare(file);
        }
        assertTrue(frames > 10_000, frames + " frames");
    }

    private static Path captures() {
        String shared = System.getProperty("headgate.shared");
        if (shared != null) {
            return Path.of(shared, "captures");
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("shared/captures"))) {
                return at.resolve("shared/captures");
            }
        }
        return null;
    }

    private static List<Path> files(Path captures) throws IOException {
        try (Stream<Path> all = Files.walk(captures)) {
            return all.filter(file -> file.toString().matches(".*\\.(pcap|pcapng|cap|trace)"))
                    .sorted()
                    .toList();
        }
    }

    private int compare(Path file) throws IOException {
        var frame = new Frame();
        int frames = 0;
        try (var reader = CaptureReader.open(FileChannel.open(file), file.toString())) {
            var expected = new java.util.ArrayList<java.util.Map<String, Object>>();
            codec.begin(FrameBatchCodecTest.HEADER);
            while (frames < FRAMES_PER_FILE && reader.next(frame)) {
                decoder.decode(frame);
                expected.add(Frames.facts(frame));
                codec.add(frame, frames++, FlowHash.symmetric(frame), Integer.MAX_VALUE);
                if (expected.size() == FRAMES_PER_BATCH) {
                    compareBatch(file, expected);
                    codec.begin(FrameBatchCodecTest.HEADER);
                }
            }
            compareBatch(file, expected);
        } catch (headgate.packet.file.CaptureFileException _) {
            return 0; // not a capture: nothing to compare
        }
        return frames;
    }

    private void compareBatch(Path file, List<java.util.Map<String, Object>> expected) {
        byte[] value = codec.finish();
        CodecContract.holds(FrameBatchCodec.SCHEMA, value);
        int[] index = {0};
        codec.read(
                value,
                FrameBatchCodecTest.handler(
                        new java.util.ArrayList<>(),
                        (frame, sequence, flowHash) -> {
                            String name = file.getFileName() + " frame " + sequence;
                            assertEquals(expected.get(index[0]++), Frames.facts(frame), name);
                            assertEquals(FlowHash.symmetric(frame), flowHash, name);
                        }));
        assertEquals(expected.size(), index[0]);
        expected.clear();
    }
}
