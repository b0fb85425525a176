package headgate.system.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.schema.DeadLetter;
import headgate.schema.DeadLetterCodec;
import headgate.schema.FlowRecordCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.streams.StreamCounters.Count;
import headgate.streams.StreamProcessor;
import headgate.streams.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Records that are not what their topic promises are put aside with the reason; all others are
/// answered as if they had not been there.
@Timeout(120)
class PoisonRecordTest {
    private static final CannedTraffic TRAFFIC = CannedTraffic.of(60, 11);
    private static final byte[] JSON = "{\"not\": \"ours\"}".getBytes(UTF_8);

    @TempDir private Path directory;

    @Test
    void putsPoisonAsideAndAnswersTheRest() throws Exception {
        List<CannedTraffic.Value> values = TRAFFIC.values();
        byte[] otherSchema =
                values.stream()
                        .filter(each -> each.topic() == Topic.ARRIVALS)
                        .findFirst()
                        .orElseThrow()
                        .value();
        byte[] truncated = Arrays.copyOf(values.getFirst().value(), 100);
        byte[] stranger = "stranger/eth0/0".getBytes(UTF_8);
        try (var broker = Broker.start(directory.resolve("broker"))) {
            var settings =
                    StreamSettings.of(broker.bootstrap(), Topics.DEFAULT, directory)
                            .with(draft -> draft.silence = Duration.ofMinutes(10));
            try (var processor = StreamProcessor.start(settings, System.err::println)) {
                broker.publish(Topics.DEFAULT, Topic.FRAMES, CannedTraffic.laneKey(0), JSON);
                broker.publish(Topics.DEFAULT, values.subList(0, values.size() / 2));
                broker.publish(Topics.DEFAULT, Topic.FRAMES, stranger, otherSchema);
                broker.publish(Topics.DEFAULT, Topic.FRAMES, stranger, truncated);
                broker.publish(Topics.DEFAULT, Topic.FRAMES, stranger, null);
                broker.publish(Topics.DEFAULT, Topic.LEDGER, stranger, JSON);
                broker.publish(Topics.DEFAULT, values.subList(values.size() / 2, values.size()));
                broker.awaitProcessed(settings.applicationId(), values.size() + 5);
                assertEquals(5, processor.counters().get(Count.DEAD_LETTERS));
            }
            List<DeadLetter> letters =
                    broker.committed(Topics.DEFAULT.name(Topic.DEAD_LETTERS)).stream()
                            .map(record -> DeadLetterCodec.read(record.value()))
                            .toList();
            assertEquals(5, letters.size());
            var first =
                    letters.stream()
                            .filter(letter -> Arrays.equals(letter.value(), JSON))
                            .filter(letter -> letter.topic().equals("headgate.frames"))
                            .findFirst()
                            .orElseThrow();
            assertArrayEquals(CannedTraffic.laneKey(0), first.key());
            assertEquals("frame-engines", first.processor());
            assertEquals(0, first.offset());
            assertTrue(
                    letters.stream().allMatch(letter -> !letter.reason().isBlank()),
                    letters::toString);
            assertEquals(
                    EnginesAlone.flows(TRAFFIC).size(),
                    broker.committed(Topics.DEFAULT.name(Topic.FLOWS)).stream()
                            .map(record -> FlowRecordCodec.read(record.value()))
                            .distinct()
                            .count());
        }
    }
}
