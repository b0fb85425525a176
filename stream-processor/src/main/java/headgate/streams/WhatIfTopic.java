package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.schema.ProfileCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.schema.WhatIf;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Puts what-ifs onto the topic `profiles`, and takes them off. Stream processors follow within a
/// second.
public final class WhatIfTopic {
    private final String brokers;
    private final Topics topics;
    private final Duration patience;
    private final Consumer<String> talk;

    /// @param brokers `HOST:PORT`, separated by commas
    /// @param patience how long brokers that are away are waited for
    /// @param talk is told, for people, what is waited for
    public WhatIfTopic(String brokers, Topics topics, Duration patience, Consumer<String> talk) {
        this.brokers = brokers;
        this.topics = topics;
        this.patience = patience;
        this.talk = talk;
    }

    /// Puts it there, in place of another one of its name.
    ///
    /// @throws BrokerAwayException when no broker could be used
    public void put(WhatIf whatIf) throws BrokerAwayException, InterruptedException {
        send(whatIf.name(), ProfileCodec.write(whatIf));
    }

    /// Takes the one of that name off; it need not be there.
    ///
    /// @throws BrokerAwayException when no broker could be used
    public void delete(String name) throws BrokerAwayException, InterruptedException {
        send(name, null);
    }

    private void send(String name, byte[] valueOrNull)
            throws BrokerAwayException, InterruptedException {
        new Brokers(brokers, patience, talk).createMissing(topics);
        Map<String, Object> config =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
                        ProducerConfig.LINGER_MS_CONFIG, 0,
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topic.MAX_MESSAGE_BYTES);
        try (var producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            String topic = topics.name(Topic.PROFILES);
            producer.send(new ProducerRecord<>(topic, name.getBytes(UTF_8), valueOrNull)).get();
        } catch (ExecutionException refused) {
            throw new BrokerAwayException(
                    "brokers %s: %s".formatted(brokers, refused.getCause().getMessage()),
                    refused.getCause());
        }
    }
}
