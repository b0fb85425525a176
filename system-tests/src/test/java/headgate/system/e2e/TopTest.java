package headgate.system.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.console.Headgate;
import headgate.schema.PathStatsCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.streams.StreamProcessor;
import headgate.streams.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `headgate top` against a real broker, in a process of its own.
@Timeout(120)
class TopTest {
    private static final CannedTraffic TRAFFIC = CannedTraffic.of(60, 11);

    @TempDir private Path directory;

    @Test
    void saysWhichTopicIsMissingAndThenShowsWhatTheTopicsHold() throws Exception {
        try (var broker = Broker.start(directory.resolve("broker"))) {
            try (var early = top(broker)) {
                assertEquals(4, early.awaitEnd());
                assertTrue(early.log().contains("no topic headgate.ledger"), early.log());
            }
            answer(broker, TRAFFIC.values());
            try (var top = top(broker)) {
                assertEquals(0, top.awaitEnd(), top.log());
                int flows = EnginesAlone.flows(TRAFFIC).size();
                assertTrue(top.log().contains("flows     " + flows), top.log());
                assertTrue(top.log().contains("offered " + offered(broker) + " "), top.log());
            }
        }
    }

    private static long offered(Broker broker) throws Exception {
        return broker.committed(Topics.DEFAULT.name(Topic.PATH_STATS)).stream()
                .mapToLong(record -> PathStatsCodec.read(record.value()).stats().offered())
                .sum();
    }

    private Child top(Broker broker) throws Exception {
        return Child.start(
                Headgate.class, directory, "top", "--once", "--brokers", broker.bootstrap());
    }

    private void answer(Broker broker, List<CannedTraffic.Value> values) throws Exception {
        var settings =
                StreamSettings.of(broker.bootstrap(), Topics.DEFAULT, directory.resolve("stream"))
                        .with(draft -> draft.silence = Duration.ofMinutes(10));
        try (var _ = StreamProcessor.start(settings, System.err::println)) {
            broker.publish(Topics.DEFAULT, values);
            broker.awaitProcessed(settings.applicationId(), values.size());
        }
    }
}
