package headgate.packet.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import headgate.packet.Hex;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CaptureReaderTest {
    @Test
    void refusesAnEmptyFile() {
        assertRefused("empty file", new byte[0]);
    }

    @Test
    void saysWhatAFileLooksLikeThatIsNotACapture() {
        assertRefused(
                "not a pcap or pcapng capture, but a snoop capture, RFC 1761: it begins 73 6e 6f"
                        + " 6f 70 00 00 00",
                Hex.bytes("73 6e 6f 6f 70 00 00 00  00 00 00 02  00 00 00 04"));
        assertRefused(
                "not a pcap or pcapng capture, but text: it begins 6e 6f 20 63 61 70 74 75",
                "no capture\n".getBytes(StandardCharsets.UTF_8));
        assertRefused(
                "not a pcap or pcapng capture, but something unknown: it begins 00 01 02 03 04",
                Hex.bytes("00 01 02 03 04"));
        assertRefused(
                "not a pcap or pcapng capture, but something unknown: it begins d4 c3 b2 and ends"
                        + " there",
                Hex.bytes("d4 c3 b2"));
    }

    @Test
    void leavesTheRestOfTheFrameAlone() throws IOException {
        try (var reader = open(SampleFiles.PCAP)) {
            var frame = new Frame();
            frame.sourcePort = 4711;
            assertTrue(reader.next(frame));
            assertEquals(4711, frame.sourcePort);
        }
    }

    @Test
    void handsFramesOverWhereTheyLie() throws IOException {
        try (var reader = open(SampleFiles.PCAP)) {
            var frame = new Frame();
            reader.next(frame);
            var bytes = frame.bytes;
            reader.next(frame);
            assertSame(bytes, frame.bytes);
        }
    }

    @Test
    void hasNoFrameOnceItIsClosed() throws IOException {
        for (byte[] file : SampleFiles.ALL) {
            var reader = open(file);
            reader.close();
            reader.close();
            assertFalse(reader.next(new Frame()));
            assertTrue(reader.ended());
        }
    }

    private static CaptureReader open(byte[] file) throws IOException {
        return CaptureReader.open(Channels.newChannel(new ByteArrayInputStream(file)), "file");
    }

    private static void assertRefused(String reason, byte[] file) {
        var refusal = assertThrows(CaptureFileException.class, () -> open(file));
        assertEquals(reason, refusal.reason());
        assertEquals("file", refusal.file());
        assertEquals("file: " + reason, refusal.getMessage());
    }
}
