package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
    @Test
    void everyTopicHasANameOfItsOwnUnderThePrefix() {
        assertEquals("headgate.frames", Topics.DEFAULT.name(Topic.FRAMES));
        assertEquals("a.b_path-stats", Topics.with("a.b_").name(Topic.PATH_STATS));
        assertEquals(
                Topic.values().length,
                Stream.of(Topic.values()).map(Topic::baseName).distinct().count());
    }

    @Test
    void keepsTheLastOfAKeyOrEverythingForATime() {
        assertEquals(
                Map.of("cleanup.policy", "compact", "max.message.bytes", "8388608"),
                Topics.DEFAULT.config(Topic.PROFILES));
        assertEquals(
                Map.of(
                        "cleanup.policy",
                        "delete",
                        "max.message.bytes",
                        "8388608",
                        "retention.ms",
                        "21600000"),
                Topics.DEFAULT.config(Topic.PATH_FATES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "kafka", "kafka:port", ":9092", "a:1,,b:2", "a:1 b:2", "a:123456"})
    void refusesAddressesOfBrokersThatCannotBe(String brokers) {
        assertThrows(
                IllegalArgumentException.class, () -> Topics.requireAddresses(brokers), brokers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka:9092", "a:1,b:2, c:3", "[::1]:9092", "192.0.2.1:9092"})
    void takesAddressesOfBrokers(String brokers) {
        assertDoesNotThrow(() -> Topics.requireAddresses(brokers));
    }

    @Test
    void keepsEverySnapshotOfAHostAsLongAsFrames() {
        assertEquals(
                Topics.DEFAULT.config(Topic.FRAMES).get("retention.ms"),
                Topics.DEFAULT.config(Topic.HOSTS).get("min.compaction.lag.ms"));
    }

    @Test
    void refusesAPrefixThatNoTopicCanHave() {
        assertThrows(IllegalArgumentException.class, () -> Topics.with("a/b"));
        assertThrows(IllegalArgumentException.class, () -> Topics.with("x".repeat(101)));
        assertEquals("frames", Topics.with("").name(Topic.FRAMES));
    }

    @Test
    void everyValueButASchemaHasASchemaThatSaysWhatEachFieldMeans() {
        for (Topic topic : Topic.values()) {
            if (topic != Topic.SCHEMAS) {
                CodecContract.assertDocumented(topic.schema(), topic.baseName());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:9092",
                "127.0.0.1:9092",
                "127.1.2.3:1",
                "[::1]:9092",
                "localhost:1, [::1]:2"
            })
    void compressesNothingOnLoopback(String brokers) {
        assertEquals("none", Topics.compressionTo(brokers));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "kafka:9092",
                "10.0.0.1:9092",
                "127.0.0.1.example.org:9092",
                "localhost",
                "localhost:1,kafka:1"
            })
    void compressesForAllOtherBrokers(String brokers) {
        assertEquals("lz4", Topics.compressionTo(brokers));
    }
}
