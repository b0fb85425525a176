package headgate.capture.file;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.github.luben.zstd.Zstd;
import headgate.capture.FrameSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.params.provider.MethodSource;

class CompressedFileFuzz {
    private static final int FRAMES_PER_POLL = 64;

    /// A file of a few bytes may hold a great many frames when it is decompressed; reading stops
    /// here.
    private static final int MOST_POLLS = 1000;

    @MethodSource("samples")
    @FuzzTest
    void anyBytesAreReadOrRefused(byte[] input) throws IOException {
        Path file = Files.write(Path.of("target", "compressed-file-fuzz"), input);
        try (var source = CaptureFileSource.open(file)) {
            for (int polls = 0; polls < MOST_POLLS; polls++) {
                int count =
                        source.poll(
                                frame ->
                                        assertTrue(
                                                frame.start + frame.lengthCaptured
                                                        <= frame.bytes.byteSize()),
                                FRAMES_PER_POLL);
                if (count == FrameSource.END) {
                    return;
                }
            }
        } catch (IOException e) {
            assertNotNull(e.getMessage());
        }
    }

    static Stream<byte[]> samples() throws IOException {
        byte[] plain = PcapBytes.at(1, 2, 3);
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write(plain);
        }
        return Stream.of(plain, zipped.toByteArray(), Zstd.compress(plain));
    }
}
