package headgate.packet.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.packet.Hex;
import headgate.packet.LinkType;
import headgate.packet.file.ReadFile.ReadFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PcapReaderTest {
    private static final int FIRST_RECORD = 24;

    @Test
    void readsMicrosecondsInLittleEndianOrder() throws IOException {
        var file = ReadFile.of(SampleFiles.PCAP);
        assertEquals(
                List.of(
                        new ReadFrame("a0a1a2a3", 4, 60, 1_700_000_000_123_456_000L, 1, 0),
                        new ReadFrame("", 0, 60, 1_700_000_000_123_457_000L, 1, 0),
                        new ReadFrame("b0b1b2", 3, 3, 1_700_000_001_000_000_000L, 1, 0)),
                file.frames());
        assertEquals(
                List.of(new InterfaceDescription("", LinkType.ETHERNET, 262_144)),
                file.interfaces());
        assertNull(file.damage());
    }

    @Test
    void readsNanosecondsInBigEndianOrder() throws IOException {
        var file = ReadFile.of(SampleFiles.PCAP_NANOSECONDS_BIG_ENDIAN);
        assertEquals(
                List.of(new ReadFrame("a0a1", 2, 64, 1_700_000_000_123_456_789L, 113, 0)),
                file.frames());
        assertEquals(
                List.of(new InterfaceDescription("", LinkType.LINUX_SLL, 0)), file.interfaces());
    }

    @Test
    void readsTheModifiedFormat() throws IOException {
        assertEquals(
                List.of(
                        new ReadFrame("a0a1", 2, 2, 1_700_000_000_000_001_000L, 1, 0),
                        new ReadFrame("b0b1", 2, 2, 1_700_000_000_000_002_000L, 1, 0)),
                ReadFile.of(SampleFiles.PCAP_MODIFIED).frames());
    }

    @Test
    void takesNoNoticeOfWhatTheLinkTypeFieldSaysBesidesTheLinkType() throws IOException {
        byte[] file = SampleFiles.PCAP.clone();
        file[23] = 0x34; // four bytes of frame check sequence, and this is meant
        file[22] = 0x7f; // reserved
        assertEquals(LinkType.ETHERNET, ReadFile.of(file).interfaces().getFirst().linkType());
    }

    @Test
    void carriesAFractionBeyondOneSecond() throws IOException {
        byte[] file = pcap(2, 4, record(10, 1_000_001, 0, 0), record(10, -1, 0, 0));
        assertEquals(List.of(11_000_001_000L, 10_000_000_000L + 4_294_967_295_000L), times(file));
    }

    @Test
    void takesSecondsAsUnsigned() throws IOException {
        assertEquals(List.of(4_294_967_295_000_000_000L), times(pcap(2, 4, record(-1, 0, 0, 0))));
    }

    @Test
    void keepsALengthOnTheWireThatContradictsTheCapture() throws IOException {
        var frames = ReadFile.of(pcap(2, 4, record(0, 0, 4, 2), record(0, 0, 1, -1))).frames();
        assertEquals(4, frames.getFirst().captured());
        assertEquals(2, frames.getFirst().wire());
        assertEquals(Integer.MAX_VALUE, frames.getLast().wire());
    }

    @Test
    void swapsTheLengthsOfFilesBeforeVersionTwoPointThree() throws IOException {
        assertEquals(
                60, ReadFile.of(pcap(2, 2, record(0, 0, 60, 4, 4))).frames().getFirst().wire());
        assertEquals(
                60, ReadFile.of(pcap(2, 3, record(0, 0, 60, 4, 4))).frames().getFirst().wire());
        assertEquals(
                60, ReadFile.of(pcap(2, 3, record(0, 0, 4, 60, 4))).frames().getFirst().wire());
    }

    @Test
    void readsTheLongestFrameAcrossTheEndOfItsBuffer() throws IOException {
        int longest = CaptureReader.MAX_CAPTURE_LENGTH;
        byte[] record = record(0, 0, longest, longest);
        byte[] file = pcap(2, 4, record, record, record, record, record(0, 0, 7, 7), record);
        var frames = ReadFile.of(file).frames();
        assertEquals(
                List.of(longest, longest, longest, longest, 7, longest),
                frames.stream().map(ReadFrame::captured).toList());
        assertEquals("ee".repeat(longest), frames.getLast().hex());
    }

    @Test
    void endsAtAFrameThatIsTooLong() throws IOException {
        for (int length : new int[] {CaptureReader.MAX_CAPTURE_LENGTH + 1, Integer.MAX_VALUE, -1}) {
            var file = ReadFile.of(pcap(2, 4, record(0, 0, 5, 5), record(0, 0, length, 0, 0)));
            assertEquals(1, file.frames().size());
            assertEquals(
                    "at byte 45: frame of %s bytes, at most 262144 are read"
                            .formatted(Integer.toUnsignedString(length)),
                    file.damage().toString());
        }
    }

    @Test
    void endsWhereTheFileIsCut() throws IOException {
        int inSecondHeader = FIRST_RECORD + 20 + 10;
        var file = ReadFile.of(Arrays.copyOf(SampleFiles.PCAP, inSecondHeader));
        assertEquals(1, file.frames().size());
        assertEquals(new Damage(44, "packet header cut: 10 of 16 bytes"), file.damage());

        file = ReadFile.of(Arrays.copyOf(SampleFiles.PCAP, SampleFiles.PCAP.length - 1));
        assertEquals(2, file.frames().size());
        assertEquals(new Damage(60, "frame with its header cut: 18 of 19 bytes"), file.damage());
    }

    @Test
    void isWholeWithoutAnyFrame() throws IOException {
        var file = ReadFile.of(Arrays.copyOf(SampleFiles.PCAP, FIRST_RECORD));
        assertEquals(List.of(), file.frames());
        assertNull(file.damage());
    }

    @Test
    void refusesACutFileHeader() {
        assertRefused(
                "file: pcap file header cut: 23 of 24 bytes",
                Arrays.copyOf(SampleFiles.PCAP, FIRST_RECORD - 1));
    }

    @Test
    void refusesAnotherVersion() {
        assertRefused("file: pcap version 1.4; only 2.x is read", pcap(1, 4));
    }

    private static void assertRefused(String message, byte[] file) {
        var refusal = assertThrows(CaptureFileException.class, () -> ReadFile.of(file));
        assertEquals(message, refusal.getMessage());
    }

    private static List<Long> times(byte[] file) throws IOException {
        return ReadFile.of(file).frames().stream().map(ReadFrame::arrivalNanos).toList();
    }

    private static byte[] pcap(int major, int minor, byte[]... records) {
        var file = new ByteArrayOutputStream();
        file.writeBytes(Hex.bytes("d4 c3 b2 a1  %02x 00  %02x 00".formatted(major, minor)));
        file.writeBytes(Hex.bytes("00 00 00 00  00 00 00 00  00 00 00 00  01 00 00 00"));
        for (byte[] record : records) {
            file.writeBytes(record);
        }
        return file.toByteArray();
    }

    private static byte[] record(int seconds, int micros, int captured, int wire) {
        return record(seconds, micros, captured, wire, captured);
    }

    private static byte[] record(int seconds, int micros, int captured, int wire, int present) {
        var record = ByteBuffer.allocate(16 + present).order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(seconds).putInt(micros).putInt(captured).putInt(wire);
        Arrays.fill(record.array(), 16, 16 + present, (byte) 0xee);
        return record.array();
    }
}
