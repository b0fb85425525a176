package headgate.benchmarks;

import headgate.capture.AgentListener;
import headgate.capture.CaptureAgent;
import headgate.capture.CaptureSettings;
import headgate.capture.CaptureSettings.Input;
import headgate.capture.CaptureSettings.Publishing;
import headgate.console.KafkaProcess;
import headgate.packet.Frame;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHandler;
import headgate.schema.FrameBatchHeader;
import headgate.schema.Ledger;
import headgate.schema.Topic;
import headgate.schema.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// A capture file into topics, flat out: the agent with a real broker beside it as a child process,
/// and in the same run a bare producer that sends values of the agent's own making again, with
/// nothing to read, decode or encode. Rounds alternate; medians and their ratio are printed.
///
/// CPU seconds are those of this process and the broker; "per 2 CPU-s" is what two undisturbed
/// cores would do.
public final class FileToKafka {
    private static final int LANES = 4;
    private static final long MOST_BARE_BYTES = 256 << 20;

    private final Path file;
    private final KafkaProcess kafka;
    private final List<ConsumerRecord<byte[], byte[]>> values = new ArrayList<>();
    private long framesInValues;
    private long bytesInValues;

    /// One round's outcome.
    private record Round(double seconds, double cpuSeconds, long frames) {
        double framesPerSecond() {
            return frames / seconds;
        }

        double framesPer2CpuSeconds() {
            return frames / cpuSeconds * 2;
        }
    }

    private FileToKafka(Path file, KafkaProcess kafka) {
        this.file = file;
        this.kafka = kafka;
    }

    /// @param arguments a capture file, and how many rounds (3)
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        Path directory = Files.createTempDirectory("headgate-benchmark");
        try (var kafka = KafkaProcess.start(directory)) {
            new FileToKafka(file, kafka).race(rounds);
        } finally {
            delete(directory);
        }
    }

    private void race(int rounds) throws Exception {
        Round cold = agent("cold.");
        take("cold.");
        forget("cold.");
        bare("warm.");
        forget("warm.");
        var agents = new ArrayList<Round>();
        var bares = new ArrayList<Round>();
        for (int i = 0; i < rounds; i++) {
            agents.add(agent("agent" + i + "."));
            forget("agent" + i + ".");
            bares.add(bare("bare" + i + "."));
            forget("bare" + i + ".");
        }
        System.out.printf("%-28s %12s %14s %10s%n", "", "frames/s", "per 2 CPU-s", "CPU-s");
        print("agent, first run, cold", List.of(cold));
        print("agent", agents);
        print("bare producer, same values", bares);
        System.out.printf(
                "agent : bare  %.2f by the clock, %.2f by CPU%n",
                median(agents.stream().mapToDouble(Round::framesPerSecond).toArray())
                        / median(bares.stream().mapToDouble(Round::framesPerSecond).toArray()),
                median(agents.stream().mapToDouble(Round::framesPer2CpuSeconds).toArray())
                        / median(
                                bares.stream().mapToDouble(Round::framesPer2CpuSeconds).toArray()));
    }

    private static void print(String name, List<Round> rounds) {
        System.out.printf(
                "%-28s %,12.0f %,14.0f %10.2f%n",
                name,
                median(rounds.stream().mapToDouble(Round::framesPerSecond).toArray()),
                median(rounds.stream().mapToDouble(Round::framesPer2CpuSeconds).toArray()),
                median(rounds.stream().mapToDouble(Round::cpuSeconds).toArray()));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private Round agent(String prefix) throws Exception {
        var settings =
                CaptureSettings.of(
                        new Input.File(file, 0, ""),
                        Publishing.to(kafka.bootstrap())
                                .with(to -> {
                                    to.topics = Topics.with(prefix);
                                    to.lanes = LANES;
                                }));
        double cpu = cpuSeconds();
        long start = System.nanoTime();
        Ledger last = new CaptureAgent(settings, new AgentListener() {}).run().ledgers().getFirst();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (last.residual() != 0 || last.published().frames() != last.source().received()) {
            throw new IllegalStateException("the ledger does not balance: " + last);
        }
        return new Round(seconds, cpuSeconds() - cpu, last.published().frames());
    }

    /// Sends the values that were kept, once.
    private Round bare(String prefix) throws Exception {
        String topic = prefix + Topic.FRAMES.baseName();
        try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            var created = new NewTopic(topic, Optional.of(LANES), Optional.empty());
            created.configs(Topics.DEFAULT.config(Topic.FRAMES));
            admin.createTopics(List.of(created)).all().get();
        }
        var config = new Properties();
        config.put("bootstrap.servers", kafka.bootstrap());
        config.put("acks", "all");
        // As the agent with four lanes and a broker of this host.
        config.put("compression.type", "none");
        config.put("batch.size", 4 << 20);
        config.put("send.buffer.bytes", -1);
        config.put("linger.ms", 2);
        config.put("buffer.memory", 64 << 20);
        config.put("max.request.size", Topic.MAX_MESSAGE_BYTES);
        double cpu = cpuSeconds();
        long start = System.nanoTime();
        try (var producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (var value : values) {
                producer.send(
                        new ProducerRecord<>(topic, value.partition(), value.key(), value.value()));
            }
            producer.flush();
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Round(seconds, cpuSeconds() - cpu, framesInValues);
        }
    }

    /// Reads back what the agent published, as much of it as is kept for the bare producer.
    private void take(String prefix) {
        var config = new Properties();
        config.put("bootstrap.servers", kafka.bootstrap());
        config.put("max.partition.fetch.bytes", 8 << 20);
        String topic = prefix + Topic.FRAMES.baseName();
        try (var consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (bytesInValues < MOST_BARE_BYTES
                    && partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(500)).forEach(this::keep);
            }
        }
    }

    private void keep(ConsumerRecord<byte[], byte[]> record) {
        values.add(record);
        bytesInValues += record.value().length;
        framesInValues += count(record.value());
    }

    private static long count(byte[] value) {
        long[] frames = {0};
        new FrameBatchCodec()
                .read(
                        value,
                        new FrameBatchHandler() {
                            @Override
                            public void onBatch(FrameBatchHeader header) {}

                            @Override
                            public void onFrame(Frame frame, long sequence, int flowHash) {
                                frames[0]++;
                            }
                        });
        return frames[0];
    }

    private void forget(String prefix) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            var names =
                    admin.listTopics().names().get().stream()
                            .filter(name -> name.startsWith(prefix))
                            .toList();
            admin.deleteTopics(names).all().get();
        }
    }

    private static double cpuSeconds() {
        return Stream.concat(
                                Stream.of(ProcessHandle.current()),
                                ProcessHandle.current().descendants())
                        .mapToLong(each ->
                                each.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
                        .sum()
                / 1e9;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
