package headgate.system.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.capture.AgentListener;
import headgate.capture.CaptureAgent;
import headgate.capture.CaptureFilter;
import headgate.capture.CaptureOpenException;
import headgate.capture.CaptureSettings;
import headgate.capture.CaptureSettings.Input;
import headgate.capture.CaptureSettings.Publishing;
import headgate.capture.FrameSources;
import headgate.capture.LiveSettings;
import headgate.capture.SourceStatistics;
import headgate.console.EmbeddedKafka;
import headgate.packet.Frame;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHandler;
import headgate.schema.FrameBatchHeader;
import headgate.schema.Ledger;
import headgate.schema.LedgerCodec;
import headgate.schema.Topic;
import headgate.schema.Topics;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A broker that goes away and comes back while frames arrive: every frame is either in the topic,
/// once, or in a counter of the ledger.
@Timeout(240)
class BrokerOutageTest {
    private static final Topics TOPICS = Topics.with("test.");
    private static final int FRAME_BYTES = 400;
    private static final int OUTAGES = 3;
    private static final long OUTAGE_MILLIS = 2_000;
    private static final long RESPITE_MILLIS = 2_000;

    @TempDir Path directory;

    @Test
    void aFileLosesNothingAndDoublesNothing() throws Exception {
        var heard = new Heard();
        CaptureAgent.Outcome outcome;
        try (var broker = new ComingAndGoing(directory.resolve("kafka"))) {
            var agent = new CaptureAgent(to(broker, longer("day.pcap"), 1 << 20, 64 << 20), heard);
            var run = AgentRun.start(agent);
            assertTrue(heard.firstPublished.await(60, TimeUnit.SECONDS));
            broker.goAndComeBack(OUTAGES, () -> heard.mostSpooledFrames() > 1000);
            agent.stop();
            outcome = run.get(120, TimeUnit.SECONDS);
        }
        Ledger last = outcome.ledgers().getFirst();
        long count = last.source().received();
        assertEquals(0, last.residual());
        assertEquals(count, last.published().frames());
        assertEquals(0, last.spool().frames() + last.outbox().frames());

        var topic = new SeenFrames("day.pcap");
        eachRecord(Topic.FRAMES, topic::accept);
        assertEquals(count, topic.distinct());
        assertEquals(0, topic.doubles);
        assertEquals(0, topic.outOfOrder);
        assertEquals(count, arrivals("day.pcap", FRAME_BYTES));
        assertEquals(last, lastLedger());
    }

    @Test
    void whatALiveSourceShedsIsCountedToTheFrame() throws Exception {
        assumeTrue(canCapture(), "no CAP_NET_RAW or no libpcap: no live source was tried");
        try (var sender = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            String filter =
                    "udp src port %d and dst port %d"
                            .formatted(sender.getLocalPort(), receiver.getLocalPort());
            var live = LiveSettings.of("lo").with(draft -> draft.filter = filter);
            var settings = settings(new Input.Live(List.of(live), FrameSources.Live.AUTO));
            var heard = new Heard();
            int sent;
            CaptureAgent.Outcome outcome;
            try (var broker = new ComingAndGoing(directory.resolve("kafka"))) {
                var agent = new CaptureAgent(to(broker, settings, 1 << 20, 16 << 20), heard);
                var run = AgentRun.start(agent);
                assertTrue(heard.started.await(60, TimeUnit.SECONDS));
                var traffic = new Traffic(sender, receiver.getLocalPort());
                broker.goAndComeBack(
                        OUTAGES,
                        () -> {
                            Ledger.Handling handling = heard.latest.handling();
                            return handling.shedPayload() > 0 && handling.shedBodies() > 0;
                        });
                sent = traffic.stop();
                Broker.await("an agent with nothing left to publish", heard::nothingWaits);
                agent.stop();
                outcome = run.get(120, TimeUnit.SECONDS);
            }
            Ledger last = outcome.ledgers().getFirst();
            assertEquals(0, last.residual());
            assertEquals(sent, last.source().received());
            assertEquals(0, last.spool().frames() + last.outbox().frames());
            assertEquals(
                    sent,
                    last.published().frames()
                            + last.handling().shedBodies()
                            + last.source().dropped());

            var topic = new SeenFrames("lo");
            eachRecord(Topic.FRAMES, topic::accept);
            assertEquals(last.published().frames(), topic.distinct());
            assertEquals(0, topic.doubles);
            assertEquals(0, topic.outOfOrder);
            assertEquals(last.handling().shedPayload(), topic.withoutPayload);
            assertEquals(last.handling().handed(), arrivals("lo", 8_042));
        }
    }

