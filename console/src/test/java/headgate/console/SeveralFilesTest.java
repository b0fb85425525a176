package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.capture.CaptureFilter;
import headgate.capture.CaptureOpenException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bundled capture, cut into files by protocol, is answered as the whole is, however the files
/// are named.
class SeveralFilesTest {
    private static final String SAMPLE = "../samples/sample.pcapng";

    @TempDir private Path folder;
    private String tcp;
    private String udp;
    private String rest;

    @BeforeEach
    void cutTheSample() {
        assumeTrue(hasLibpcap(), "libpcap is not installed: the sample was not cut by filters");
        tcp = part("a.pcapng", "tcp");
        udp = part("b.pcapng", "udp");
        rest = part("c.pcapng", "not tcp and not udp");
    }

    private static boolean hasLibpcap() {
        try {
            CaptureFilter.requireLibpcap();
            return true;
        } catch (CaptureOpenException _) {
            return false;
        }
    }

    private String part(String name, String filter) {
        String file = folder.resolve(name).toString();
        var run = CommandRun.of("packets", "-r", SAMPLE, "-w", file, filter);
        assertEquals(ExitCode.DONE, run.status(), run.err());
        return file;
    }

    @Test
    void flagsFilesOfTheShellAndADirectoryMeanTheSame() {
        String whole = rows("flows", SAMPLE);
        assertEquals(whole, rows("flows", tcp, "-r", udp, "-r", rest));
        assertEquals(whole, rows("flows", tcp, udp, rest)); // what -r *.pcapng becomes
        assertEquals(whole, rows("flows", folder.toString()));
    }

    @Test
    void everyAnalysingCommandReadsThemByTime() {
        String directory = folder.toString();
        assertEquals(rows("packets", SAMPLE), rows("packets", directory));
        assertEquals(rows("path", SAMPLE), rows("path", directory));
        String[] judge = {"-R", "../samples/router", "--in", "lan0"};
        assertEquals(rows("forward", SAMPLE, judge), rows("forward", directory, judge));
    }

    @Test
    void leavesOutTheCopiesOfAMirrorPort() {
        var twice =
                CommandRun.of("flows", "-T", "jsonl", "-r", SAMPLE, "-r", SAMPLE, "--dedup", "5");
        assertEquals(rows("flows", SAMPLE), twice.out());
        assertTrue(twice.err().matches("(?s).*: [0-9]+ duplicates left out\\R.*"), twice.err());
        var tooLong = CommandRun.of("flows", "-r", SAMPLE, "--dedup", "2000");
        assertEquals(ExitCode.USAGE, tooLong.status());
        assertTrue(tooLong.err().contains("dedup 2000 is not within"), tooLong.err());
    }

    @Test
    void theWordsAfterTheFilesAreTheFilter() {
        String two = rows("packets", tcp, udp, "udp", "port", "53");
        assertEquals(rows("packets", SAMPLE, "udp", "port", "53"), two);
        assertFalse(two.isEmpty());
    }

    @Test
    void refusesToFollowMoreThanOneFile() {
        for (String command : List.of("flows", "run", "agent")) {
            var run = CommandRun.of(command, "--follow", "-r", tcp, "-r", udp);
            assertEquals(ExitCode.USAGE, run.status(), run.err());
            assertTrue(run.err().contains("must be one file or one directory"), run.err());
        }
    }

    @Test
    void aFollowedFileIsReadUntilTheTimeIsUp() throws Exception {
        Path growing = folder.resolve("growing.pcapng");
        byte[] whole = Files.readAllBytes(Path.of(SAMPLE));
        Files.write(growing, java.util.Arrays.copyOf(whole, whole.length / 2));
        Thread writer =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                Thread.sleep(500);
                                Files.write(growing, whole);
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        });
        var run =
                CommandRun.of(
                        "packets", "-r", growing.toString(), "--follow", "--duration", "4", "-n");
        writer.join();
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertEquals(CommandRun.of("packets", "-r", SAMPLE, "-n").out(), run.out());
    }

    private static String rows(String command, String file, String... more) {
        var arguments = new ArrayList<>(List.of(command, "-T", "jsonl", "-r", file));
        arguments.addAll(List.of(more));
        var run = CommandRun.of(arguments.toArray(String[]::new));
        assertTrue(
                run.status() == ExitCode.DONE || run.status() == ExitCode.FOUND,
                command + ": " + run.err());
        return run.out();
    }
}
