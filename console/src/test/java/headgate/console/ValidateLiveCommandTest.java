package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headgate.console.live.LiveRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ValidateLiveCommandTest {
    @Test
    void treatsEachKindOfPacketAsThisHostsKernelDoes() throws Exception {
        String missing = LiveRouter.missing();
        assumeTrue(missing.isEmpty(), "no router can be made here; needed: " + missing);
        CommandRun run = CommandRun.of("validate", "forward", "--live", "-T", "json");
        JsonNode frames = new ObjectMapper().readTree(run.out());
        assertEquals(ValidateLiveCommand.PACKETS.size(), frames.size(), run.err());
        for (JsonNode frame : frames) {
            assertTrue(frame.get("equal").asBoolean(), frame.toString());
        }
        assertEquals(ExitCode.DONE, run.status());
    }

    @Test
    void asksForAllThatATrialNeeds() {
        assertEquals(
                ExitCode.USAGE,
                CommandRun.of("validate", "forward", "--live", "--in", "eth0").status());
        assertEquals(
                ExitCode.USAGE, CommandRun.of("validate", "forward", "--live", "-R", "x").status());
    }
}