    @Test
    void theNextAgentPublishesWhatTheOneBeforeCouldNot() throws Exception {
        int count = 20_000;
        var heard = new Heard();
        CaptureSettings first = settings(file("first.pcap", count, 500_000));
        Ledger left;
        try (var broker = new ComingAndGoing(directory.resolve("kafka"))) {
            var agent = new CaptureAgent(to(broker, first, 1 << 20, 64 << 20), heard);
            var run = AgentRun.start(agent);
            assertTrue(heard.firstPublished.await(60, TimeUnit.SECONDS));
            broker.go();
            CaptureAgent.Outcome outcome = run.get(60, TimeUnit.SECONDS);
            left = outcome.ledgers().getFirst();
            assertTrue(outcome.leftFrames() > 0);
            assertEquals(0, left.residual());
            assertEquals(count, left.published().frames() + outcome.leftFrames());
            assertTrue(
                    heard.notices.stream().anyMatch(notice -> notice.contains("left in spool")),
                    heard.notices::toString);

            // While the broker is still away, the next agent starts all the same.
            var nextHeard = new Heard();
            var nextAgent =
                    new CaptureAgent(
                            to(broker, longer("second.pcap"), 1 << 20, 64 << 20), nextHeard);
            var next = AgentRun.start(nextAgent);
            assertTrue(nextHeard.started.await(60, TimeUnit.SECONDS));
            assertFalse(next.isDone());
            broker.comeBack();
            assertTrue(nextHeard.firstPublished.await(60, TimeUnit.SECONDS));
            nextAgent.stop();
            Ledger last = next.get(60, TimeUnit.SECONDS).ledgers().getFirst();
            assertEquals(0, last.residual());
            assertEquals(last.source().received(), last.published().frames());
            assertEquals(outcome.leftFrames(), last.spool().replayedFrames());
            assertEquals(0, last.spool().earlierFrames() + last.spool().damagedFrames());
        }
        var topic = new SeenFrames("first.pcap");
        eachRecord(Topic.FRAMES, topic::accept);
        assertEquals(count, topic.distinct());
        // What the broker had taken without being able to say so comes again, and nothing else.
        assertTrue(topic.doubles <= left.outbox().frames(), topic.doubles + " doubles");
    }

    @Test
    void whatAKilledAgentHadInItsSpoolTheNextOnePublishes() throws Exception {
        CaptureSettings second = settings(file("second.pcap", 100, 1_000));
        Ledger last;
        try (var broker = new ComingAndGoing(directory.resolve("kafka"));
                var killed = agentProgram(broker, capture("first.pcap", 60_000, 500_000))) {
            var published = Pattern.compile(" [1-9][0-9]* published").asPredicate();
            Broker.await("a value on the broker", () -> published.test(killed.log()));
            broker.go();
            Broker.await("values in the spool", () -> spooledBytes() > 1 << 20);
            killed.kill();
            broker.comeBack();
            var next = new CaptureAgent(to(broker, second, 1 << 20, 64 << 20), new Heard());
            last = next.run().ledgers().getFirst();
        }
        assertEquals(0, last.residual());
        assertEquals(100, last.published().frames());
        assertTrue(last.spool().replayedFrames() > 1_000, last::toString);
        assertEquals(0, last.spool().earlierFrames());

        // What its producer had, half an outbox at most, and what lay behind the spool is lost.
        var topic = new SeenFrames("first.pcap");
        eachRecord(Topic.FRAMES, topic::accept);
        assertTrue(topic.distinct() > last.spool().replayedFrames());
        assertEquals(0, topic.outOfOrder);
        assertTrue(topic.missing() * FRAME_BYTES <= 1 << 19, topic.missing() + " missing");
    }

