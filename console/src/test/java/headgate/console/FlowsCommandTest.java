package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `headgate flows` on a capture of [ThreeConversations].
class FlowsCommandTest {
    @TempDir private Path directory;
    private String capture;

    @BeforeEach
    void writeCapture() throws IOException {
        capture = ThreeConversations.writeTo(directory).toString();
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
        assertTrue(run.err().startsWith("2 of 2 flows, 10 frames (1 without IP)\n"), run.err());
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
    void givesTheFirstOfAllWhereNotEveryRecordIsMade() {
        String sample = HeadgateTest.sample().toString();
        for (String key : List.of("bytes", "packets", "duration", "start", "retrans")) {
            String[] all = {"flows", "-r", sample, "-s", key, "-n", "0", "-e", key};
            String[] first = {"flows", "-r", sample, "-s", key, "-n", "7", "-e", key};
            assertEquals(
                    CommandRun.of(all).out().lines().limit(8).toList(),
                    CommandRun.of(first).out().lines().toList(),
                    key);
        }
    }

    @Test
    void sortsByAnyFieldThatIsANumber() {
        var long_ = CommandRun.of("flows", "-r", capture, "-s", "duration", "-e", "duration");
        assertEquals(
                List.of("duration", "0.040000000", "0.029000000"), long_.out().lines().toList());
        var unknownLast = CommandRun.of("flows", "-r", capture, "-s", "rtt", "-e", "rtt");
        assertEquals(List.of("rtt", "0.025000000", "-"), unknownLast.out().lines().toList());
    }

    @Test
    void givesOnlyTheFlowsOfWhichTheTestIsTrue() {
        String[] web = {"flows", "-r", capture, "--where", "state = SF and port=80", "-e", "proto"};
        assertEquals(List.of("proto", "6"), CommandRun.of(web).out().lines().toList());
        String[] dns = {"flows", "-r", capture, "--app", "!dns", "-e", "proto"};
        assertEquals(List.of("proto", "6"), CommandRun.of(dns).out().lines().toList());
        String[] none = {"flows", "-r", capture, "--app", "tls", "-T", "jsonl"};
        assertEquals("", CommandRun.of(none).out());
    }

    @Test
    void showsWhereATestIsWrong() {
        var run = CommandRun.of("flows", "-r", capture, "--where", "bytes > 1M or colour = 3");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("--where: at character 15: no field 'colour'"), run.err());
        assertTrue(
                run.err().contains("\n  bytes > 1M or colour = 3\n" + " ".repeat(16) + "^"),
                run.err());
    }

    @Test
    void writesTheFieldsOfTheElasticCommonSchema() throws IOException {
        var flows = lines(CommandRun.of("flows", "-r", capture, "-T", "ecs"));
        assertEquals(2, flows.size());
        JsonNode web = flows.getFirst();
        assertEquals("2023-11-14T22:13:20.000000000Z", web.at("/@timestamp").asText());
        assertEquals("2023-11-14T22:13:20.029000000Z", web.at("/event/end").asText());
        assertEquals(29_000_000, web.at("/event/duration").asLong());
        assertEquals("network", web.at("/event/category/0").asText());
        assertEquals("10.0.0.1", web.at("/source/ip").asText());
        assertEquals(50_000, web.at("/source/port").asInt());
        assertEquals(4, web.at("/source/packets").asInt());
        assertEquals(170, web.at("/source/bytes").asInt());
        assertEquals("10.0.0.2", web.at("/destination/address").asText());
        assertEquals(80, web.at("/destination/port").asInt());
        assertEquals(390, web.at("/network/bytes").asInt());
        assertEquals(7, web.at("/network/packets").asInt());
        assertEquals("tcp", web.at("/network/transport").asText());
        assertEquals("6", web.at("/network/iana_number").asText());
        assertTrue(web.at("/network/community_id").asText().startsWith("1:"));
        assertEquals("SF", web.at("/headgate/flow/state").asText());
        assertFalse(web.at("/headgate/flow").has("src"), "told once");
        assertEquals("udp", flows.getLast().at("/network/transport").asText());
        var chosen = lines(CommandRun.of("flows", "-r", capture, "-T", "ecs", "-e", "state"));
        assertEquals(List.of("state"), keys(chosen.getFirst().at("/headgate/flow")));
    }

    @Test
    void writesAnIpfixFile() throws IOException {
        Path file = directory.resolve("flows.ipfix");
        var run = CommandRun.of("flows", "-r", capture, "-w", file.toString());
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertEquals("", run.out());
        byte[] bytes = Files.readAllBytes(file);
        assertEquals(10, bytes[1], "version");
        assertEquals(bytes.length, (bytes[2] & 0xff) << 8 | bytes[3] & 0xff, "one message");
    }

