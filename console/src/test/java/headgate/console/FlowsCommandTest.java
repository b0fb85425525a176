package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `headgate flows` on a capture of three conversations: a complete TCP connection to port 80, a
/// question and answer over UDP, and an ARP request.
class FlowsCommandTest {
    private static final String ETHERNET = "02 00 00 00 00 02  02 00 00 00 00 01 ";
    private static final String TO_SERVER = "0a 00 00 01  0a 00 00 02 ";
    private static final String TO_CLIENT = "0a 00 00 02  0a 00 00 01 ";
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int PSH_ACK = 0x18;
    private static final int ACK = 0x10;

    @TempDir private Path directory;
    private String capture;

    @BeforeEach
    void writeCapture() throws IOException {
        Path file = directory.resolve("three.pcap");
        Files.write(
                file,
                pcap(
                        frame(0, tcp(TO_SERVER, "c3 50  00 50", 1000, 0, SYN, 0)),
                        frame(20_000, tcp(TO_CLIENT, "00 50  c3 50", 5000, 1001, SYN | ACK, 0)),
                        frame(25_000, tcp(TO_SERVER, "c3 50  00 50", 1001, 5001, ACK, 0)),
                        frame(26_000, tcp(TO_SERVER, "c3 50  00 50", 1001, 5001, PSH_ACK, 10)),
                        frame(27_000, tcp(TO_CLIENT, "00 50  c3 50", 5001, 1011, PSH_ACK, 100)),
                        frame(28_000, tcp(TO_CLIENT, "00 50  c3 50", 5101, 1011, FIN | ACK, 0)),
                        frame(29_000, tcp(TO_SERVER, "c3 50  00 50", 1011, 5102, FIN | ACK, 0)),
                        frame(500, udp(TO_SERVER, "c3 51  00 35", 20)),
                        frame(40_500, udp(TO_CLIENT, "00 35  c3 51", 50)),
                        frame(41_000, ETHERNET + "08 06" + " 00".repeat(28))));
        capture = file.toString();
    }

    private static String tcp(
            String addresses, String ports, int sequence, int acknowledgment, int flags, int data) {
        return ETHERNET
                + "08 00"
                + "45 00 %04x  00 01 40 00  40 06 00 00 ".formatted(40 + data)
                + addresses
                + ports
                + "%08x %08x".formatted(sequence, acknowledgment)
                + "50 %02x  20 00  00 00  00 00".formatted(flags) // window 8192
                + "00".repeat(data);
    }

    private static String udp(String addresses, String ports, int data) {
        return ETHERNET
                + "08 00"
                + "45 00 %04x  00 01 40 00  40 11 00 00 ".formatted(28 + data)
                + addresses
                + ports
                + "%04x  00 00".formatted(8 + data)
                + "00".repeat(data);
    }

    private record At(int micros, byte[] bytes) {}

