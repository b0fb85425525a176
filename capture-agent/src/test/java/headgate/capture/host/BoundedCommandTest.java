package headgate.capture.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BoundedCommandTest {
    private final BoundedCommand command = new BoundedCommand(Duration.ofSeconds(5), 1000);

    @Test
    void returnsWhatTheProgramWrote() throws IOException {
        assertEquals("ja\n", command.run("echo", "ja"));
    }

    @Test
    void stopsAProgramThatTakesTooLong() {
        var quick = new BoundedCommand(Duration.ofMillis(200), 1000);
        refused("took longer than 200 ms", quick, "sleep", "20");
    }

    @Test
    void stopsAProgramThatSaysTooMuch() {
        refused("says more than 1000 bytes", command, "yes");
    }

    @Test
    void passesOnTheWordsOfAProgramThatFails() {
        refused(
                "exit status 3: no such thing",
                command,
                "sh",
                "-c",
                "echo no such thing >&2; exit 3");
    }

    @Test
    void saysThatAProgramIsMissing() {
        refused("no-such-program is not installed", command, "no-such-program");
    }

    private static void refused(String words, BoundedCommand command, String... program) {
        var refused = assertThrows(IOException.class, () -> command.run(program));
        assertTrue(refused.getMessage().startsWith(words), refused.getMessage());
    }
}
