package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `headgate flows --rollup` and `--findings`.
class FlowSummaryTest {
    @TempDir private Path directory;

    private String conversations() throws IOException {
        return ThreeConversations.writeTo(directory).toString();
    }

    @Test
    void sumsByAddressAndLeavesNothingOut() throws IOException {
        var run = CommandRun.of("flows", "-r", conversations(), "--rollup", "10s", "-T", "jsonl");
        assertEquals(ExitCode.DONE, run.status(), run::err);
        JsonNode rollUp = new ObjectMapper().readTree(run.out());
        long sent = 0;
        for (JsonNode row : rollUp.get("rows")) {
            sent += row.get("sent").get("packets").asLong();
        }
        assertEquals(rollUp.get("total").get("packets").asLong(), sent);
        assertEquals(2, rollUp.get("total").get("flows").asLong());
        assertEquals(9, sent);
    }

    @Test
    void sumsTheRestIntoOneRowForPeople() throws IOException {
        String capture = conversations();
        var all = CommandRun.of("flows", "-r", capture, "--rollup", "1m", "--by", "port");
        List<String> rows = all.out().lines().toList();
        assertEquals(3, rows.size(), all::out);
        assertTrue(rows.get(1).contains("tcp/80"), all::out);
        var one =
                CommandRun.of("flows", "-r", capture, "--rollup", "1m", "--by", "port", "-n", "1");
        assertTrue(one.out().lines().toList().get(2).contains("(other)"), one::out);
    }

    @Test
    void findsAScanInAFile() throws IOException {
        Path capture = directory.resolve("scan.pcap");
        try (var out = Files.newOutputStream(capture)) {
            out.write(scan(30));
        }
        var text = CommandRun.of("flows", "-r", capture.toString(), "--findings");
        assertEquals(ExitCode.DONE, text.status(), text::err);
        List<String> lines = text.out().lines().toList();
        assertTrue(
                lines.getFirst()
                        .endsWith(
                                "WARNING  port-scan  10.0.0.9 to 192.0.2.1: attempts at 30 ports"
                                        + " failed"),
                text::out);
        assertEquals("    30 attempts in this minute, 0 of them refused", lines.get(1));
        var json = CommandRun.of("flows", "-r", capture.toString(), "--findings", "-T", "jsonl");
        JsonNode finding = new ObjectMapper().readTree(json.out());
        assertEquals("port-scan", finding.get("kind").asText());
        assertEquals(30, finding.get("count").asLong());
        assertFalse(finding.get("advice").asText().isEmpty());
    }

    @Test
    void findsANameServerThatFailsByWhatItAnswers() throws IOException {
        Path capture = directory.resolve("servfail.pcap");
        Files.write(capture, failingQuestions(60));
        var run = CommandRun.of("flows", "-r", capture.toString(), "--findings");
        assertEquals(ExitCode.DONE, run.status(), run::err);
        assertTrue(run.out().contains("dns-failures"), run::out);
        assertTrue(run.out().contains("60 SERVFAIL or REFUSED"), run::out);
    }

    @Test
    void findsNothingInOrdinaryTraffic() {
        String sample = HeadgateTest.sample().toString();
        var run = CommandRun.of("flows", "-r", sample, "--findings");
        assertEquals("", run.out());
        assertEquals(ExitCode.DONE, run.status(), run::err);
    }

    @Test
    void refusesWhatDoesNotGoTogether() throws IOException {
        String capture = conversations();
        for (String[] wrong :
                new String[][] {
                    {"--rollup", "5s"},
                    {"--by", "port"},
                    {"--rollup", "1h", "--findings"},
                    {"--findings", "-s", "bytes"},
                    {"--findings", "--zeek"},
                    {"--rollup", "1h", "-e", "src"},
                    {"--rollup", "1h", "-T", "ecs"}
                }) {
            var arguments = new java.util.ArrayList<>(List.of("flows", "-r", capture));
            arguments.addAll(List.of(wrong));
            var run = CommandRun.of(arguments.toArray(String[]::new));
            assertEquals(ExitCode.USAGE, run.status(), () -> arguments + run.err());
        }
    }

    /// A pcap file (version 2.4, microseconds) with a SYN to each of so many ports.
    private static byte[] scan(int ports) {
        var text = new StringBuilder("a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001");
        for (int port = 1; port <= ports; port++) {
            text.append("6553f100 %08x 00000036 00000036".formatted(port))
                    .append(
                            """
                            020000000001 020000000009 0800
                            45 00 0028 0000 4000 40 06 6ec6 0a000009 c0000201
                            c350 %04x 00000001 00000000 5002 0400 0000 0000
                            """
                                    .formatted(port));
        }
        return HexFormat.of().parseHex(text.toString().replaceAll("\\s", ""));
    }

    /// A pcap file with questions for `a.`, each from a port of its own, and the answer SERVFAIL.
    private static byte[] failingQuestions(int count) {
        var text = new StringBuilder("a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001");
        for (int i = 1; i <= count; i++) {
            text.append(
                    """
                    6553f100 %08x 0000003d 0000003d 020000000001 020000000009 0800
                    45 00 002f 0000 4000 40 11 6eb4 0a000009 c0000201
                    %04x 0035 001b 0000 0001 0100 0001 0000 0000 0000 0161 00 0001 0001
                    6553f100 %08x 0000003d 0000003d 020000000009 020000000001 0800
                    45 00 002f 0000 4000 40 11 6eb4 c0000201 0a000009
                    0035 %04x 001b 0000 0001 8182 0001 0000 0000 0000 0161 00 0001 0001
                    """
                            .formatted(2 * i, 0xc000 + i, 2 * i + 1, 0xc000 + i));
        }
        return HexFormat.of().parseHex(text.toString().replaceAll("\\s", ""));
    }
}