    // ---- What the tests stand on ----

    private Child agentProgram(ComingAndGoing broker, Path capture) throws IOException {
        return Child.start(
                CaptureAgent.class,
                directory,
                "-r=" + capture,
                "--speed=1",
                "--agent=gw1",
                "--topic-prefix=test.",
                "--outbox=1",
                "--spool-dir=" + directory.resolve("spool"),
                "--brokers=" + broker.bootstrap());
    }

    private long spooledBytes() {
        try (Stream<Path> files = Files.list(directory.resolve("spool"))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException absent) {
            return 0;
        }
    }

    /// A file that goes on for two minutes: the test that plays it stops the agent when it has seen
    /// enough, so that no pace of the machine decides what it sees.
    private CaptureSettings longer(String name) throws IOException {
        return settings(file(name, 120_000, 1_000_000));
    }

    private static boolean canCapture() {
        try {
            CaptureFilter.compileLive("udp", "lo", 65_535);
            return true;
        } catch (CaptureOpenException _) {
            return false;
        }
    }

    private static CaptureSettings settings(Input input) {
        return CaptureSettings.of(input, Publishing.to("localhost:1"))
                .with(draft -> draft.agent = "gw1");
    }

    private CaptureSettings to(
            ComingAndGoing broker, CaptureSettings settings, long outboxBytes, long spoolBytes) {
        return settings.with(draft ->
                draft.publishing =
                        Publishing.to(broker.bootstrap())
                                .with(publishing -> {
                                    publishing.topics = TOPICS;
                                    publishing.outboxBytes = outboxBytes;
                                    publishing.spoolDirectory = directory.resolve("spool");
                                    publishing.spoolBytes = spoolBytes;
                                }));
    }

    /// One broker, always at the same address while it is there.
    private static final class ComingAndGoing implements AutoCloseable {
        private final Path data;
        private EmbeddedKafka kafka;
        private final String bootstrap;

        ComingAndGoing(Path data) throws IOException {
            this.data = data;
            kafka = EmbeddedKafka.start(data);
            bootstrap = kafka.bootstrap();
        }

        String bootstrap() {
            return bootstrap;
        }

        void go() {
            kafka.close();
            kafka = null;
        }

        void comeBack() throws IOException {
            kafka = EmbeddedKafka.start(data);
            assertEquals(bootstrap, kafka.bootstrap());
        }

        /// @param seen what an agent has to be driven to before the broker comes back
        void goAndComeBack(int times, BooleanSupplier seen) throws Exception {
            for (int i = 0; i < times; i++) {
                go();
                Thread.sleep(OUTAGE_MILLIS);
                Broker.await("an agent without its broker", seen);
                comeBack();
                Thread.sleep(RESPITE_MILLIS);
            }
        }

        @Override
        public void close() {
            if (kafka != null) {
                go();
            }
        }
    }

    /// Some 10 MB a second in datagrams of 8 kB, counted.
    private static final class Traffic {
        private final Thread thread;
        private volatile boolean stopped;
        private int sent;

        Traffic(DatagramSocket from, int port) {
            thread =
                    Thread.ofPlatform()
                            .start(() -> {
                                byte[] payload = new byte[8_000];
                                var datagram =
                                        new DatagramPacket(
                                                payload,
                                                payload.length,
                                                InetAddress.getLoopbackAddress(),
                                                port);
                                try {
                                    while (!stopped) {
                                        for (int i = 0; i < 13; i++, sent++) {
                                            ByteBuffer.wrap(payload).putInt(sent);
                                            from.send(datagram);
                                        }
                                        Thread.sleep(10);
                                    }
                                } catch (IOException | InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                            });
        }

        int stop() throws InterruptedException {
            stopped = true;
            thread.join();
            return sent;
        }
    }

    private static final class Heard implements AgentListener {
        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch firstPublished = new CountDownLatch(1);
        final ConcurrentLinkedQueue<String> notices = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<Long> spooledFrames = new ConcurrentLinkedQueue<>();
        private volatile Ledger latest;

        @Override
        public void onLedger(Ledger ledger, SourceStatistics source) {
            latest = ledger;
            started.countDown();
            spooledFrames.add(ledger.spool().frames());
            if (ledger.published().frames() > 0) {
                firstPublished.countDown();
            }
        }

