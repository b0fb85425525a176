package headgate.streams;

import headgate.flow.FlowSettings;
import headgate.schema.Topic;
import headgate.schema.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;

/// What one process of the stream processor runs with; every flag ends here.
///
/// @param brokers `HOST:PORT`, several separated by commas
/// @param applicationId processes with the same one share the work; it names the internal topics
/// @param threads tasks that this process works on at the same time
/// @param topics where to read and write
/// @param stateDirectory where Streams keeps who this process is; the state itself is in Kafka
/// @param commitInterval how often input positions, state and output are committed together:
///   readers that see only committed records see them this late
/// @param standbys copies of each state that other processes keep warm
/// @param patience how long a broker that is away is asked again before this process gives up
/// @param silence how long nothing is heard of a lane or capture point before its time goes on with
///   the clock on the wall, so that its last flows end; longer than the loss of a broker or a
///   process is noticed, or flows end while their frames wait
/// @param interim a flow that goes on for longer gives an interim record this often
/// @param maxDetailed most flows of one lane whose details are kept at once
public record StreamSettings(
        String brokers,
        String applicationId,
        int threads,
        Topics topics,
        Path stateDirectory,
        Duration commitInterval,
        int standbys,
        Duration patience,
        Duration silence,
        Duration interim,
        int maxDetailed) {

    /// Batches hold hundreds of frames each: few of them keep a thread busy.
    private static final int RECORDS_IN_MEMORY = 32;

    /// The first wait before something is asked again, and then each twice the one before. Streams
    /// waits so long for each changelog that it creates, one after the other.
    private static final int RETRY_BACKOFF_MILLIS = 10;

    /// A transaction is open for a commit interval and for what is written at its end; one that was
    /// left open by a process that died keeps readers waiting.
    private static final int TRANSACTION_MILLIS = 10_000;

    public StreamSettings {
        Topics.requireAddresses(brokers);
        require(applicationId.matches("[A-Za-z0-9._-]{1,100}"), "application-id", applicationId);
        require(threads >= 1 && threads <= 256, "threads", threads);
        require(standbys >= 0 && standbys <= 8, "standbys", standbys);
        require(
                commitInterval.toMillis() >= 10 && commitInterval.toMillis() <= 60_000,
                "commit-interval",
                commitInterval);
        require(!patience.isNegative(), "patience", patience);
        require(silence.toMillis() >= 1_000, "silence", silence);
        require(interim.toMillis() >= 100, "interim", interim);
        require(maxDetailed >= 0 && maxDetailed <= 1 << 23, "max-detailed", maxDetailed);
    }

    private static void require(boolean holds, String name, Object value) {
        if (!holds) {
            throw new IllegalArgumentException("--" + name + " cannot be " + value);
        }
    }

    /// One thread, one commit a second, no copies, half a minute of patience.
    public static StreamSettings of(String brokers, Topics topics, Path stateDirectory) {
        return new StreamSettings(
                brokers,
                "headgate-stream",
                1,
                topics,
                stateDirectory,
                Duration.ofSeconds(1),
                0,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                FlowSettings.LIVE.maxDetailedFlows());
    }

    /// The same with what `change` sets.
    public StreamSettings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return new StreamSettings(
                draft.brokers,
                draft.applicationId,
                draft.threads,
                draft.topics,
                draft.stateDirectory,
                draft.commitInterval,
                draft.standbys,
                draft.patience,
                draft.silence,
                draft.interim,
                draft.maxDetailed);
    }

    /// What Kafka Streams is told.
    Properties toProperties() {
        var to = new Properties();
        to.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        to.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        to.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
        to.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        to.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbys);
        to.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        to.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        to.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        to.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        to.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, RecordTimes.class);
        to.put(StreamsConfig.RETRY_BACKOFF_MS_CONFIG, RETRY_BACKOFF_MILLIS);
        to.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, RECORDS_IN_MEMORY);
        to.put(
                StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                Topic.MAX_MESSAGE_BYTES);
        putConsumer(to);
        putProducer(to, brokers);
        to.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.max(TRANSACTION_MILLIS, 4 * (int) commitInterval.toMillis()));
        return to;
    }

    private static void putConsumer(Properties to) {
        to.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG),
                2 * RECORDS_IN_MEMORY);
        to.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                Topic.MAX_MESSAGE_BYTES);
        to.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        // A process that was killed is missed after this; until then its partitions wait.
        to.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
        to.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                2_000);
    }

    private static void putProducer(Properties to, String brokers) {
        to.put(
                StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG),
                Topics.compressionTo(brokers));
        to.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 512 << 10);
        to.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 20);
        to.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                Topic.MAX_MESSAGE_BYTES);
    }

    /// Settings that are being made.
    public static final class Draft {
        public String brokers;
        public String applicationId;
        public int threads;
        public Topics topics;
        public Path stateDirectory;
        public Duration commitInterval;
        public int standbys;
        public Duration patience;
        public Duration silence;
        public Duration interim;
        public int maxDetailed;

        private Draft(StreamSettings from) {
            brokers = from.brokers;
            applicationId = from.applicationId;
            threads = from.threads;
            topics = from.topics;
            stateDirectory = from.stateDirectory;
            commitInterval = from.commitInterval;
            standbys = from.standbys;
            patience = from.patience;
            silence = from.silence;
            interim = from.interim;
            maxDetailed = from.maxDetailed;
        }
    }
}