    private static At frame(int micros, String hex) {
        return new At(micros, HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static byte[] pcap(At... frames) {
        var out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
        out.putInt(65535).putInt(1); // snaplen, Ethernet
        for (At each : frames) {
            out.putInt(1_700_000_000).putInt(each.micros);
            out.putInt(each.bytes.length).putInt(each.bytes.length).put(each.bytes);
        }
        var bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static List<JsonNode> lines(CommandRun run) throws IOException {
        var nodes = new ArrayList<JsonNode>();
        for (String line : run.out().lines().toList()) {
            nodes.add(new ObjectMapper().readTree(line));
        }
        return nodes;
    }

    private static List<String> keys(JsonNode node) {
        return StreamSupport.stream(((Iterable<String>) node::fieldNames).spliterator(), false)
                .collect(Collectors.toList());
    }

    @Test
    void printsATableOfTheLargestFlowsFirst() {
        var run = CommandRun.of("flows", "-r", capture);
        assertEquals(ExitCode.DONE, run.status());
        var rows = run.out().lines().toList();
        assertEquals(3, rows.size());
        assertTrue(rows.get(0).startsWith("start"), rows.get(0));
        assertEquals(
                "2023-11-14T22:13:20.000000000Z    0.029  tcp    10.0.0.1:50000  10.0.0.2:80  -    SF "
                        + "            4          3       226       262  25.000        0",
                rows.get(1));
        assertTrue(rows.get(2).contains("10.0.0.1:50001  10.0.0.2:53"), rows.get(2));
        assertEquals("2 of 2 flows, 10 frames (1 without IP)", run.err().strip());
    }

    @Test
    void givesEveryFlowByStartInJsonLines() throws IOException {
        var flows = lines(CommandRun.of("flows", "-r", capture, "-T", "jsonl"));
        assertEquals(2, flows.size());
        JsonNode web = flows.getFirst();
        assertEquals(6, web.get("proto").asInt());
        assertEquals("10.0.0.1", web.get("src").asText());
        assertEquals(50_000, web.get("sport").asInt());
        assertEquals("10.0.0.2", web.get("dst").asText());
        assertEquals(80, web.get("dport").asInt());
        assertEquals(1_700_000_000, web.get("start").asDouble());
        assertEquals(0.029, web.get("duration").asDouble());
        assertEquals(4, web.get("orig_pkts").asInt());
        assertEquals(3, web.get("resp_pkts").asInt());
        assertEquals(170, web.get("orig_ip_bytes").asInt());
        assertEquals(220, web.get("resp_ip_bytes").asInt());
        assertEquals(226, web.get("orig_frame_bytes").asInt());
        assertEquals(262, web.get("resp_frame_bytes").asInt());
        assertEquals(10, web.get("orig_bytes").asInt());
        assertEquals(100, web.get("resp_bytes").asInt());
        assertEquals("SF", web.get("state").asText());
        assertEquals("ShADdfF", web.get("history").asText());
        assertTrue(web.get("community_id").asText().startsWith("1:"));
        assertEquals(0.02, web.get("server_rtt").asDouble());
        assertEquals(0.005, web.get("client_rtt").asDouble());
        assertEquals("FIN,SYN,PSH,ACK", web.get("orig_flags").asText());
        assertFalse(web.has("service"));
        assertEquals(17, flows.get(1).get("proto").asInt());
        assertFalse(flows.get(1).has("rtt"));
    }

    @Test
    void givesOneDocumentInJson() throws IOException {
        var run = CommandRun.of("flows", "-r", capture, "-T", "json");
        assertEquals(2, new ObjectMapper().readTree(run.out()).size());
    }

    @Test
    void givesOnlyTheChosenFieldsInTheirOrder() throws IOException {
        String[] fields = {"flows", "-r", capture, "-e", "dport", "-e", "src", "-e", "rtt"};
        var text = CommandRun.of(fields).out().lines().toList();
        assertEquals(
                List.of(
                        "dport  src       rtt",
                        "80     10.0.0.1  0.025000000",
                        "53     10.0.0.1  -"),
                text);
        var jsonl = new ArrayList<>(List.of(fields));
        jsonl.addAll(List.of("-T", "jsonl"));
        var rows = lines(CommandRun.of(jsonl.toArray(String[]::new)));
        assertEquals(List.of("dport", "src", "rtt"), keys(rows.getFirst()));
        assertEquals(List.of("dport", "src"), keys(rows.getLast()));
    }

    @Test
    void sortsAndLimitsAsTold() throws IOException {
        var packets =
                CommandRun.of("flows", "-r", capture, "-s", "packets", "-n", "1", "-e", "proto");
        assertEquals(List.of("proto", "6"), packets.out().lines().toList());
        var start = CommandRun.of("flows", "-r", capture, "-s", "start", "-n", "0", "-e", "proto");
        assertEquals(List.of("proto", "6", "17"), start.out().lines().toList());
        var limited = CommandRun.of("flows", "-r", capture, "-T", "jsonl", "-n", "1", "-s", "rtt");
        assertEquals(6, lines(limited).getFirst().get("proto").asInt());
        assertEquals(1, lines(limited).size());
    }

    @Test
    void endsIdleFlowsOnlyWhenTold() throws IOException {
        var split = CommandRun.of("flows", "-r", capture, "-T", "jsonl", "--idle", "0.03");
        assertEquals(3, lines(split).size());
    }

    @Test
    void saysSoWhenTheTableIsTooSmall() throws IOException {
        var small = CommandRun.of("flows", "-r", capture, "-T", "jsonl", "--max-flows", "1");
        assertEquals(2, lines(small).size());
        assertTrue(small.err().contains("ended early to make room: 1;"), small.err());
    }

    @Test
    void listsItsFields() {
        var run = CommandRun.of("flows", "-e", "?");
        assertEquals(ExitCode.DONE, run.status());
        assertTrue(run.out().contains("community_id"), run.out());
    }

    @Test
    void refusesWhatDoesNotExistAndSaysWhatDoes() {
        var field = CommandRun.of("flows", "-r", capture, "-e", "colour");
        assertEquals(ExitCode.USAGE, field.status());
        assertTrue(field.err().contains("no field 'colour'; there are: proto, src"), field.err());
        var key = CommandRun.of("flows", "-r", capture, "-s", "colour");
        assertEquals(ExitCode.USAGE, key.status());
        assertTrue(key.err().contains("bytes, packets, rtt, retrans, start"), key.err());
        for (String[] wrong :
                new String[][] {
                    {"flows", "-r", capture, "-n", "-1"},
                    {"flows", "-r", capture, "--idle", "0"},
                    {"flows", "-r", capture, "--idle", "NaN"},
                    {"flows", "-r", capture, "--max-flows", "0"},
                    {"flows"}
                }) {
            assertEquals(ExitCode.USAGE, CommandRun.of(wrong).status(), String.join(" ", wrong));
        }
    }

    @Test
    void printsWhatItHasOfACutFileAndSaysSo() throws IOException {
        byte[] whole = Files.readAllBytes(Path.of(capture));
        Path cut = directory.resolve("cut.pcap");
        Files.write(cut, Arrays.copyOf(whole, whole.length - 5));
        var run = CommandRun.of("flows", "-r", cut.toString(), "-T", "jsonl");
        assertEquals(ExitCode.INPUT, run.status());
        assertEquals(2, lines(run).size());
        assertTrue(run.err().contains("cut.pcap"), run.err());
        assertEquals(
                ExitCode.INPUT,
                CommandRun.of("flows", "-r", directory.resolve("none").toString()).status());
    }

    @Test
    void writesAConnLogThatEndsAConnectionWhenBothSidesHaveClosed() {
        CommandRun run = CommandRun.of("flows", "-r", capture, "--zeek");
        List<String> lines = run.out().lines().filter(line -> !line.startsWith("#")).toList();
        assertEquals(ExitCode.DONE, run.status());
        assertEquals(2, lines.size());
        List<String> tcp = List.of(lines.getFirst().split("\t"));
        assertEquals(22, tcp.size());
        assertEquals(List.of("10.0.0.1", "50000", "10.0.0.2", "80", "tcp"), tcp.subList(2, 7));
        assertEquals(List.of("0.029000", "10", "100", "SF", "T", "T"), tcp.subList(8, 14));
        assertTrue(run.out().contains("#path\tconn"));
    }

    @Test
    void refusesIdleTimesBesideThoseOfZeek() {
        CommandRun run = CommandRun.of("flows", "-r", capture, "--zeek", "--idle", "5");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("--zeek"));
    }
}
