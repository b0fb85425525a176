package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every command does with wrong words and wrong input.
class HeadgateTest {
    private static final List<String> ANALYSING = List.of("flows", "packets", "path", "forward");

    @TempDir private Path folder;

    @Test
    void namesTheCommandsThatThereAreWhenOneIsUnknown() {
        var run = CommandRun.of("flow");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("flows"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void asksForACommandWhenThereIsNone() {
        var run = CommandRun.of();
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("which command?"), run.err());
    }

    @Test
    void namesTheOptionThatNobodyKnows() {
        for (String command : ANALYSING) {
            var run = CommandRun.of(arguments(command, "--colour"));
            assertEquals(ExitCode.USAGE, run.status(), command);
            assertTrue(run.err().contains("--colour"), run.err());
        }
    }

    @Test
    void namesTheFileThatIsNotThere() {
        for (String command : ANALYSING) {
            var run = CommandRun.of(arguments(command, "-r", "no-such.pcap"));
            assertEquals(ExitCode.INPUT, run.status(), command + ": " + run.err());
            assertTrue(run.err().contains("no-such.pcap: no such file"), run.err());
        }
    }

    @Test
    void saysWhyAFileCannotBeWritten() {
        Path nowhere = folder.resolve("no-such").resolve("out.pcapng");
        Path sample = Path.of("..", "samples", "sample.pcapng");
        var run = CommandRun.of("packets", "-r", sample.toString(), "-w", nowhere.toString());
        assertEquals(ExitCode.INPUT, run.status(), run.err());
        assertTrue(run.err().contains(nowhere + ": no such file or directory"), run.err());
    }

    @Test
    void saysWhatAFileThatIsNoCaptureLooksLike() throws IOException {
        Path letter = Files.writeString(folder.resolve("letter.pcap"), "Dear engineers, hello.\n");
        for (String command : ANALYSING) {
            var run = CommandRun.of(arguments(command, "-r", letter.toString()));
            assertEquals(ExitCode.INPUT, run.status(), command + ": " + run.err());
            assertTrue(run.err().contains("not a pcap or pcapng capture"), run.err());
        }
    }

    @Test
    void usesTheFramesBeforeTheCutAndSaysSo() throws IOException {
        byte[] whole = Files.readAllBytes(sample());
        Path cut = folder.resolve("cut.pcapng");
        Files.write(cut, java.util.Arrays.copyOf(whole, whole.length / 2 + 1));
        for (String command : List.of("flows", "packets", "path")) {
            var run = CommandRun.of(command, "-r", cut.toString());
            assertEquals(ExitCode.INPUT, run.status(), command + ": " + run.err());
            assertTrue(run.err().contains("cut.pcapng: "), run.err());
            assertFalse(run.out().isEmpty(), command);
        }
    }

    @Test
    void namesTheInterfacesThatThereAre() {
        for (String command : List.of("flows", "packets", "path")) {
            var run = CommandRun.of(command, "-i", "no-such-if0");
            assertEquals(ExitCode.INPUT, run.status(), command + ": " + run.err());
            assertTrue(run.err().contains("no interface 'no-such-if0'"), run.err());
        }
    }

    @Test
    void refusesBothAFileAndAnInterface() {
        for (String command : List.of("flows", "packets", "run", "agent")) {
            var run = CommandRun.of(command, "-r", "a.pcap", "-i", "lo");
            assertEquals(ExitCode.USAGE, run.status(), command + ": " + run.err());
        }
    }

    @Test
    void printsHelpOfEachCommandWithItsExitStatus() {
        for (String command : Headgate.commandLine().getSubcommands().keySet()) {
            var run = CommandRun.of(command, "--help");
            assertEquals(ExitCode.DONE, run.status(), command);
            assertTrue(command.equals("help") || run.out().startsWith("Usage: "), run.out());
        }
    }

    @Test
    void listsTheLoopbackInterface() {
        var run = CommandRun.of("interfaces", "-T", "jsonl");
        assertEquals(ExitCode.DONE, run.status());
        assertTrue(run.out().contains("\"name\":\"lo\""), run.out());
    }

    @Test
    void checkTellsABrokerThatIsAway() {
        var run = CommandRun.of("check", "--brokers", "127.0.0.1:1");
        assertEquals(ExitCode.BROKER, run.status());
        assertTrue(run.out().contains("127.0.0.1:1"), run.out());
    }

    @Test
    void printsACompletionScript() {
        var run = CommandRun.of("completion");
        assertEquals(ExitCode.DONE, run.status());
        assertTrue(run.out().contains("complete -F"), run.out());
    }

    private static String[] arguments(String command, String... more) {
        String[] first =
                command.equals("forward")
                        ? new String[] {command, "-R", samples().resolve("router").toString()}
                        : new String[] {command};
        var all = new java.util.ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        if (command.equals("forward")) {
            all.addAll(List.of("--in", "lan0"));
        }
        return all.toArray(String[]::new);
    }

    static Path sample() {
        return samples().resolve("sample.pcapng");
    }

    /// The module's folder is where tests run; the samples are beside it.
    private static Path samples() {
        return Path.of("..", "samples").toAbsolutePath().normalize();
    }
}