    @Test
    void leavesAnOldFileWhereTheInputCannotBeRead() throws IOException {
        Path file = Files.writeString(directory.resolve("old.ipfix"), "old");
        String none = directory.resolve("none.pcap").toString();
        var run = CommandRun.of("flows", "-r", none, "-w", file.toString());
        assertEquals(ExitCode.INPUT, run.status());
        assertEquals("old", Files.readString(file));
    }

    @Test
    void refusesToWriteWhereItCannotOrMustNot() {
        String[][] wrong = {
            {"flows", "-r", capture, "-w", capture},
            {"flows", "-r", capture, "-w", "x.ipfix", "-T", "jsonl"},
            {"flows", "-r", capture, "-w", "x.ipfix", "-e", "src"}
        };
        for (String[] each : wrong) {
            assertEquals(ExitCode.USAGE, CommandRun.of(each).status(), String.join(" ", each));
        }
        String noDirectory = directory.resolve("none/x.ipfix").toString();
        var run = CommandRun.of("flows", "-r", capture, "-w", noDirectory);
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("none/x.ipfix: no such directory"), run.err());
    }

    @Test
    void printsWhoTalksToWhom() throws IOException {
        var text = CommandRun.of("flows", "-r", capture, "--matrix", "address");
        assertEquals(
                List.of(
                        "a         b         flows  frames ->  frames <-  bytes ->  bytes <-",
                        "10.0.0.1  10.0.0.2      2          5          4       288       354"),
                text.out().lines().toList());
        assertTrue(text.err().startsWith("1 of 1 pairs"), text.err());
        String[] words = {"flows", "-r", capture, "--matrix", "port", "-T", "jsonl", "-s", "flows"};
        var rows = lines(CommandRun.of(words));
        assertEquals("tcp/80", rows.getFirst().get("b").asText());
        assertEquals("udp/53", rows.getLast().get("b").asText());
        String[][] wrong = {
            {"flows", "-r", capture, "--matrix", "colour"},
            {"flows", "-r", capture, "--matrix", "port", "-s", "rtt"},
            {"flows", "-r", capture, "--matrix", "port", "-T", "ecs"},
            {"flows", "-r", capture, "--matrix", "port", "--stream", "1"}
        };
        for (String[] each : wrong) {
            assertEquals(ExitCode.USAGE, CommandRun.of(each).status(), String.join(" ", each));
        }
    }

    @Test
    void printsWhatBothSidesSaid() throws IOException {
        var run = CommandRun.of("flows", "-r", capture, "--stream", "1");
        assertEquals(ExitCode.DONE, run.status(), run.err());
        var lines = run.out().lines().toList();
        assertTrue(
                lines.getFirst().startsWith("* tcp 10.0.0.1:50000 > 10.0.0.2:80  1:"),
                lines.getFirst());
        assertEquals("> " + "\\x00".repeat(10), lines.get(1));
        assertEquals("< " + "\\x00".repeat(100), lines.get(2));
        assertEquals(3, lines.size());
        assertTrue(run.err().startsWith("110 bytes; 0 missing in 0 places"), run.err());
    }

    @Test
    void findsAConversationByItsCommunityId() throws IOException {
        var udp = ThreeConversations.records(directory).getLast();
        String[] words = {"flows", "-r", capture, "--stream", udp.communityId()};
        var run = CommandRun.of(words);
        assertTrue(run.out().startsWith("* udp 10.0.0.1:50001 > 10.0.0.2:53"), run.out());
        var hex = new ArrayList<>(List.of(words));
        hex.addAll(List.of("-T", "hex", "--side", "resp"));
        var lines = CommandRun.of(hex.toArray(String[]::new)).out().lines().toList();
        assertEquals(5, lines.size(), "50 bytes in lines of sixteen");
        assertTrue(lines.get(1).startsWith("< 0x0000:  0000 0000"), lines.get(1));
        assertTrue(lines.getLast().startsWith("< 0x0030:  0000  "), lines.getLast());
    }

    @Test
    void saysWhichConversationsThereAre() {
        var none = CommandRun.of("flows", "-r", capture, "--stream", "3");
        assertEquals(ExitCode.USAGE, none.status());
        assertTrue(none.err().contains("no conversation 3 among 2;"), none.err());
        String[][] wrong = {
            {"flows", "-r", capture, "--stream", "first"},
            {"flows", "-r", capture, "--stream", "0"},
            {"flows", "-r", capture, "--stream", "1", "-T", "json"},
            {"flows", "-r", capture, "--stream", "1", "-T", "raw"},
            {"flows", "-r", capture, "--stream", "1", "-s", "bytes"},
            {"flows", "-r", capture, "--side", "orig"},
            {"flows", "-r", capture, "-T", "hex"}
        };
        for (String[] each : wrong) {
            assertEquals(ExitCode.USAGE, CommandRun.of(each).status(), String.join(" ", each));
        }
    }

    @Test
    void saysThatFramesWentBackInTime() {
        var run = CommandRun.of("flows", "-r", capture);
        assertTrue(run.err().contains("frames older than one before them: 1;"), run.err());
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
    void saysSoWhenThereIsNoRoomForDetails() {
        var run =
                CommandRun.of(
                        "flows",
                        "-r",
                        capture,
                        "-T",
                        "jsonl",
                        "--max-detailed",
                        "0",
                        "-e",
                        "orig_rtt_mean");
        assertTrue(run.err().contains("flows without details for want of room: 1;"), run.err());
        var detailed = CommandRun.of("flows", "-r", capture, "-T", "jsonl", "-e", "orig_rtt_mean");
        assertTrue(detailed.out().contains("orig_rtt_mean"), detailed.out());
    }

    @Test
    void listsItsFields() {
        var run = CommandRun.of("flows", "-e", "?");
        assertEquals(ExitCode.DONE, run.status());
        assertTrue(run.out().contains("community_id"), run.out());
    }

    @Test
    void listsItsSortKeys() {
        var run = CommandRun.of("flows", "-s", "?");
        assertEquals(ExitCode.DONE, run.status());
        assertTrue(run.out().contains("orig_retrans"), run.out());
        assertFalse(run.out().contains("community_id"), "a text is in no order");
    }

    @Test
    void saysWhichValuesASettingMayHave() {
        var idle = CommandRun.of("flows", "-r", capture, "--idle", "-1");
        assertTrue(idle.err().contains("--idle -1.0: must be seconds above 0"), idle.err());
        var most = CommandRun.of("flows", "-r", capture, "--max-flows", "0");
        assertTrue(most.err().contains("--max-flows 0 is not 1 to 268435456"), most.err());
    }

    @Test
    void refusesWhatDoesNotExistAndSaysWhatDoes() {
        var field = CommandRun.of("flows", "-r", capture, "-e", "colour");
        assertEquals(ExitCode.USAGE, field.status());
        assertTrue(field.err().contains("no field 'colour'; there are: proto, src"), field.err());
        assertTrue(field.err().contains("and more; -e ? lists all "), field.err());
        assertFalse(field.err().contains("orig_"), "a side's fields are too many for a message");
        var near = CommandRun.of("flows", "-r", capture, "-e", "orig_pktz");
        assertTrue(near.err().contains("perhaps 'orig_pkts';"), near.err());
        assertFalse(near.err().contains("community_id"), "the near ones are enough");
        var application = CommandRun.of("flows", "-r", capture, "--app", "htpp");
        assertTrue(
                application.err().contains("perhaps 'http'; there are: dhcp"), application.err());
        var key = CommandRun.of("flows", "-r", capture, "-s", "colour");
        assertEquals(ExitCode.USAGE, key.status());
        assertTrue(key.err().contains("no sort key 'colour'; there are: proto, sport"), key.err());
        assertTrue(key.err().contains("-s ? lists all "), key.err());
        var text = CommandRun.of("flows", "-r", capture, "-s", "state");
        assertEquals(ExitCode.USAGE, text.status(), "a word is in no order");
        for (String[] wrong :
                new String[][] {
                    {"flows", "-r", capture, "-n", "-1"},
                    {"flows", "-r", capture, "--idle", "0"},
                    {"flows", "-r", capture, "--idle", "NaN"},
                    {"flows", "-r", capture, "--max-flows", "0"},
                    {"flows", "-r", capture, "--max-detailed", "-1"},
                    {"flows", "-r", capture, "-C"},
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
    void leavesFramesWithWrongChecksumsOutAsZeekDoesAndSaysSo() throws IOException {
        byte[] spoiled = Files.readAllBytes(Path.of(capture));
        int sequenceNumber = 24 + 16 + 14 + 20 + 4;
        spoiled[sequenceNumber] ^= 1;
        Path file = Files.write(directory.resolve("spoiled.pcap"), spoiled);
        CommandRun run = CommandRun.of("flows", "-r", file.toString(), "--zeek");
        assertTrue(run.err().contains("wrong checksum, not counted: 1"), run.err());
        CommandRun all = CommandRun.of("flows", "-r", file.toString(), "--zeek", "-C");
        assertTrue(!all.err().contains("wrong checksum"), all.err());
    }

    @Test
    void refusesIdleTimesBesideThoseOfZeek() {
        CommandRun run = CommandRun.of("flows", "-r", capture, "--zeek", "--idle", "5");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("--zeek"));
    }
}
