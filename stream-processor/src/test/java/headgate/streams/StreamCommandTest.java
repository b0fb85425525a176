package headgate.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StreamCommandTest {
    @TempDir private Path directory;
    private final StringWriter err = new StringWriter();

    @Test
    void givesUpOnABrokerThatRefusesAndSaysWhichAndWhy() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertEquals(4, run("--brokers", "127.0.0.1:" + port, "--patience", "1500ms"));
        String[] lines = err.toString().split("\n");
        assertEquals(2, lines.length, err::toString);
        String refused = "headgate stream: broker 127.0.0.1:" + port + ": Connection refused";
        assertTrue(lines[0].startsWith(refused + "; trying again until "), lines[0]);
        assertEquals(refused + "; gave up after 1 s", lines[1]);
    }

    @Test
    void saysThatAHostDoesNotExist() {
        assertEquals(4, run("--brokers", "nowhere.invalid:9092", "--patience", "0s"));
        assertTrue(
                err.toString().contains("broker nowhere.invalid:9092: no such host; gave up"),
                err::toString);
    }

    @Test
    void refusesFlagsThatCannotBe() {
        assertEquals(2, run("--brokers", "no port"));
        assertTrue(
                err.toString().startsWith("brokers 'no port': HOST:PORT is needed"), err::toString);
        assertEquals(2, run("--threads", "0"));
        assertEquals(2, run("--commit-interval", "soon"));
        assertTrue(err.toString().contains("'soon' is no duration"), err::toString);
        assertEquals(2, run("--topic-prefix", "a b"));
        assertEquals(2, run("--max-detailed", "-1"));
        assertTrue(err.toString().contains("--max-detailed cannot be -1"), err::toString);
    }

    private int run(String... arguments) {
        var line = new CommandLine(new StreamCommand());
        line.setErr(new PrintWriter(err));
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--state-dir";
        all[arguments.length + 1] = directory.toString();
        return line.execute(all);
    }
}
