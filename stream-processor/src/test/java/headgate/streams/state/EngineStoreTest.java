package headgate.streams.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineStoreTest {
    @TempDir private Path directory;
    private TopologyTestDriver driver;
    private TestInputTopic<String, String> words;
    private TestOutputTopic<String, String> totals;
    private TestOutputTopic<byte[], byte[]> changelog;

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
        }
    }

    @Test
    void writesStateInTheTransactionOfTheOutput() {
        start();
        words.pipeInput("a", "x");
        // The driver commits after each record; what a commit comes too late for stays unwritten.
        assertEquals("x 1", totals.readValue());
        assertEquals(Map.of("1:a:x", 1L), changes());
        words.pipeInput("a", "x");
        assertEquals("x 2", totals.readValue());
        assertEquals(Map.of("1:a:x", 2L), changes());
    }

    @Test
    void writesEachEntryOnceForACommitHoweverOftenItChanged() {
        start();
        words.pipeInput("a", "x x y x y");
        var records = changelog.readRecordsToList();
        assertEquals(2, records.size());
    }

    @Test
    void keepsTheEnginesOfRecordKeysApart() {
        start();
        words.pipeInput("a", "bx");
        words.pipeInput("ab", "x");
        assertEquals(Map.of("1:a:bx", 1L, "2:ab:x", 1L), changes());
        assertEquals(2, store().size());
    }

    @Test
    void removesAnEntryThatIsGone() {
        start();
        words.pipeInput("a", "x y");
        changes();
        words.pipeInput("a", "-x");
        var removal = changelog.readRecord();
        assertEquals("1:a:x", readable(removal.key()));
        assertNull(removal.value());
        assertTrue(changelog.isEmpty());
    }

    @Test
    void goesOnFromWhatTheChangelogSays() {
        start();
        words.pipeInput("a", "x x y");
        words.pipeInput("b", "y");
        words.pipeInput("a", "-y");
        store().clearCache();
        store().open(_ -> new Tally());
        words.pipeInput("a", "x y");
        assertEquals(
                List.of("x 1", "x 2", "y 1", "y 1", "-y 0", "x 3", "y 1"),
                totals.readValuesToList());
        var seen = new ArrayList<String>();
        store().forEach((key, tally) -> seen.add(new String(key) + tally.counts));
        seen.sort(null);
        assertEquals(List.of("a{x=3, y=1}", "b{y=1}"), seen);
    }

    @Test
    void refusesARecordKeyThatItsLengthFieldCannotHold() {
        start();
        var refused =
                assertThrows(
                        IllegalArgumentException.class, () -> store().engine(new byte[0x10000]));
        assertTrue(refused.getMessage().contains("65536"), refused::getMessage);
        assertFalse(store().engine(new byte[0xffff]).counts.containsKey("x"));
    }

    private void start() {
        var topology = new Topology();
        topology.addSource("words", "words");
        topology.addProcessor("count", Counter::new, "words");
        topology.addStateStore(EngineStore.<Tally>builder("tallies"), "count");
        topology.addSink("totals", "totals", "count");
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(
                "default.key.serde", "org.apache.kafka.common.serialization.Serdes$StringSerde");
        settings.put(
                "default.value.serde", "org.apache.kafka.common.serialization.Serdes$StringSerde");
        driver = new TopologyTestDriver(topology, settings);
        words = driver.createInputTopic("words", new StringSerializer(), new StringSerializer());
        totals =
                driver.createOutputTopic(
                        "totals", new StringDeserializer(), new StringDeserializer());
        changelog =
                driver.createOutputTopic(
                        "test-tallies-changelog",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
    }

    @SuppressWarnings("unchecked")
    private EngineStore<Tally> store() {
        return (EngineStore<Tally>) driver.getStateStore("tallies");
    }

    /// What the changelog got since it was last asked, by `length:record key:key`.
    private Map<String, Long> changes() {
        var changes = new TreeMap<String, Long>();
        for (var record : changelog.readRecordsToList()) {
            changes.put(
                    readable(record.key()),
                    record.value() == null ? null : (long) record.value()[7]);
        }
        return changes;
    }

    private static String readable(byte[] key) {
        int length = key[0] << 8 | key[1];
        String text = new String(key, 2, key.length - 2);
        return length + ":" + text.substring(0, length) + ":" + text.substring(length);
    }

    /// Counts the words of each value.
    private static final class Counter implements Processor<String, String, String, String> {
        private ProcessorContext<String, String> context;
        private EngineStore<Tally> tallies;

        @Override
        public void init(ProcessorContext<String, String> context) {
            this.context = context;
            tallies = context.getStateStore("tallies");
            tallies.open(_ -> new Tally());
        }

        @Override
        public void process(Record<String, String> record) {
            byte[] key = record.key().getBytes();
            for (String word : record.value().split(" ")) {
                long total = tallies.engine(key).add(word);
                context.forward(record.withValue(word + " " + total));
            }
        }
    }
}
