package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the commands refuse before and at the broker; that a broker takes what they put is in the
/// tests of the whole system.
class ProfilePutCommandTest {
    @TempDir private Path directory;

    private static CommandRun profile(String... words) {
        var all = new String[words.length + 1];
        all[0] = "profile";
        System.arraycopy(words, 0, all, 1, words.length);
        return CommandRun.of(all);
    }

    @Test
    void saysWhichSettingIsNotAllowedAndWhatIs() {
        CommandRun run = profile("put", "deep", "--set", "weight=0");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("weight=0 is not allowed: 1 to"), run.err());
        run = profile("put", "deep", "--set", "depth=9");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("no setting 'depth'"), run.err());
        run = profile("put", "deep", "-p", "linux-9");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("no profile 'linux-9'"), run.err());
    }

    @Test
    void saysThatAFolderHoldsNoRules() throws Exception {
        CommandRun run = profile("put", "closed", "-R", directory.resolve("none").toString());
        assertEquals(ExitCode.INPUT, run.status());
        Files.writeString(directory.resolve("notes"), "");
        run = profile("put", "closed", "-R", directory.toString());
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("no documents of a host snapshot"), run.err());
    }

    @Test
    void givesUpOnABrokerThatIsNotThere() {
        CommandRun run = profile("delete", "deep", "-b", "127.0.0.1:1");
        assertEquals(ExitCode.BROKER, run.status());
        assertTrue(run.err().contains("broker 127.0.0.1:1"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void refusesATopicPrefixThatCannotBe() {
        CommandRun run = profile("delete", "deep", "--topic-prefix", "a/b");
        assertEquals(ExitCode.USAGE, run.status());
    }
}
