package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import headgate.packet.file.InterfaceDescription;
import headgate.packet.file.PcapngWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacketsCommandTest {
    private static final String SYN =
            """
            02 00 00 00 00 02  02 00 00 00 00 01  81 00  # Ethernet, 802.1Q
            60 2a 08 00                                  # priority 3, VLAN 42, IPv4
            45 00 00 3c  00 01 40 00  40 06 00 00        # total length 60, TCP, no checksum
            c0 00 02 01  c0 00 02 02                     # 192.0.2.1 > 192.0.2.2
            d4 31 01 bb  11 22 33 44  00 00 00 00        # 54321 > 443
            a0 02 fa f0  00 00 00 00                     # 40 bytes, SYN, window 64240
            02 04 05 b4  04 02 08 0a  00 00 00 07  00 00 00 00
            01 03 03 07
            """;

    private static final String ESCAPE_SEQUENCE =
            """
            02 00 00 00 00 01  02 00 00 00 00 02  08 00
            45 00 00 24  00 00 00 00  40 11 f6 c5        # total length 36, UDP, good checksum
            c0 00 02 02  c0 00 02 01
            00 35 c3 50  00 10 00 00                     # 53 > 50000, no checksum
            1b 5b 32 4a  5c 41 0a 07                     # ESC [2J, backslash, A, newline, BEL
            """;

    private static final String CUT =
            """
            02 00 00 00 00 01  02 00 00 00 00 02  86 dd
            60 00 00 00  00 14
            """;

    @TempDir private Path folder;
    private Path capture;

    @BeforeEach
    void writeCapture() throws IOException {
        capture = folder.resolve("three.pcapng");
        try (var writer =
                new PcapngWriter(
                        FileChannel.open(
                                capture, StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        "test")) {
            writer.addInterface(new InterfaceDescription("eth0", LinkType.ETHERNET, 0));
            writer.write(frame(SYN, 1_600_000_000_123_456_789L));
            writer.write(frame(ESCAPE_SEQUENCE, 1_600_000_000_200_000_000L));
            writer.write(frame(CUT, 1_600_000_001_000_000_000L));
        }
    }

    @Test
    void printsALineForEachPacketAsTcpdumpWould() {
        var run = run("-tt");
        assertEquals(ExitCode.DONE, run.status());
        assertEquals(
                List.of(
                        "1600000000.123456789 IP 192.0.2.1.54321 > 192.0.2.2.443: Flags [S],"
                                + " seq 287454020, win 64240, options [mss 1460,sackOK,TS val 7 ecr"
                                + " 0,wscale 7], length 0",
                        "1600000000.200000000 IP 192.0.2.2.53 > 192.0.2.1.50000: UDP, length 8",
                        "1600000001.000000000 ethertype IPv6 (0x86dd), length 6 [TRUNCATED: IPV6 at"
                                + " byte 14 needs 40 bytes, FRAME_LENGTH leaves 6]"),
                run.out().lines().toList());
    }

    @Test
    void printsTheLinkLayerAndTheIpHeaderWhenAsked() {
        var lines = run("-t", "-e", "-v", "-c", "2").out().lines().toList();
        assertTrue(
                lines.get(0)
                        .startsWith(
                                "02:00:00:00:00:01 > 02:00:00:00:00:02, vlan 42, p 3, ethertype IPv4"
                                        + " (0x0800), length 78: IP (tos 0x0, ttl 64, id 1, offset"
                                        + " 0, flags [DF], proto TCP (6), length 60, bad cksum"
                                        + " 0x0000) 192.0.2.1.54321"),
                lines.get(0));
        assertTrue(lines.get(1).endsWith("UDP, no cksum, length 8"), lines.get(1));
    }

    @Test
    void countsTimeFromTheLineBeforeOrTheFirst() {
        assertTrue(run("-ttt").out().lines().toList().get(2).startsWith("0.800000000 "));
        assertTrue(run("-ttttt").out().lines().toList().get(2).startsWith("0.876543211 "));
    }

    @Test
    void letsNoPayloadDriveTheTerminal() {
        var run = run("-A", "-X", "-c", "2");
        assertFalse(run.out().contains("\u001b"));
        assertFalse(run.out().contains("\u0007"));
        assertTrue(run.out().contains("\\x1b[2J\\\\A\n\\x07"), run.out());
        assertTrue(
                run.out()
                        .lines()
                        .anyMatch(line -> line.endsWith("1b5b 324a 5c41  ...5.P.....[2J\\A")),
                run.out());
    }

    @Test
    void givesFieldsUnderTsharksNames() throws IOException {
        List<JsonNode> rows = rows(run("-T", "jsonl").out());
        assertEquals(3, rows.size());
        JsonNode syn = rows.get(0);
        assertEquals(1, syn.get("n").asInt());
        assertEquals("1600000000.123456789", syn.get("frame.time_epoch").asText());
        assertEquals(42, syn.get("vlan.id").asInt());
        assertEquals("192.0.2.1", syn.get("ip.src").asText());
        assertEquals(0, syn.get("ip.checksum.status").asInt());
        assertEquals(2, syn.get("tcp.flags").asInt());
        assertEquals(1460, syn.get("tcp.options.mss_val").asInt());
        assertEquals("eth:ethertype:vlan:ethertype:ip:tcp", syn.get("frame.protocols").asText());
        JsonNode udp = rows.get(1);
        assertEquals(1, udp.get("ip.checksum.status").asInt());
        assertEquals(3, udp.get("udp.checksum.status").asInt());
        JsonNode cut = rows.get(2);
        assertFalse(cut.has("ipv6.src"));
        assertTrue(cut.get("decode.error").asText().startsWith("TRUNCATED: IPV6"));
    }

    @Test
    void givesAllOccurrencesOuterToInner() throws IOException {
        var doubleTagged = SYN.replace("60 2a 08 00", "60 2a 81 00  00 07 08 00");
        Path tagged = folder.resolve("tagged.pcapng");
        try (var writer =
                new PcapngWriter(
                        FileChannel.open(
                                tagged, StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        "test")) {
            writer.addInterface(new InterfaceDescription("eth0", LinkType.ETHERNET, 0));
            writer.write(frame(doubleTagged, 0));
        }
        var out = CommandRun.of("packets", "-r", tagged.toString(), "-T", "json").out();
        assertEquals("[42,7]", new ObjectMapper().readTree(out).get(0).get("vlan.id").toString());
    }

    @Test
    void writesWhatItReadsWithItsInterface() throws IOException {
        Path copy = folder.resolve("copy.pcapng");
        var run = run("-w", copy.toString(), "-c", "2");
        assertEquals(ExitCode.DONE, run.status());
        assertEquals("", run.out());
        assertTrue(run.err().contains("2 packets written"), run.err());
        assertEquals(
                run("-T", "jsonl", "-c", "2").out(),
                CommandRun.of("packets", "-r", copy.toString(), "-T", "jsonl").out());
    }

    @Test
    void refusesToWriteOverTheFileThatItReads() throws IOException {
        long size = Files.size(capture);
        var run = run("-w", capture.toString());
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("is the file that is read"), run.err());
        assertEquals(size, Files.size(capture));
    }

    @Test
    void leavesAnOldFileAloneWhenThereIsNothingToRead() throws IOException {
        Path old = Files.writeString(folder.resolve("old"), "old");
        var run = CommandRun.of("packets", "-r", folder + "/none.pcap", "-w", old.toString());
        assertEquals(ExitCode.INPUT, run.status());
        assertEquals("old", Files.readString(old));
    }

    @Test
    void refusesANegativeCount() {
        var run = run("-c", "-1");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("-c -1: must not be negative"), run.err());
    }

    private CommandRun run(String... options) {
        var arguments = new ArrayList<>(List.of("packets", "-r", capture.toString()));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static List<JsonNode> rows(String jsonl) throws IOException {
        try (var rows = new ObjectMapper().readerFor(JsonNode.class).<JsonNode>readValues(jsonl)) {
            return rows.readAll();
        }
    }

    private static Frame frame(String annotated, long arrivalNanos) {
        var hex = annotated.lines().map(line -> line.replaceFirst("#.*", "")).toList();
        byte[] bytes = HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        frame.arrivalNanos = arrivalNanos;
        return frame;
    }
}
