package headgate.packet.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import headgate.packet.Frame;
import headgate.packet.Hex;
import headgate.packet.LinkType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.util.List;
import org.junit.jupiter.api.Test;

class PcapngWriterTest {
    private static final InterfaceDescription ETH0 =
            new InterfaceDescription("eth0", LinkType.ETHERNET, 96);

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    @Test
    void writesTheBlocksOfTheFormat() throws IOException {
        try (var writer = writer()) {
            int eth0 = writer.addInterface(ETH0);
            writer.write(frame("a0 a1 a2"), eth0, PcapngWriter.INBOUND, "why");
            long unknown = InterfaceStatistics.UNKNOWN;
            writer.setStatistics(eth0, new InterfaceStatistics(12, 1, unknown, 2, unknown));
        }
        assertArrayEquals(
                Hex.bytes(
                        """
                        0a 0d 0d 0a  28 00 00 00    # section header block, 40 bytes
                        4d 3c 2b 1a  01 00  00 00   # little-endian, version 1.0
                        ff ff ff ff ff ff ff ff     # section length is not given
                        04 00  04 00  74 65 73 74   # application "test"
                        00 00  00 00
                        28 00 00 00

                        01 00 00 00  28 00 00 00    # interface description block, 40 bytes
                        01 00  00 00  60 00 00 00   # Ethernet, snaplen 96
                        02 00  04 00  65 74 68 30   # name "eth0"
                        09 00  01 00  09 00 00 00   # tsresol: nanoseconds
                        00 00  00 00
                        28 00 00 00

                        06 00 00 00  38 00 00 00    # enhanced packet block, 56 bytes
                        00 00 00 00                 # interface 0
                        fe 9c 97 17  15 cd 85 3d    # 1700000000123456789 ns
                        03 00 00 00  3c 00 00 00    # 3 bytes of 60
                        a0 a1 a2 00
                        01 00  03 00  77 68 79 00   # comment "why"
                        02 00  04 00  01 00 00 00   # flags: inbound
                        00 00  00 00
                        38 00 00 00

                        05 00 00 00  64 00 00 00    # interface statistics block, 100 bytes
                        00 00 00 00                 # interface 0
                        fe 9c 97 17  15 cd 85 3d    # time of the last frame
                        02 00  08 00  fe 9c 97 17  15 cd 85 3d      # start time
                        03 00  08 00  fe 9c 97 17  15 cd 85 3d      # end time
                        04 00  08 00  0c 00 00 00 00 00 00 00       # 12 received
                        05 00  08 00  01 00 00 00 00 00 00 00       # 1 dropped by the interface
                        07 00  08 00  02 00 00 00 00 00 00 00       # 2 dropped by the system
                        08 00  08 00  01 00 00 00 00 00 00 00       # 1 delivered
                        00 00  00 00
                        64 00 00 00
                        """),
                file.toByteArray());
    }

    @Test
    void writesWhatTheReaderReads() throws IOException {
        try (var writer = writer()) {
            writer.addInterface(ETH0);
            writer.addInterface(new InterfaceDescription("", LinkType.LINUX_SLL2, 0));
            for (int i = 0; i < 5000; i++) {
                var frame = frame("a0 a1 a2 a3 a4 a5 a6 a7");
                frame.lengthCaptured = i % 9;
                frame.interfaceId = i % 2;
                frame.arrivalNanos += i;
                writer.write(frame);
            }
        }
        var read = ReadFile.of(file.toByteArray());
        assertNull(read.damage());
        assertEquals(5000, read.frames().size());
        assertEquals(
                new ReadFile.ReadFrame(
                        "a0a1a2", 3, 60, 1_700_000_000_123_461_778L, LinkType.LINUX_SLL2, 1),
                read.frames().get(4989));
        assertEquals(2500, read.statistics().getLast().delivered());
    }

    @Test
    void cutsWhatTheFormatCannotHold() throws IOException {
        try (var writer = writer()) {
            writer.addInterface(new InterfaceDescription("é".repeat(600), LinkType.ETHERNET, 0));
            var frame = frame("");
            frame.bytes = MemorySegment.ofArray(new byte[600_008]);
            frame.lengthCaptured = frame.lengthOnWire = 600_000;
            frame.arrivalNanos = -1;
            for (int i = 0; i < 10; i++) {
                writer.write(frame, 0, PcapngWriter.OUTBOUND, "x".repeat(100_000));
            }
        }
        var read = ReadFile.of(file.toByteArray());
        assertNull(read.damage());
        assertEquals(10, read.frames().size());
        assertEquals(CaptureReader.MAX_CAPTURE_LENGTH, read.frames().getLast().captured());
        assertEquals(600_000, read.frames().getLast().wire());
        assertEquals(0, read.frames().getLast().arrivalNanos());
        assertEquals("é".repeat(128), read.interfaces().getFirst().name());
    }

    @Test
    void mayBeFlushedAtAnyTimeAndClosedTwice() throws IOException {
        var writer = writer();
        writer.addInterface(ETH0);
        writer.write(frame("a0"));
        writer.flush();
        assertEquals(1, ReadFile.of(file.toByteArray()).frames().size());
        writer.close();
        int length = file.size();
        writer.close();
        assertEquals(length, file.size());
        assertEquals(1, ReadFile.of(file.toByteArray()).frames().size());
    }

    @Test
    void copiesTheSampleFrameByFrame() throws IOException {
        var sample = ReadFile.of(SampleFiles.PCAPNG);
        try (var writer = writer()) {
            for (var description : sample.interfaces()) {
                writer.addInterface(description);
            }
            for (var read : sample.frames()) {
                var frame = frame(read.hex());
                frame.lengthOnWire = read.wire();
                frame.arrivalNanos = read.arrivalNanos();
                frame.interfaceId = read.interfaceId();
                writer.write(frame);
            }
        }
        var copy = ReadFile.of(file.toByteArray());
        assertEquals(sample.frames(), copy.frames());
        assertEquals(sample.interfaces(), copy.interfaces());
        assertEquals(
                List.of(2L, 1L, 1L),
                copy.statistics().stream().map(InterfaceStatistics::delivered).toList());
    }

    private PcapngWriter writer() throws IOException {
        return new PcapngWriter(Channels.newChannel(file), "test");
    }

    private static Frame frame(String hex) {
        byte[] bytes = Hex.bytes(hex);
        var frame = new Frame();
        // Not at the start of its segment, as in a ring.
        byte[] ring = new byte[8 + bytes.length];
        System.arraycopy(bytes, 0, ring, 8, bytes.length);
        frame.bytes = MemorySegment.ofArray(ring);
        frame.start = 8;
        frame.lengthCaptured = bytes.length;
        frame.lengthOnWire = 60;
        frame.arrivalNanos = 1_700_000_000_123_456_789L;
        return frame;
    }
}
