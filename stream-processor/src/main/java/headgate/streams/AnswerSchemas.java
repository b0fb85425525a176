package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.schema.SchemaFiles;
import headgate.schema.Topic;
import headgate.schema.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Tells the topic `schemas` what the answers are written with, so that whoever reads them needs no
/// registry.
final class AnswerSchemas {
    private static final List<Topic> ANSWERS =
            List.of(
                    Topic.FLOWS,
                    Topic.JOINED_FLOWS,
                    Topic.ROLL_UPS,
                    Topic.FLOW_EVIDENCE,
                    Topic.VERDICTS,
                    Topic.VERDICT_STATS,
                    Topic.FATE_CHANGES,
                    Topic.PATH_STATS,
                    Topic.PATH_FATES,
                    Topic.LOSSES,
                    Topic.FINDINGS,
                    Topic.DEAD_LETTERS);

    private static final int WITHIN_MILLIS = 30_000;

    private AnswerSchemas() {}

    /// Writes them each time a process starts; the topic keeps the last of each. Answers do not
    /// wait for it: their readers do.
    ///
    /// @param talk is told if the brokers do not take them: the answers are written all the same
    /// @return who writes them, and ends when all are written or given up
    static Thread publish(String brokers, Topics topics, Consumer<String> talk) {
        return Thread.ofPlatform()
                .daemon()
                .name("answer-schemas")
                .start(() -> write(brokers, topics, talk));
    }

    private static void write(String brokers, Topics topics, Consumer<String> talk) {
        var config =
                Map.<String, Object>of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        brokers,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        WITHIN_MILLIS,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        WITHIN_MILLIS / 2,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        WITHIN_MILLIS,
                        // A schema that is written twice is the same one.
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        false);
        try (var producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            var sent = new ArrayList<Future<?>>();
            for (Topic answer : ANSWERS) {
                Schema schema = answer.schema();
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        topics.name(Topic.SCHEMAS),
                                        SchemaFiles.key(schema),
                                        schema.toString().getBytes(UTF_8))));
            }
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (ExecutionException refused) {
            talk.accept("the answers' schemas: " + refused.getCause().getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
