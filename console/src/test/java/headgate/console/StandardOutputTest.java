package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandardOutputTest {
    @TempDir private Path directory;

    /// Refuses everything.
    private static final class Refusing extends OutputStream {
        private int attempts;

        @Override
        public void write(int octet) throws IOException {
            attempts++;
            throw new IOException("No space left on device");
        }
    }

    @Test
    void keepsWhatWasWrongForTheEndAndWritesNothingMore() {
        var disk = new Refusing();
        var stdout = new StandardOutput(disk);
        var out = stdout.writer(StandardCharsets.UTF_8);
        out.println("one");
        out.println("two");
        assertEquals("No space left on device", stdout.failure());
        assertFalse(stdout.readerLeft());
        assertEquals(1, disk.attempts);
    }

    @Test
    void saysNothingWhereEverythingWasWritten() {
        var stdout = new StandardOutput(OutputStream.nullOutputStream());
        stdout.writer(StandardCharsets.UTF_8).println("one");
        assertNull(stdout.failure());
    }

    @Test
    void endsQuietlyWhenTheReaderLeaves() throws Exception {
        Process command = headgate("flows", "-e", "?", "-T", "json");
        command.getInputStream().close();
        assertTrue(command.waitFor(30, TimeUnit.SECONDS), "ends by itself");
        assertEquals(ExitCode.DONE, command.exitValue());
        assertEquals("", new String(command.getErrorStream().readAllBytes()));
    }

    @Test
    void saysThatTheDiskIsFull() throws Exception {
        File full = new File("/dev/full");
        Assumptions.assumeTrue(full.exists(), "no /dev/full here");
        String capture = ThreeConversations.writeTo(directory).toString();
        for (List<String> words :
                List.of(
                        List.of("flows", "-r", capture),
                        List.of("flows", "-r", capture, "-w", "-"),
                        List.of("packets", "-r", capture))) {
            Process command = builder(words.toArray(String[]::new)).redirectOutput(full).start();
            String said = new String(command.getErrorStream().readAllBytes());
            assertTrue(command.waitFor(30, TimeUnit.SECONDS), "ends by itself");
            assertTrue(said.contains("headgate: standard output: No space left"), said);
            assertEquals(ExitCode.INPUT, command.exitValue());
        }
    }

    private static Process headgate(String... arguments) throws IOException {
        return builder(arguments).start();
    }

    private static ProcessBuilder builder(String... arguments) {
        var words = new java.util.ArrayList<String>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        words.add(Headgate.class.getName());
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words);
    }
}