        @Override
        public void onNotice(String notice) {
            notices.add(notice);
        }

        boolean nothingWaits() {
            return latest.outbox().frames() + latest.spool().frames() == 0;
        }

        long mostSpooledFrames() {
            return spooledFrames.stream().mapToLong(Long::longValue).max().orElse(0);
        }
    }

    private interface EachRecord {
        void accept(ConsumerRecord<byte[], byte[]> record);
    }

    /// Of what the broker has on disk.
    private void eachRecord(Topic topic, EachRecord each) throws Exception {
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            broker.committed(TOPICS.name(topic)).forEach(each::accept);
        }
    }

    private Ledger lastLedger() throws Exception {
        var ledgers = new ArrayList<Ledger>();
        eachRecord(Topic.LEDGER, record -> ledgers.add(LedgerCodec.read(record.value())));
        return ledgers.getLast();
    }

    /// How many arrivals are in the topic; each is there once, without a gap.
    private long arrivals(String capturePoint, int lengthOnWire) throws Exception {
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            var records = broker.committed(TOPICS.name(Topic.ARRIVALS));
            return SeenArrivals.in(records, lengthOnWire).get(capturePoint);
        }
    }

    /// The frames of one capture point that are in the topic.
    private static final class SeenFrames implements FrameBatchHandler {
        private final FrameBatchCodec codec = new FrameBatchCodec();
        private final String capturePoint;
        private final BitSet sequences = new BitSet();
        private final Map<Integer, Long> lastOfLane = new HashMap<>();
        private FrameBatchHeader header;
        int doubles;
        int outOfOrder;
        long withoutPayload;

        SeenFrames(String capturePoint) {
            this.capturePoint = capturePoint;
        }

        void accept(ConsumerRecord<byte[], byte[]> record) {
            if (new String(record.key(), UTF_8).contains("/" + capturePoint + "/")) {
                codec.read(record.value(), this);
            }
        }

        @Override
        public void onBatch(FrameBatchHeader header) {
            this.header = header;
        }

        @Override
        public void onFrame(Frame frame, long sequence, int flowHash) {
            if (sequences.get((int) sequence)) {
                doubles++;
            } else if (lastOfLane.getOrDefault(header.lane(), -1L) > sequence) {
                outOfOrder++;
            }
            sequences.set((int) sequence);
            lastOfLane.put(header.lane(), sequence);
            if (frame.payloadCaptured == 0) {
                withoutPayload++;
            }
        }

        long distinct() {
            return sequences.cardinality();
        }

        /// Of those before the last.
        long missing() {
            return sequences.length() - distinct();
        }
    }

    /// A capture, played at its own pace.
    private Input file(String name, int count, long gapNanos) throws IOException {
        return new Input.File(capture(name, count, gapNanos), 1, "");
    }

    /// UDP packets of forty flows.
    private Path capture(String name, int count, long gapNanos) throws IOException {
        Path file = directory.resolve(name);
        var pcap =
                ByteBuffer.allocate(24 + count * (16 + FRAME_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        pcap.putInt(0xa1b2_3c4d).putShort((short) 2).putShort((short) 4).putLong(0);
        pcap.putInt(65535).putInt(1);
        for (int i = 0; i < count; i++) {
            long nanos = i * gapNanos;
            pcap.putInt(1_700_000_000 + (int) (nanos / 1_000_000_000));
            pcap.putInt((int) (nanos % 1_000_000_000)).putInt(FRAME_BYTES).putInt(FRAME_BYTES);
            pcap.put(udp(i));
        }
        return Files.write(file, pcap.array());
    }

    private static byte[] udp(int index) {
        var frame = ByteBuffer.allocate(FRAME_BYTES);
        frame.put(new byte[] {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0});
        frame.putInt(0x4500_0182).putInt(index << 16).putInt(0x4011_0000);
        frame.putInt(0x0a00_0001).putInt(0x0a00_0002);
        frame.putShort((short) (1000 + index % 40)).putShort((short) 53).putInt(0x016e_0000);
        return frame.array();
    }
}
