package headgate.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.console.KafkaProcess;
import headgate.forwarding.HostDocuments;
import headgate.packet.FlowHash;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.schema.ArrivalBatchCodec;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHeader;
import headgate.schema.FrameBatchHeader.Clock;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Frames per CPU second of the stream processor, exactly once, on a real broker beside it: each in
/// a process of its own, so that the CPU time of each is known. The processor is started by the
/// launcher, as users start it.
///
/// The traffic: 10,000 TCP flows, 220 bytes a frame, a million frames a second of event time, 500
/// frames a batch, four lanes. Six million frames warm up, until the compiler rests; then a round
/// is measured from when all of the round before was committed until all of its own is.
public final class StreamThroughput {
    private static final int FLOWS = 10_000;
    private static final int FRAME_BYTES = 220;
    private static final int FRAMES_IN_BATCH = 500;
    private static final int LANES = 4;
    private static final int WARM_UP_FRAMES = 6_000_000;
    private static final String AGENT = "bench";
    private static final List<Interface> INTERFACES = List.of(new Interface("eth0", 1, 0));

    /// What is published beside the frames, and thereby which engines have work.
    private enum Load {
        FLOWS(false, false),
        FLOWS_AND_VERDICTS(true, false),
        ALL_ENGINES(true, true);

        final boolean host;
        final boolean arrivals;

        Load(boolean host, boolean arrivals) {
            this.host = host;
            this.arrivals = arrivals;
        }
    }

    private final KafkaProcess kafka;
    private final ProcessHandle broker;
    private final Path directory;
    private final Path launcher;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Admin admin;
    private volatile Exception failure;

