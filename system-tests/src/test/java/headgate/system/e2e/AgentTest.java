package headgate.system.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.capture.AgentListener;
import headgate.capture.BrokerUnavailableException;
import headgate.capture.CaptureAgent;
import headgate.capture.CaptureSettings;
import headgate.capture.CaptureSettings.Input;
import headgate.capture.CaptureSettings.Publishing;
import headgate.capture.SourceStatistics;
import headgate.packet.Frame;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHandler;
import headgate.schema.FrameBatchHeader;
import headgate.schema.Ledger;
import headgate.schema.LedgerCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The capture agent against a real broker.
@Timeout(180)
class AgentTest {
    private static final int FLOWS = 40;
    private static final Topics TOPICS = Topics.with("test.");

    @TempDir Path directory;

    @Test
    void aFileBecomesItsTopics() throws Exception {
        int count = 20_000;
        Path capture = capture(count, 1_000);
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            var agent = new CaptureAgent(settings(capture, 0, broker.bootstrap()), new Heard());
            CaptureAgent.Outcome outcome = agent.run();

            var frames = new SeenFrames();
            records(broker, Topic.FRAMES).forEach(frames::accept);
            frames.assertEachOnceAndInOrder(count);
            assertEachArrivesOnce(broker, count);
            assertBalanced(outcome.ledgers().getFirst(), count);
            List<Ledger> ledgers =
                    records(broker, Topic.LEDGER).stream()
                            .map(record -> LedgerCodec.read(record.value()))
                            .toList();
            assertEquals(outcome.ledgers().getFirst(), ledgers.getLast());
            assertEquals(1, ledgers.stream().filter(Ledger::last).count());
            assertSchemasAreThere(broker);
            assertKcatReads(broker, count);
        }
    }

    @Test
    void aBrokerThatStopsAndComesBackLosesAndDoublesNothing() throws Exception {
        int count = 8_000; // in four seconds
        Path capture = capture(count, 500_000);
        Path data = directory.resolve("kafka");
        var heard = new Heard();
        Broker broker = Broker.start(data);
        try {
            var agent = new CaptureAgent(settings(capture, 1, broker.bootstrap()), heard);
            CompletableFuture<CaptureAgent.Outcome> run = AgentRun.start(agent);
            assertTrue(heard.firstPublished.await(60, TimeUnit.SECONDS));
            broker.close();
            Thread.sleep(6_000);
            broker = Broker.start(data);
            CaptureAgent.Outcome outcome = run.get(60, TimeUnit.SECONDS);

            var frames = new SeenFrames();
            records(broker, Topic.FRAMES).forEach(frames::accept);
            frames.assertEachOnceAndInOrder(count);
            assertEachArrivesOnce(broker, count);
            assertBalanced(outcome.ledgers().getFirst(), count);
            assertTrue(
                    heard.notices.stream().anyMatch(notice -> notice.contains("retrying until")),
                    heard.notices::toString);
        } finally {
            broker.close();
        }
    }

    @Test
    void aBrokerThatStaysAwayEndsTheAgentWithItsReason() throws Exception {
        Path capture = capture(8_000, 500_000);
        var heard = new Heard();
        CompletableFuture<CaptureAgent.Outcome> run;
        String bootstrap;
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            bootstrap = broker.bootstrap();
            var settings = settings(capture, 1, bootstrap);
            var impatient =
                    settings.publishing().with(to -> to.giveUpAfter = Duration.ofSeconds(3));
            run =
                    AgentRun.start(
                            new CaptureAgent(
                                    CaptureSettings.of(settings.input(), impatient), heard));
            assertTrue(heard.firstPublished.await(60, TimeUnit.SECONDS));
        }
        var ended = assertThrows(Exception.class, () -> run.get(60, TimeUnit.SECONDS));
        assertEquals(BrokerUnavailableException.class, ended.getCause().getClass());
        String message = ended.getCause().getMessage();
        assertTrue(message.contains(bootstrap), message);
        assertTrue(message.contains("Connection refused"), message);
    }

    @Test
    void noBrokerAtAllIsToldWithAddressAndReason() throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var settings = settings(capture(1, 1), 0, "127.0.0.1:" + port);
        var impatient = settings.publishing().with(to -> to.giveUpAfter = Duration.ofSeconds(1));
        var heard = new Heard();
        var agent = new CaptureAgent(CaptureSettings.of(settings.input(), impatient), heard);
        var ended = assertThrows(BrokerUnavailableException.class, agent::run);
        assertEquals("no broker: 127.0.0.1:" + port + ": Connection refused", ended.getMessage());
    }

    @Test
    void stopsEarlyWithEverythingTakenSoFarPublished() throws Exception {
        Path capture = capture(100_000, 500_000); // fifty seconds
        var heard = new Heard();
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            var agent = new CaptureAgent(settings(capture, 1, broker.bootstrap()), heard);
            CompletableFuture<CaptureAgent.Outcome> run = AgentRun.start(agent);
            assertTrue(heard.firstPublished.await(60, TimeUnit.SECONDS));
            agent.stop();
            CaptureAgent.Outcome outcome = run.get(30, TimeUnit.SECONDS);
            assertTrue(outcome.stopped());
            int taken = (int) outcome.ledgers().getFirst().handling().handed();
            assertTrue(taken < 100_000);
            assertBalanced(outcome.ledgers().getFirst(), taken);
            var frames = new SeenFrames();
            records(broker, Topic.FRAMES).forEach(frames::accept);
            frames.assertEachOnceAndInOrder(taken);
        }
    }

    // ---- What the tests stand on ----

    private static CaptureSettings settings(Path capture, double speed, String brokers) {
        return CaptureSettings.of(
                        new Input.File(capture, speed, ""),
                        Publishing.to(brokers).with(to -> to.topics = TOPICS))
                .with(draft -> draft.agent = "gw1");
    }

    private static final class Heard implements AgentListener {
        final CountDownLatch firstPublished = new CountDownLatch(1);
        final ConcurrentLinkedQueue<String> notices = new ConcurrentLinkedQueue<>();

        @Override
        public void onLedger(Ledger ledger, SourceStatistics source) {
            assertEquals(0, ledger.residual());
            if (ledger.published().frames() > 0) {
                firstPublished.countDown();
            }
        }

        @Override
        public void onNotice(String notice) {
            notices.add(notice);
        }
    }

    private static void assertBalanced(Ledger last, int count) {
        assertTrue(last.last());
        assertEquals(0, last.residual());
        assertEquals(count, last.source().received());
        assertEquals(count, last.published().frames());
        assertEquals(new Ledger.Handling(count, 0, 0, 0, 0, 0, 0), last.handling());
        assertEquals(0, last.outbox().frames());
    }

    /// Takes batches as a consumer gets them, and checks what each promises.
    private static final class SeenFrames implements FrameBatchHandler {
        private final FrameBatchCodec codec = new FrameBatchCodec();
        private final BitSet sequences = new BitSet();
        private final Map<Integer, Long> nextBatch = new HashMap<>();
        private final Map<Integer, Long> lastSequence = new HashMap<>();
        private final Map<Integer, Integer> laneOfFlow = new HashMap<>();
        private FrameBatchHeader header;
        private boolean first;

        void accept(ConsumerRecord<byte[], byte[]> record) {
            codec.read(record.value(), this);
            assertEquals("gw1/frames.pcap/" + header.lane(), new String(record.key(), UTF_8));
            assertEquals(header.lane() % 4, record.partition());
        }

        @Override
        public void onBatch(FrameBatchHeader header) {
            this.header = header;
            first = true;
            assertEquals(nextBatch.getOrDefault(header.lane(), 0L), header.batchSequence());
            nextBatch.put(header.lane(), header.batchSequence() + 1);
        }

        @Override
        public void onFrame(Frame frame, long sequence, int flowHash) {
            if (first) {
                assertEquals(header.firstSequence(), sequence);
                first = false;
            }
            assertEquals(false, sequences.get((int) sequence), "frame " + sequence + " twice");
            sequences.set((int) sequence);
            assertTrue(lastSequence.getOrDefault(header.lane(), -1L) < sequence);
            lastSequence.put(header.lane(), sequence);
            assertEquals(1000 + sequence % FLOWS, frame.sourcePort);
            assertEquals(Integer.remainderUnsigned(flowHash, 4), header.lane());
            assertEquals(
                    header.lane(),
                    laneOfFlow.computeIfAbsent(frame.sourcePort, _ -> header.lane()));
        }

        void assertEachOnceAndInOrder(int count) {
            assertEquals(count, sequences.cardinality());
            assertEquals(count, sequences.length());
        }
    }

    private static void assertSchemasAreThere(Broker broker) throws InterruptedException {
        var names = new ArrayList<String>();
        for (var record : records(broker, Topic.SCHEMAS)) {
            var schema =
                    new org.apache.avro.Schema.Parser().parse(new String(record.value(), UTF_8));
            names.add(schema.getName());
            long fingerprint = org.apache.avro.SchemaNormalization.parsingFingerprint64(schema);
            assertEquals("%016x".formatted(fingerprint), new String(record.key(), UTF_8));
        }
        assertTrue(names.containsAll(List.of("FrameBatch", "ArrivalBatch", "Ledger")));
    }

    private static void assertKcatReads(Broker broker, int count)
            throws IOException, InterruptedException {
        boolean there = Files.isExecutable(Path.of("/usr/bin/kcat"));
        assumeTrue(there, "kcat is not installed: what it reads was not compared");
        var kcat =
                new ProcessBuilder(
                                "kcat",
                                "-C",
                                "-q",
                                "-e",
                                "-b",
                                broker.bootstrap(),
                                "-t",
                                TOPICS.name(Topic.FRAMES),
                                "-f",
                                "%k %S\\n")
                        .redirectErrorStream(true)
                        .start();
        List<String> lines = kcat.inputReader().lines().toList();
        assertEquals(0, kcat.waitFor());
        assertTrue(lines.size() >= count / 1000, lines::toString);
        assertTrue(
                lines.stream().allMatch(line -> line.matches("gw1/frames\\.pcap/[0-3] [0-9]+")),
                lines::toString);
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(Broker broker, Topic topic)
            throws InterruptedException {
        return broker.committed(TOPICS.name(topic));
    }

    private static void assertEachArrivesOnce(Broker broker, int count)
            throws InterruptedException {
        var records = records(broker, Topic.ARRIVALS);
        records.forEach(record -> assertEquals("gw1", new String(record.key(), UTF_8)));
        assertEquals(Map.of("frames.pcap", (long) count), SeenArrivals.in(records, 64));
    }

    /// A pcap file of small UDP packets: frame `i` belongs to flow `i` modulo [#FLOWS].
    private Path capture(int count, long gapNanos) throws IOException {
        Path file = directory.resolve("frames.pcap");
        ByteBuffer pcap =
                ByteBuffer.allocate(24 + count * (16 + 64)).order(ByteOrder.LITTLE_ENDIAN);
        pcap.putInt(0xa1b2_3c4d).putShort((short) 2).putShort((short) 4); // nanoseconds
        pcap.putInt(0).putInt(0).putInt(65535).putInt(1);
        IntStream.range(0, count).forEach(i -> frame(pcap, i, i * gapNanos));
        Files.write(file, pcap.array());
        return file;
    }

    private static void frame(ByteBuffer pcap, int index, long nanos) {
        pcap.putInt(1_700_000_000 + (int) (nanos / 1_000_000_000));
        pcap.putInt((int) (nanos % 1_000_000_000)).putInt(64).putInt(64);
        pcap.put(new byte[] {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0});
        pcap.order(ByteOrder.BIG_ENDIAN);
        pcap.putInt(0x4500_0032).putInt(index << 16).putInt(0x4011_0000);
        pcap.putInt(0x0a00_0001).putInt(0x0a00_0002);
        pcap.putShort((short) (1000 + index % FLOWS)).putShort((short) 53).putInt(0x001e_0000);
        pcap.put(new byte[22]);
        pcap.order(ByteOrder.LITTLE_ENDIAN);
    }
}
