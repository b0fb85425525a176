package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SnapshotCommandTest {
    @TempDir Path directory;

    @Test
    void writesASnapshotThatPathTakesItsProfileFrom() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/net/softnet_stat")), "needs Linux");
        Path host = directory.resolve("hosts/gw1");
        var run = CommandRun.of("snapshot", "-o", host.toString());
        assertEquals(0, run.status(), run::err);
        assertTrue(run.out().startsWith(host + ": "), run::out);
        for (String line : run.out().lines().skip(1).toList()) {
            String missing = line.substring("missing: ".length());
            assertTrue(
                    Files.readString(host.resolve("missing.txt")).contains(missing + "\n"), line);
        }

        Path arrivals = Files.writeString(directory.resolve("a.csv"), "0,60\n1,60\n");
        var path =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        arrivals.toString(),
                        "-p",
                        host.toString(),
                        "-p",
                        "host");
        assertEquals(0, path.status(), path::err);
        assertTrue(path.out().contains("A  gw1\nB  host\n"), path::out);
        assertTrue(path.out().contains("Neither drops, and all wait as long."), path::out);
    }

    @Test
    void refusesAFolderThatHoldsSomething() throws IOException {
        Files.writeString(directory.resolve("note"), "");
        var run = CommandRun.of("snapshot", "-o", directory.toString());
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().endsWith("is not empty; name another folder with -o\n"), run::err);

        var file = CommandRun.of("snapshot", "-o", directory.resolve("note").toString());
        assertEquals(ExitCode.USAGE, file.status());
        assertTrue(file.err().endsWith("is a file; name a folder\n"), file::err);
    }
}