    private StreamThroughput(
            KafkaProcess kafka, ProcessHandle broker, Path directory, Path launcher) {
        this.kafka = kafka;
        this.broker = broker;
        this.directory = directory;
        this.launcher = launcher;
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()));
        producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                kafka.bootstrap(),
                                "compression.type",
                                Topics.compressionTo(kafka.bootstrap()),
                                "linger.ms",
                                10,
                                "batch.size",
                                512 << 10),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    /// @param arguments directory for the broker's data; the launcher; frames of a round; measured
    ///   rounds; which loads, all if none is named
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Path launcher = Path.of(arguments[1]);
        int frames = Integer.parseInt(arguments[2]);
        int rounds = Integer.parseInt(arguments[3]);
        List<Load> loads =
                arguments.length == 4
                        ? List.of(Load.values())
                        : Arrays.stream(arguments, 4, arguments.length).map(Load::valueOf).toList();
        System.out.printf(
                "%-20s %12s %14s %9s  %s%n",
                "", "frames/CPU-s", "min..max", "ns/frame", "ns a frame of each kind of thread");
        try (var kafka = KafkaProcess.start(directory.resolve("broker"), "-Xmx1g")) {
            ProcessHandle broker = ProcessHandle.current().children().findFirst().orElseThrow();
            var bench = new StreamThroughput(kafka, broker, directory, launcher);
            for (Load load : loads) {
                bench.run(load, frames, rounds);
            }
            bench.producer.close();
            bench.admin.close();
        }
    }

    /// CPU time that a round took.
    ///
    /// @param nanos of the stream processor
    /// @param brokerNanos of the broker
    /// @param threads of the stream processor, by kind
    private record Round(long nanos, long brokerNanos, Map<Threads, Long> threads) {}

    private void run(Load load, int frames, int rounds) throws Exception {
        var topics = new Topics(load.name().toLowerCase().replace('_', '-') + ".");
        createTopics(topics);
        if (load.host) {
            send(topics, Topic.HOSTS, AGENT, host());
            flush();
        }
        Process processor = startProcessor(topics);
        try {
            var traffic = new Traffic();
            awaitProcessed(topics, traffic.publish(topics, load, WARM_UP_FRAMES), processor);
            var measured = new ArrayList<Round>();
            for (int round = 0; round < rounds; round++) {
                measured.add(measure(topics, traffic, load, frames, processor));
            }
            measured.sort(Comparator.comparingLong(Round::nanos));
            print(load, frames, measured);
        } finally {
            processor.destroy();
            processor.waitFor();
        }
    }

    private Round measure(Topics topics, Traffic traffic, Load load, int frames, Process processor)
            throws Exception {
        long nanos = cpuNanos(processor.toHandle());
        long brokerNanos = cpuNanos(broker);
        Map<Threads, Long> threads = Threads.cpuNanos(processor.pid());
        awaitProcessed(topics, traffic.publish(topics, load, frames), processor);
        Map<Threads, Long> after = Threads.cpuNanos(processor.pid());
        after.replaceAll((kind, ended) -> ended - threads.getOrDefault(kind, 0L));
        return new Round(
                cpuNanos(processor.toHandle()) - nanos, cpuNanos(broker) - brokerNanos, after);
    }

    private static void print(Load load, int frames, List<Round> rounds) {
        Round median = rounds.get(rounds.size() / 2);
        var parts = new StringBuilder();
        median.threads.forEach((kind, nanos) ->
                parts.append("%s %d, ".formatted(kind.name().toLowerCase(), nanos / frames)));
        System.out.printf(
                "%-20s %,12.0f %5.0fk..%5.0fk %9d  %sbroker %d%n",
                load.name().toLowerCase().replace('_', ' '),
                1e9 * frames / median.nanos,
                1e6 * frames / rounds.getLast().nanos,
                1e6 * frames / rounds.getFirst().nanos,
                median.nanos / frames,
                parts,
                median.brokerNanos / frames);
    }

    private static long cpuNanos(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow().toNanos();
    }

    /// Kinds of threads of a JVM that runs Kafka Streams, by what Linux calls them.
    private enum Threads {
        PRODUCER("kafka-producer"),
        COMPILER("C1 |C2 "),
        COLLECTOR("VM Thread|GC Thread|G1 "),
        STREAM(".*");

        private static final Pattern STAT = Pattern.compile("\\d+ \\((.*)\\) \\S (.*)");
        private static final int UTIME = 10;
        private static final long TICK_NANOS = 10_000_000; // USER_HZ is 100 everywhere

        private final Pattern names;

        Threads(String names) {
            this.names = Pattern.compile(names);
        }

        /// So far, of the threads that are alive; without those of a kernel that has no `/proc`.
        static Map<Threads, Long> cpuNanos(long pid) throws IOException {
            var nanos = new EnumMap<Threads, Long>(Threads.class);
            Path tasks = Path.of("/proc", Long.toString(pid), "task");
            if (!Files.isDirectory(tasks)) {
                return nanos;
            }
            try (var all = Files.newDirectoryStream(tasks)) {
                for (Path task : all) {
                    Matcher stat = STAT.matcher(Files.readString(task.resolve("stat")).strip());
                    if (stat.matches()) {
                        String[] fields = stat.group(2).split(" ");
                        long ticks =
                                Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1]);
                        nanos.merge(kindOf(stat.group(1)), ticks * TICK_NANOS, Long::sum);
                    }
                }
            }
            return nanos;
        }

        private static Threads kindOf(String name) {
            return Arrays.stream(values())
                    .filter(kind -> kind.names.matcher(name).lookingAt())
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Process startProcessor(Topics topics) throws IOException {
        var command =
                List.of(
                        launcher.toString(),
                        "stream",
                        "--brokers",
                        kafka.bootstrap(),
                        "--topic-prefix",
                        topics.prefix(),
                        "--application-id",
                        topics.prefix() + "stream",
                        "--state-dir",
                        directory.resolve("state").toString());
        Path log = directory.resolve(topics.prefix() + "log");
        var process =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        process.environment()
                .merge("HEADGATE_JAVA_OPTIONS", "-Xmx1g", (own, ours) -> ours + ' ' + own);
        return process.start();
    }

    private void createTopics(Topics topics) throws InterruptedException, ExecutionException {
        var all = new ArrayList<NewTopic>();
        for (Topic topic : Topic.values()) {
            all.add(
                    new NewTopic(topics.name(topic), topic.partitions(), (short) 1)
                            .configs(topics.config(topic)));
        }
        admin.createTopics(all).all().get();
    }

    private void send(Topics topics, Topic topic, String key, byte[] value) {
        producer.send(
                new ProducerRecord<>(topics.name(topic), key.getBytes(UTF_8), value),
                (_, failed) -> {
                    if (failed != null) {
                        failure = failed;
                    }
                });
    }

    private void flush() {
        producer.flush();
        if (failure != null) {
            throw new IllegalStateException("not published; no figures", failure);
        }
    }

    private void awaitProcessed(Topics topics, long recordsInAll, Process processor)
            throws InterruptedException, ExecutionException {
        Set<String> read = Set.of(topics.name(Topic.FRAMES), topics.name(Topic.ARRIVALS));
        long processed = 0;
        while (processed < recordsInAll) {
            if (!processor.isAlive()) {
                throw new IllegalStateException("the stream processor ended; see its log");
            }
            Thread.sleep(100);
            processed =
                    admin
                            .listConsumerGroupOffsets(topics.prefix() + "stream")
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .entrySet()
                            .stream()
                            .filter(position -> read.contains(position.getKey().topic()))
                            .filter(position -> position.getValue() != null)
                            .mapToLong(position -> position.getValue().offset())
                            .sum();
        }
    }

    private static byte[] host() {
        String eth0 =
                """
                {"ifindex":2,"ifname":"eth0","flags":["UP","LOWER_UP"],"mtu":1500,
                 "operstate":"UP","link_type":"ether","address":"02:00:00:00:00:02"}
                """;
        var documents = new TreeMap<String, String>();
        documents.put("link.json", "[" + eth0 + "]");
        documents.put(
                "addr.json",
                "["
                        + eth0.substring(0, eth0.lastIndexOf('}'))
                        + """
                        ,"addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":8}]}]
                        """);
        documents.put(
                "route4.json",
                """
                [{"dst":"default","gateway":"10.0.0.2","dev":"eth0","flags":[]},
                 {"dst":"10.0.0.0/8","dev":"eth0","protocol":"kernel","scope":"link","flags":[]},
                 {"type":"local","dst":"10.0.0.1","dev":"eth0","table":"local",
                  "protocol":"kernel","scope":"host","flags":[]}]
                """);
        documents.put(
                "rule4.json",
                """
                [{"priority":0,"src":"all","table":"local"},
                 {"priority":32766,"src":"all","table":"main"}]
                """);
        documents.put(
                "neigh.json",
                """
                [{"dst":"10.0.0.2","dev":"eth0","lladdr":"02:00:00:00:00:22",
                  "state":["REACHABLE"]}]
                """);
        documents.put("maddr.json", "[]");
        documents.put("nexthop.json", "[]");
        var sysctls = new StringBuilder("net.ipv4.ip_forward = 1\n");
        for (String device : List.of("all", "default", "eth0")) {
            for (String key :
                    List.of(
                            "accept_local",
                            "accept_source_route",
                            "bc_forwarding",
                            "drop_unicast_in_l2_multicast",
                            "ignore_routes_with_linkdown",
                            "mc_forwarding",
                            "route_localnet",
                            "rp_filter",
                            "send_redirects",
                            "src_valid_mark")) {
                sysctls.append("net.ipv4.conf.%s.%s = 0\n".formatted(device, key));
            }
            sysctls.append("net.ipv4.conf.%s.forwarding = 1\n".formatted(device));
        }
        documents.put("sysctl.txt", sysctls.toString());
        return HostSnapshotCodec.write(new HostDocuments(AGENT, 0, "6.18.0", documents));
    }

    /// Frames of many flows, published in batches as an agent does.
    private final class Traffic {
        private final SplittableRandom random = new SplittableRandom(1);
        private final byte[][] flows = new byte[FLOWS][];
        private final FrameBatchCodec[] lanes = new FrameBatchCodec[LANES];
        private final long[] batchSequences = new long[LANES];
        private final ArrivalBatchCodec arrivals = new ArrivalBatchCodec();
        private long arrivalBatches;
        private long records;
        private long sequence;
        private long nanos = 1_750_000_000_000_000_000L;

        Traffic() {
            for (int i = 0; i < FLOWS; i++) {
                flows[i] = frame(i);
            }
            Arrays.setAll(lanes, _ -> new FrameBatchCodec());
        }

        /// @return records that were published so far
        long publish(Topics topics, Load load, int frames) {
            var decoder = new FrameDecoder();
            var frame = new Frame();
            for (int i = 0; i < frames; i++) {
                byte[] bytes = flows[random.nextInt(FLOWS)];
                ByteBuffer.wrap(bytes).putInt(38, ByteBuffer.wrap(bytes).getInt(38) + 166);
                frame.bytes = MemorySegment.ofArray(bytes);
                frame.lengthCaptured = frame.lengthOnWire = bytes.length;
                frame.arrivalNanos = nanos += 1_000;
                decoder.decode(frame);
                int hash = FlowHash.symmetric(frame);
                records += add(topics, frame, hash);
                if (load.arrivals) {
                    arrivals.add(nanos, bytes.length, hash, 0, 0);
                    records += arrivals.count() == 4 * FRAMES_IN_BATCH ? sendArrivals(topics) : 0;
                }
                sequence++;
            }
            for (int lane = 0; lane < LANES; lane++) {
                records += lanes[lane].count() > 0 ? sendFrames(topics, lane) : 0;
            }
            records += arrivals.count() > 0 ? sendArrivals(topics) : 0;
            flush();
            return records;
        }

        private int add(Topics topics, Frame frame, int hash) {
            int lane = Integer.remainderUnsigned(hash, LANES);
            FrameBatchCodec batch = lanes[lane];
            if (batch.count() == 0) {
                batch.begin(header(lane, batchSequences[lane]++));
            }
            batch.add(frame, sequence, hash, frame.lengthCaptured);
            return batch.count() == FRAMES_IN_BATCH ? sendFrames(topics, lane) : 0;
        }

        private int sendFrames(Topics topics, int lane) {
            send(topics, Topic.FRAMES, AGENT + "/eth0/" + lane, lanes[lane].finish());
            lanes[lane] = new FrameBatchCodec();
            return 1;
        }

        private int sendArrivals(Topics topics) {
            byte[] value =
                    arrivals.finish(AGENT, "eth0", INTERFACES, arrivalBatches++, sequence, nanos);
            send(topics, Topic.ARRIVALS, AGENT, value);
            return 1;
        }

        private FrameBatchHeader header(int lane, long batchSequence) {
            return new FrameBatchHeader(
                    AGENT,
                    "eth0",
                    INTERFACES,
                    lane,
                    LANES,
                    batchSequence,
                    sequence,
                    Clock.HOST,
                    0,
                    "",
                    null,
                    1);
        }

        private byte[] frame(int flow) {
            byte[] payload = new byte[FRAME_BYTES - 54];
            for (int i = 0; i < payload.length / 2; i++) {
                payload[i] = (byte) random.nextInt();
            }
            ByteBuffer bytes = ByteBuffer.allocate(FRAME_BYTES);
            bytes.putShort((short) 0x0200).putInt(2).putShort((short) 0x0200).putInt(9);
            bytes.putShort((short) 0x0800);
            bytes.putShort((short) 0x4500).putShort((short) (FRAME_BYTES - 14)).putInt(0x4000);
            bytes.put((byte) 64).put((byte) 6).putShort((short) 0);
            bytes.putInt(0x0a01_0000 + flow).putInt(0xc000_0200 + flow % 250);
            int sum = 0;
            for (int at = 14; at < 34; at += 2) {
                sum += bytes.getShort(at) & 0xffff;
            }
            bytes.putShort(24, (short) ~((sum & 0xffff) + (sum >>> 16)));
            bytes.putShort((short) (20_000 + flow % 40_000)).putShort((short) 443);
            bytes.putInt(flow).putInt(1).putShort((short) 0x5010).putShort((short) 8192).putInt(0);
            return bytes.put(payload).array();
        }
    }
}
