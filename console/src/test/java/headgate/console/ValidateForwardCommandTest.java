package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateForwardCommandTest {
    /// A frame of a protocol that nobody takes up: refused without a counter.
    private static final String FRAME =
            "{\"scenario\":\"s\",\"seq\":7,\"label\":\"lldp\",\"ifname\":\"eth0\",\"frame_hex\":\""
                    + "02aa0000000002bb0000000588cc0000\",\"expected\":{\"verdict\":\"drop\","
                    + "\"drop_reason\":\"UNHANDLED_PROTO\",\"egress\":[],\"drops\":[{\"reason\":"
                    + "\"UNHANDLED_PROTO\",\"at\":\"__netif_receive_skb_core.constprop.0\","
                    + "\"proto\":\"0x88cc\"}],\"counters\":{}}}\n";

    @TempDir private Path directory;

    private void record(String file, String lines) throws IOException {
        Path scenario = Files.createDirectories(directory.resolve("scenarios/s"));
        Files.writeString(
                scenario.resolve("link.json"),
                "[{\"ifindex\":2,\"ifname\":\"eth0\",\"flags\":[\"UP\"],\"mtu\":1500,"
                        + "\"address\":\"02:aa:00:00:00:00\"}]");
        try (var out = new GZIPOutputStream(Files.newOutputStream(directory.resolve(file)))) {
            out.write(lines.getBytes(StandardCharsets.UTF_8));
        }
    }

    private CommandRun run(String... more) {
        var args = new String[more.length + 3];
        args[0] = "validate";
        args[1] = "forward";
        System.arraycopy(more, 0, args, 2, more.length);
        args[more.length + 2] = directory.toString();
        return CommandRun.of(args);
    }

    @Test
    void countsWhatIsEqual() throws IOException {
        record("s.jsonl.gz", FRAME);
        CommandRun run = run("--fail-on", "diff");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("1 of 1 lines equal"), run.out());
    }

    @Test
    void showsWhatDiffersAndFailsIfAsked() throws IOException {
        record(
                "s.jsonl.gz",
                FRAME.replace("\"counters\":{}", "\"counters\":{\"Ip.InReceives\":1}"));
        CommandRun run = run("--fail-on", "diff");
        assertEquals(1, run.status());
        assertTrue(
                run.out()
                        .contains(
                                "s frame 7 (lldp): counters: kernel {\"Ip.InReceives\":1}, ours {}"),
                run.out());
        assertEquals(0, run().status());
    }

    @Test
    void comparesEveryKeyOfTheRecording() throws IOException {
        record("s.jsonl.gz", FRAME.replace("\"counters\":{}", "\"counters\":{},\"new\":1"));
        assertTrue(run().out().contains("new: kernel 1, ours"));
    }

    @Test
    void printsPredictionsUnderTheKeysOfTheRecording() throws IOException {
        record("s.jsonl.gz", FRAME);
        String out = run("-T", "jsonl").out();
        assertTrue(out.startsWith("{\"scenario\":\"s\",\"seq\":7,"), out);
        assertTrue(out.contains("\"equal\":true,\"predicted\":{\"verdict\":\"drop\""), out);
    }

    @Test
    void namesTheLineThatIsBroken() throws IOException {
        record("s.jsonl.gz", FRAME + "{\"frame_hex\":");
        CommandRun broken = run();
        assertEquals(3, broken.status());
        assertTrue(broken.err().contains("s.jsonl.gz line 2: "), broken.err());
        record("s.jsonl.gz", "{\"ifname\":\"eth0\"}\n");
        assertTrue(run().err().contains("line 1: has no 'frame_hex'"), run().err());
        record("s.jsonl.gz", FRAME.replace("02aa", "02ag"));
        assertTrue(run().err().contains("s.jsonl.gz line 1: "), run().err());
    }

    @Test
    void saysWhatIsNotThere() throws IOException {
        assertEquals(3, run().status());
        assertTrue(run().err().contains("no recordings"), run().err());
        CommandRun missing = CommandRun.of("validate", "forward", directory + "/none");
        assertEquals(3, missing.status());
        assertTrue(missing.err().contains("no such directory"), missing.err());
        record("t.jsonl.gz", FRAME);
        assertEquals(3, run().status());
        assertTrue(run().err().contains("scenarios"), run().err());
    }
}
