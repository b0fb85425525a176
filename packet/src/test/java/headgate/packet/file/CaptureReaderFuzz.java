package headgate.packet.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class CaptureReaderFuzz {
    @MethodSource("samples")
    @FuzzTest
    void anyBytesAreReadOrRefused(byte[] input) throws IOException {
        try {
            var file = ReadFile.of(input);
            // The smallest record of any format, a simple packet block, has 16 bytes.
            assertTrue(file.frames().size() <= input.length / 16);
        } catch (CaptureFileException e) {
            assertTrue(e.getMessage().startsWith("file: "), e.getMessage());
        }
    }

    static Stream<byte[]> samples() {
        return Stream.of(
                SampleFiles.PCAP,
                SampleFiles.PCAP_NANOSECONDS_BIG_ENDIAN,
                SampleFiles.PCAP_MODIFIED,
                SampleFiles.PCAPNG);
    }
}
