package headgate.system.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.streams.StreamProcessor;
import headgate.streams.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A stream processor that is killed goes on where its last commit was: the answers that readers of
/// committed records see are those of a run without the kill, and those of the engines alone.
@Timeout(120)
class StreamRecoveryTest {
    private static final CannedTraffic TRAFFIC = CannedTraffic.of(900, 7);

    /// However slow this test is, the pauses in it are none of the traffic's.
    private static final Duration NEVER_SILENT = Duration.ofMinutes(10);

    @TempDir private Path directory;

    @Test
    void answersAfterAKillAreThoseOfARunWithoutIt() throws Exception {
        List<CannedTraffic.Value> values =
                TRAFFIC.values().stream().filter(v -> v.topic() == Topic.FRAMES).toList();
        var killed = new Topics("killed.");
        var whole = new Topics("whole.");
        try (var broker = Broker.start(directory.resolve("broker"))) {
            runWhole(broker, whole, values);
            runAndKill(broker, killed, values);
            try (var successor = stream(broker, killed)) {
                broker.publish(killed, values.subList(values.size() / 2, values.size()));
                broker.awaitProcessed("killed.stream", values.size());
                assertEquals(143, successor.terminate(), successor::log);
            }
            assertFalse(broker.committed("killed.stream-lanes-changelog").isEmpty());
            List<String> alone = flowsOfTheEngineAlone();
            assertSame(alone, answers(broker, whole.name(Topic.FLOWS)), "flows without a kill");
            assertSame(alone, answers(broker, killed.name(Topic.FLOWS)), "flows after a kill");
            for (Topics topics : List.of(killed, whole)) {
                assertEquals(List.of(), answers(broker, topics.name(Topic.DEAD_LETTERS)));
            }
        }
    }

    private void runWhole(Broker broker, Topics topics, List<CannedTraffic.Value> values)
            throws Exception {
        var settings =
                StreamSettings.of(broker.bootstrap(), topics, directory.resolve("state"))
                        .withApplicationId(topics.prefix() + "stream")
                        .withSilence(NEVER_SILENT);
        try (var _ = StreamProcessor.start(settings, System.err::println)) {
            broker.publish(topics, values);
            broker.awaitProcessed(settings.applicationId(), values.size());
        }
    }

    /// Half of the traffic, and SIGKILL in the midst of it: something is committed, not all is.
    private void runAndKill(Broker broker, Topics topics, List<CannedTraffic.Value> values)
            throws Exception {
        try (var victim = stream(broker, topics)) {
            Broker.await("its topics", () -> broker.has(topics.name(Topic.FRAMES)));
            int half = values.size() / 2;
            broker.publish(topics, values.subList(0, half / 2));
            broker.awaitProcessed("killed.stream", 1);
            broker.publish(topics, values.subList(half / 2, half));
            victim.kill();
            assertTrue(broker.processed("killed.stream") > 0);
            assertTrue(broker.processed("killed.stream") < values.size());
        }
    }

    private StreamChild stream(Broker broker, Topics topics) throws Exception {
        return StreamChild.start(
                directory,
                "--brokers",
                broker.bootstrap(),
                "--topic-prefix",
                topics.prefix(),
                "--application-id",
                topics.prefix() + "stream",
                "--commit-interval",
                "200ms",
                "--silence",
                NEVER_SILENT.toSeconds() + "s",
                "--state-dir",
                directory.resolve("state").toString());
    }

    /// Values of a topic, in an order of their own: partitions have none among each other.
    private static List<String> answers(Broker broker, String topic) {
        return broker.committed(topic).stream()
                .map(record -> new String(record.value()))
                .sorted()
                .toList();
    }

    private static void assertSame(List<String> expected, List<String> actual, String what) {
        var missing = new ArrayList<>(expected);
        actual.forEach(missing::remove);
        var surplus = new ArrayList<>(actual);
        expected.forEach(surplus::remove);
        assertTrue(
                missing.isEmpty() && surplus.isEmpty(),
                () ->
                        "%s: %d expected, %d there, missing %s, surplus %s"
                                .formatted(what, expected.size(), actual.size(), missing, surplus));
    }

    private static List<String> flowsOfTheEngineAlone() {
        var flows = new ArrayList<String>();
        var lanes = new FlowTable[CannedTraffic.LANES];
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] = new FlowTable(FlowSettings.LIVE, flow -> flows.add(flow.toString()));
        }
        TRAFFIC.forEach(frame -> lanes[CannedTraffic.lane(frame)].onFrame(frame));
        flows.sort(null);
        return flows;
    }
}
