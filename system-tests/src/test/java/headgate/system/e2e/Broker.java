package headgate.system.e2e;

import headgate.console.EmbeddedKafka;
import headgate.schema.Topic;
import headgate.schema.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// A real broker in the test's JVM, and what tests ask of one.
final class Broker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(50);

    private final EmbeddedKafka kafka;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    private Broker(EmbeddedKafka kafka) {
        this.kafka = kafka;
        Map<String, Object> address = Map.of("bootstrap.servers", kafka.bootstrap());
        admin = Admin.create(address);
        producer =
                new KafkaProducer<>(address, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static Broker start(Path directory) throws IOException {
        return new Broker(EmbeddedKafka.start(directory));
    }

    String bootstrap() {
        return kafka.bootstrap();
    }

    void createTopics(Topics topics) throws InterruptedException, ExecutionException {
        var all = new ArrayList<NewTopic>();
        for (Topic topic : Topic.values()) {
            all.add(
                    new NewTopic(topics.name(topic), topic.partitions(), (short) 1)
                            .configs(topics.config(topic)));
        }
        admin.createTopics(all).all().get();
    }

    void publish(Topics topics, List<CannedTraffic.Value> values)
            throws InterruptedException, ExecutionException {
        for (var value : values) {
            publish(topics, value.topic(), value.key(), value.value());
        }
        producer.flush();
    }

    void publish(Topics topics, Topic topic, byte[] key, byte[] value)
            throws InterruptedException, ExecutionException {
        producer.send(new ProducerRecord<>(topics.name(topic), key, value)).get();
    }

    /// Every record of a topic whose transaction was committed, partition by partition. A killed
    /// process leaves its transaction open, and what was committed after it is hidden until the
    /// broker aborts it: waits for that.
    List<ConsumerRecord<byte[], byte[]>> committed(String topic) throws InterruptedException {
        var settings = new Properties();
        settings.put("bootstrap.servers", kafka.bootstrap());
        settings.put("isolation.level", "read_committed");
        try (var consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            await(
                    "the end of every transaction on " + topic,
                    () -> lastStable(partitions).equals(last(partitions)));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    private Map<TopicPartition, Long> lastStable(List<TopicPartition> partitions) {
        return endOffsets(partitions, IsolationLevel.READ_COMMITTED);
    }

    private Map<TopicPartition, Long> last(List<TopicPartition> partitions) {
        return endOffsets(partitions, IsolationLevel.READ_UNCOMMITTED);
    }

    private Map<TopicPartition, Long> endOffsets(
            List<TopicPartition> partitions, IsolationLevel isolation) {
        var asked = new HashMap<TopicPartition, OffsetSpec>();
        partitions.forEach(partition -> asked.put(partition, OffsetSpec.latest()));
        var ends = new HashMap<TopicPartition, Long>();
        try {
            admin.listOffsets(asked, new ListOffsetsOptions(isolation))
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
        return ends;
    }

    /// How many records of agents an application has committed as processed.
    long processed(String applicationId) throws InterruptedException, ExecutionException {
        return admin
                .listConsumerGroupOffsets(applicationId)
                .partitionsToOffsetAndMetadata()
                .get()
                .entrySet()
                .stream()
                .filter(position -> isPublishedByAgents(position.getKey().topic()))
                .mapToLong(
                        position -> position.getValue() == null ? 0 : position.getValue().offset())
                .sum();
    }

    /// The others are the application's own.
    private static boolean isPublishedByAgents(String topic) {
        return Stream.of(Topic.FRAMES, Topic.ARRIVALS, Topic.LEDGER)
                .anyMatch(each -> topic.endsWith("." + each.baseName()));
    }

    /// Waits until a condition holds, and fails with what was waited for if it never does.
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited " + PATIENCE.toSeconds() + " s: " + what);
            }
            Thread.sleep(50);
        }
    }

    void awaitProcessed(String applicationId, long records) throws InterruptedException {
        await(
                records + " records processed by " + applicationId,
                () -> {
                    try {
                        return processed(applicationId) >= records;
                    } catch (ExecutionException absent) {
                        return false;
                    } catch (InterruptedException interrupted) {
                        throw new AssertionError(interrupted);
                    }
                });
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
        kafka.close();
    }
}
