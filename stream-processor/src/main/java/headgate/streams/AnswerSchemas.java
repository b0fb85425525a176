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

    private static final int WITHIN_MILLIS = 10_000;

    private AnswerSchemas() {}

    /// Writes them each time a process starts; the topic keeps the last of each.
    ///
    /// @param talk is told if the brokers do not take them: the answers are written all the same
    static void publish(String brokers, Topics topics, Consumer<String> talk)
            throws InterruptedException {
        var config =
                Map.<String, Object>of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        brokers,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        WITHIN_MILLIS,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        WITHIN_MILLIS / 2,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        WITHIN_MILLIS);
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
        }
    }
}
