package headgate.system.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.console.EmbeddedKafka;
import headgate.console.KafkaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedKafkaTest {
    @TempDir private Path directory;

    @Test
    void keepsAddressAndRecordsOverARestart() throws Exception {
        String address;
        try (var kafka = EmbeddedKafka.start(directory)) {
            address = kafka.bootstrap();
            write(address, "before");
        }
        try (var kafka = EmbeddedKafka.start(directory)) {
            assertEquals(address, kafka.bootstrap());
            assertEquals(List.of("before"), read(address));
        }
    }

    @Test
    void refusesADirectoryThatAnotherBrokerUses() throws Exception {
        try (var kafka = EmbeddedKafka.start(directory)) {
            var refused = assertThrows(IOException.class, () -> EmbeddedKafka.start(directory));
            assertTrue(refused.getMessage().endsWith("another one uses this directory"));
            var refusedChild = assertThrows(IOException.class, () -> KafkaProcess.start(directory));
            assertTrue(
                    refusedChild.getMessage().endsWith("another one uses this directory"),
                    refusedChild::getMessage);
            write(kafka.bootstrap(), "undisturbed");
            assertEquals(List.of("undisturbed"), read(kafka.bootstrap()));
        }
    }

    @Test
    void keepsWhatItAcknowledgedWhenItsProcessIsKilled() throws Exception {
        var first = KafkaProcess.start(directory);
        write(first.bootstrap(), "acknowledged");
        first.kill();
        assertFalse(first.isAlive());
        var second = KafkaProcess.start(directory);
        try (second) {
            assertEquals(List.of("acknowledged"), read(second.bootstrap()));
        }
        assertFalse(second.isAlive());
    }

    private static void write(String address, String value) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", address);
        try (var admin = Admin.create(settings);
                var producer =
                        new KafkaProducer<>(
                                settings, new StringSerializer(), new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("words", 1, (short) 1))).all().get();
            producer.send(new ProducerRecord<>("words", value)).get();
        }
    }

    private static List<String> read(String address) {
        Map<String, Object> settings = Map.of("bootstrap.servers", address);
        try (var consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            var words = List.of(new TopicPartition("words", 0));
            consumer.assign(words);
            consumer.seekToBeginning(words);
            long end = consumer.endOffsets(words).get(words.getFirst());
            var values = new ArrayList<String>();
            while (consumer.position(words.getFirst()) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }
}
