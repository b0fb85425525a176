package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cases made here, a blocker and what comes while it is served; those of a real kernel are judged
/// by the system tests.
class ValidatePathCommandTest {
    private static final int DROPPED = -1;
    private static final int MS = 1_000_000;

    @TempDir private Path folder;

    private CommandRun validate(String... options) {
        String[] words = {"validate", "path", folder.toString()};
        String[] all = Arrays.copyOf(words, words.length + options.length);
        System.arraycopy(options, 0, all, words.length, options.length);
        return CommandRun.of(all);
    }

    /// Five packets: the blocker, two that `netdev_max_backlog` 1 lets in, two that it does not.
    private static byte[] packets() throws IOException {
        ByteBuffer records = ByteBuffer.allocate(5 * 24).order(ByteOrder.LITTLE_ENDIAN);
        record(records, 0, MS, 12_000);
        record(records, 100_000, 1_000, 912_500);
        record(records, 200_000, 1_000, 814_000);
        record(records, 300_000, 1_000, DROPPED);
        record(records, 400_000, 1_000, DROPPED);
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(records.array());
        }
        return bytes.toByteArray();
    }

    private static void record(
            ByteBuffer records, long arrivalNanos, int serviceNanos, int waitNanos) {
        records.putLong(arrivalNanos)
                .putInt(serviceNanos)
                .putInt(waitNanos == DROPPED ? 0 : serviceNanos)
                .putInt(waitNanos)
                .putShort((short) 60)
                .putShort((short) 4000);
    }

    private void write(String id, String kind, int dropped, boolean preconditionsMet)
            throws IOException {
        Files.write(folder.resolve(id + ".0.bin.gz"), packets());
        Files.writeString(
                folder.resolve(id + ".json"),
                """
                {"id": "%1$s", "kind": "%2$s", "hz": 250,
                 "settings": {"netdev_max_backlog": 1, "dev_weight": 64, "netdev_budget": 300,
                              "netdev_budget_usecs": 8000},
                 "exact": {"accepted": 3, "dropped": 2},
                 "reps": [{"file": "%1$s.0.bin.gz", "accepted": %3$d, "dropped": %4$d,
                           "softnet_cpu1": {"time_squeeze": 0, "received_rps": 1},
                           "softnet_cpu0_flow_limit_count": 0, "poll_works": [3],
                           "busy_minus_set_ns_median": 0, "quiet": true,
                           "preconditions_met": %5$b}]}
                """
                        .formatted(id, kind, 5 - dropped, dropped, preconditionsMet));
    }

    @Test
    void findsARunEqualThatIs() throws IOException {
        write("blocker", "exact-blocker", 2, true);

        var run = validate();
        assertEquals(ExitCode.DONE, run.status(), run.out() + run.err());
        assertTrue(run.out().matches("(?s).*exact-blocker +1 +1 +1 +1.*"), run.out());
    }

    @Test
    void saysWhatDiffers() throws IOException {
        write("blocker", "exact-blocker", 1, true);

        var run = validate();
        assertEquals(ExitCode.FOUND, run.status());
        assertTrue(run.out().contains("blocker.0.bin.gz: accepted 3, kernel 4"), run.out());
    }

    @Test
    void showsButDoesNotJudgeARunWithoutItsPreconditions() throws IOException {
        write("blocker", "exact-blocker", 1, false);

        var run = validate();
        assertEquals(ExitCode.DONE, run.status());
        assertTrue(run.out().matches("(?s).*exact-blocker +1 +1 +0 +0.*"), run.out());
    }

    @Test
    void writesALineForEachRun() throws IOException {
        write("blocker", "exact-blocker", 2, true);
        write("steady", "const", 1, false);

        var run = validate("-T", "jsonl");
        assertEquals(ExitCode.DONE, run.status());
        String[] lines = run.out().strip().split("\n");
        assertEquals(2, lines.length);
        assertTrue(
                lines[0].contains(
                        "\"predicted\":{\"accepted\":3,\"dropped\":2,\"polls\":1,\"squeezes\":0,"
                                + "\"flow_limit_count\":0}"),
                lines[0]);
        assertTrue(lines[1].contains("\"error_points\":20.0"), lines[1]);
        assertTrue(lines[1].contains("\"predicted_blind\":{"), lines[1]);
    }

    @Test
    void namesTheDirectoryThatIsNotThere() {
        var run = CommandRun.of("validate", "path", folder.resolve("nowhere").toString());
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("nowhere: no such directory"), run.err());
    }

    @Test
    void saysThatThereAreNoCases() throws IOException {
        Files.writeString(folder.resolve("other.json"), "{}");

        var run = validate();
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("no recorded runs of a receive path"), run.err());
    }

    @Test
    void saysWhereJsonIsBroken() throws IOException {
        Files.writeString(folder.resolve("broken.json"), "{\n\"id\": \"a\",\n!");

        var run = validate();
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("broken.json line 3: "), run.err());
    }

    @Test
    void refusesSettingsThatNoKernelTakes() throws IOException {
        write("blocker", "exact-blocker", 2, true);
        Path json = folder.resolve("blocker.json");
        Files.writeString(json, Files.readString(json).replace("8000", "100"));

        var run = validate();
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("blocker: budget_usecs=100 is not allowed"), run.err());
    }

    @Test
    void namesTheRunThatIsCutShort() throws IOException {
        write("blocker", "exact-blocker", 2, true);
        byte[] whole = packets();
        for (int length = 0; length < whole.length; length++) {
            Files.write(folder.resolve("blocker.0.bin.gz"), Arrays.copyOf(whole, length));
            var run = validate();
            assertEquals(ExitCode.INPUT, run.status(), "cut to " + length);
            assertTrue(run.err().contains("blocker.0.bin.gz: "), run.err());
        }
    }

    @Test
    void refusesHalfARecord() throws IOException {
        write("blocker", "exact-blocker", 2, true);
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(new byte[36]);
        }
        Files.write(folder.resolve("blocker.0.bin.gz"), bytes.toByteArray());

        var run = validate();
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("not a whole number of records of 24"), run.err());
    }

    @Test
    void namesTheRunThatIsMissing() throws IOException {
        write("blocker", "exact-blocker", 2, true);
        Files.delete(folder.resolve("blocker.0.bin.gz"));

        var run = validate();
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("blocker.0.bin.gz: no such file"), run.err());
    }
}
