package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// What `top` refuses; what it shows of a real broker is in the tests of the whole system.
class TopCommandTest {
    @Test
    void refusesAddressesThatCannotBe() {
        for (String wrong : new String[] {"kafka", "kafka:port", "a:1,,b:2", "a:1 b:2", ""}) {
            CommandRun run = CommandRun.of("top", "--brokers", wrong);
            assertEquals(ExitCode.USAGE, run.status(), wrong);
            assertTrue(run.err().contains("HOST:PORT is needed"), run.err());
        }
    }

    @Test
    void refusesATopicPrefixThatCannotBe() {
        CommandRun run = CommandRun.of("top", "--topic-prefix", "a/b");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("topic prefix 'a/b'"), run.err());
    }

    @Test
    void givesUpOnABrokerThatIsNotThere() {
        CommandRun run = CommandRun.of("top", "--once", "-b", "127.0.0.1:1");
        assertEquals(ExitCode.BROKER, run.status());
        assertTrue(run.err().contains("broker 127.0.0.1:1"), run.err());
        assertEquals("", run.out());
    }
}
