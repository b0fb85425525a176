package headgate.packet.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.packet.Hex;
import headgate.packet.file.ReadFile.ReadFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PcapngReaderTest {
    private static final String SECTION =
            """
            0a 0d 0d 0a  1c 00 00 00    # section header block, 28 bytes
            4d 3c 2b 1a  01 00  00 00   # little-endian, version 1.0
            ff ff ff ff ff ff ff ff
            1c 00 00 00
            """;

    private static final String ETHERNET =
            """
            01 00 00 00  14 00 00 00    # interface description block, 20 bytes
            01 00  00 00  04 00 00 00   # Ethernet, snaplen 4
            14 00 00 00
            """;

    private static final String PACKET =
            """
            06 00 00 00  24 00 00 00    # enhanced packet block, 36 bytes
            00 00 00 00                 # interface 0
            00 00 00 00  0a 00 00 00    # 10 us
            02 00 00 00  02 00 00 00    # 2 bytes of 2
            a0 a1 00 00
            24 00 00 00
            """;

    private static final ReadFrame READ_PACKET = new ReadFrame("a0a1", 2, 2, 10_000, 1, 0);

    @Test
    void readsEachKindOfPacketBlockInSectionsOfBothByteOrders() throws IOException {
        var file = ReadFile.of(SampleFiles.PCAPNG);
        assertEquals(
                List.of(
                        new ReadFrame("a0a1a2a3", 4, 60, 1_700_000_000_123_456_789L, 1, 0),
                        new ReadFrame("b0b1b2b3b4", 5, 5, 1_700_000_000_123_456_789L, 1, 0),
                        new ReadFrame("c0c1", 2, 2, 1_700_000_000_000_001_000L, 113, 1),
                        new ReadFrame("d0", 1, 1, 1_700_000_001_500_000_000L, 101, 2)),
                file.frames());
        assertNull(file.damage());
    }

    @Test
    void numbersInterfacesOverAllSections() throws IOException {
        assertEquals(
                List.of(
                        new InterfaceDescription("eth0", 1, 0),
                        new InterfaceDescription("", 113, 96),
                        new InterfaceDescription("", 101, 64)),
                ReadFile.of(SampleFiles.PCAPNG).interfaces());
    }

    @Test
    void knowsTheLossesThatTheFileTells() throws IOException {
        long unknown = InterfaceStatistics.UNKNOWN;
        assertEquals(
                List.of(
                        new InterfaceStatistics(unknown, 7, unknown, 9, unknown),
                        InterfaceStatistics.NONE,
                        InterfaceStatistics.NONE),
                ReadFile.of(SampleFiles.PCAPNG).statistics());
    }

    @Test
    void cutsASimplePacketAtTheSnaplen() throws IOException {
        var file =
                read(
                        SECTION,
                        ETHERNET,
                        """
                        03 00 00 00  14 00 00 00    # simple packet block, 20 bytes
                        40 00 00 00                 # 64 bytes on the wire
                        b0 b1 b2 b3                 # as many as the snaplen
                        14 00 00 00
                        """);
        assertEquals(List.of(new ReadFrame("b0b1b2b3", 4, 64, 0, 1, 0)), file.frames());
    }

    @Test
    void goesOverABlockThatIsLargerThanItsBuffer() throws IOException {
        var file = new ByteArrayOutputStream();
        file.writeBytes(Hex.bytes(SECTION + ETHERNET));
        byte[] lengths = Hex.bytes("00 00 30 00"); // 3 MiB
        file.writeBytes(Hex.bytes("0a 00 00 00"));
        file.writeBytes(lengths);
        file.writeBytes(new byte[3 * 1024 * 1024 - 12]);
        file.writeBytes(lengths);
        file.writeBytes(Hex.bytes(PACKET));
        var read = ReadFile.of(file.toByteArray());
        assertEquals(List.of(READ_PACKET), read.frames());
        assertNull(read.damage());

        read = ReadFile.of(Arrays.copyOf(file.toByteArray(), 2_000_000));
        assertEquals(new Damage(48, "block cut: 1999952 of 3145728 bytes"), read.damage());
    }

    @Test
    void readsAPipeThatHasNothingNowAndThen() throws IOException {
        for (int mostAtOnce : new int[] {1, 3, 1000}) {
            assertEquals(
                    ReadFile.of(SampleFiles.PCAPNG),
                    ReadFile.of(new Drip(SampleFiles.PCAPNG, mostAtOnce)));
        }
    }

    @Test
    void usesTheFramesBeforeDamage() throws IOException {
        assertDamaged(
                "at byte 84: block of type 0x6 is 35 bytes long",
                PACKET.replaceFirst("24 00 00 00", "23 00 00 00"));
        assertDamaged(
                "at byte 84: block of type 0x6 is 2147483652 bytes long, at most 1048576 are read",
                PACKET.replaceFirst("24 00 00 00", "04 00 00 80"));
        assertDamaged(
                "at byte 84: block of 36 bytes says at its end that it has 40",
                withoutTrailer(PACKET) + "28 00 00 00");
        assertDamaged(
                "at byte 84: block of interface 1, but the section describes 1",
                PACKET.replaceFirst("00 00 00 00  ", "01 00 00 00  "));
        assertDamaged(
                "at byte 84: frame of 5 bytes in a block of 36, at most 262144 are read",
                PACKET.replaceFirst("02 00 00 00", "05 00 00 00"));
        assertDamaged("at byte 84: block cut: 32 of 36 bytes", withoutTrailer(PACKET));
        assertDamaged("at byte 84: block header cut: 3 of 8 bytes", "06 00 00");
        assertDamaged(
                "at byte 84: block cut: 12 of 16 bytes",
                """
                0b 00 00 00  10 00 00 00    # a block of another type, 16 bytes
                de ad be ef
                """);
    }

    @Test
    void refusesDamagedDescriptions() throws IOException {
        assertDamaged(
                "at byte 84: byte-order magic is 4d3c2b1b",
                SECTION.replace("4d 3c 2b 1a", "1b 2b 3c 4d"));
        assertDamaged(
                "at byte 84: section of version 2.0, 1.0 is read",
                SECTION.replace("01 00  00 00", "02 00  00 00"));
        assertDamaged(
                "at byte 84: interface description block, option 9 has 2 bytes, needs 1",
                """
                01 00 00 00  1c 00 00 00    # interface description block, 28 bytes
                01 00  00 00  04 00 00 00
                09 00  02 00  06 00 00 00   # tsresol of two bytes
                1c 00 00 00
                """);
        assertDamaged(
                "at byte 84: interface description block, option 2 of 5 bytes runs over its end",
                """
                01 00 00 00  1c 00 00 00    # interface description block, 28 bytes
                01 00  00 00  04 00 00 00
                02 00  05 00  65 74 68 30   # name of five bytes
                1c 00 00 00
                """);
    }

    @Test
    void refusesPacketsBeforeAnyInterface() throws IOException {
        var file = read(SECTION, PACKET);
        assertEquals(
                "at byte 28: block of interface 0, but the section describes 0",
                file.damage().toString());
        // The interfaces of one section are not those of the next.
        assertDamaged(
                "at byte 112: block of interface 0, but the section describes 0", SECTION + PACKET);
    }

    @Test
    void bearsNoMoreInterfacesThanItsLimit() throws IOException {
        var file = new ByteArrayOutputStream();
        file.writeBytes(Hex.bytes(SECTION));
        for (int i = 0; i <= PcapngReader.MAX_INTERFACES; i++) {
            file.writeBytes(Hex.bytes(ETHERNET));
        }
        var read = ReadFile.of(file.toByteArray());
        assertEquals(PcapngReader.MAX_INTERFACES, read.interfaces().size());
        assertEquals("more than 65536 interfaces", read.damage().reason());
    }

    @Test
    void refusesAFileWithoutOneWholeSectionHeader() {
        var refusal =
                assertThrows(
                        CaptureFileException.class,
                        () -> ReadFile.of(Arrays.copyOf(Hex.bytes(SECTION), 27)));
        assertEquals(
                "file: pcapng file, at byte 0: block cut: 27 of 28 bytes", refusal.getMessage());
    }

    private static String withoutTrailer(String block) {
        return block.substring(0, block.lastIndexOf("24 00 00 00"));
    }

    /// After one good packet.
    private static void assertDamaged(String damage, String blocks) throws IOException {
        var file = read(SECTION, ETHERNET, PACKET, blocks);
        assertEquals(List.of(READ_PACKET), file.frames());
        assertEquals(damage, String.valueOf(file.damage()));
    }

    private static ReadFile read(String... blocks) throws IOException {
        return ReadFile.of(Hex.bytes(String.join("\n", blocks)));
    }
}
