package headgate.system.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.capture.AgentListener;
import headgate.capture.Autostop;
import headgate.capture.CaptureAgent;
import headgate.capture.CaptureSettings;
import headgate.capture.CaptureSettings.Input;
import headgate.capture.CaptureSettings.Publishing;
import headgate.capture.FileRing;
import headgate.capture.FrameSources;
import headgate.capture.LiveSettings;
import headgate.capture.LiveSettings.Direction;
import headgate.capture.SourceStatistics;
import headgate.capture.file.CaptureFileSource;
import headgate.capture.file.Pacing;
import headgate.flow.FlowRecord;
import headgate.flow.LossPlace;
import headgate.packet.Frame;
import headgate.schema.FlowRecordCodec;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHandler;
import headgate.schema.FrameBatchHeader;
import headgate.schema.Ledger;
import headgate.schema.Topic;
import headgate.schema.Topics;
import headgate.streams.StreamProcessor;
import headgate.streams.StreamSettings;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pcap4j.core.PcapHandle;

/// The capture agent on interfaces, against a real broker. Two veth pairs; what is sent out of the
/// far end of one is captured at its near end. The frames have an EtherType for local experiments,
/// and the agents a filter for it: nobody else's traffic is counted.
@Timeout(120)
class LiveAgentTest {
    private static final Topics TOPICS = Topics.with("live.");
    private static final int MOST_FRAMES = 200_000;

    private final String id = Long.toString(ProcessHandle.current().pid() % 100_000);
    private final String east = "hge" + id;
    private final String west = "hgw" + id;

    @TempDir Path directory;

    @BeforeEach
    void addPairs() throws Exception {
        assumeTrue(
                Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward")),
                "veth pairs need root and the program `ip` (package iproute2)");
        for (String near : List.of(east, west)) {
            ip("link", "add", near, "type", "veth", "peer", "name", far(near));
            ip("link", "set", near, "up");
            ip("link", "set", far(near), "up");
        }
    }

    @AfterEach
    void removePairs() throws Exception {
        for (String near : List.of(east, west)) {
            if (Files.exists(Path.of("/sys/class/net", near))) {
                ip("link", "delete", near);
            }
        }
    }

    @Test
    void eachRingOfEachInterfaceIsACapturePointOfItsOwnAndAllAreInOneFile() throws Exception {
        int fromEast = 3000;
        int fromWest = 500;
        Path file = directory.resolve("both.pcapng");
        var heard = new Heard();
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            LiveSettings ofEast = settings(east).with(live -> live.threads = 2);
            var settings =
                    settings(List.of(ofEast, settings(west)), broker)
                            .with(draft -> {
                                draft.autostop =
                                        new Autostop(fromEast + fromWest, null, Autostop.NEVER);
                                draft.files = new FileRing(file, Autostop.NEVER, null, 0);
                            });
            var run = AgentRun.start(new CaptureAgent(settings, heard));
            heard.awaitLedgersOf(3);
            send(far(east), fromEast, 60);
            send(far(west), fromWest, 60);
            CaptureAgent.Outcome outcome = run.get(60, TimeUnit.SECONDS);

            assertFalse(outcome.stopped(), "it ended by itself");
            var ledgers = new HashMap<String, Ledger>();
            outcome.ledgers().forEach(each -> ledgers.put(each.capturePoint(), each));
            assertEquals(3, ledgers.size(), ledgers.keySet().toString());
            for (Ledger last : ledgers.values()) {
                assertTrue(last.last());
                assertEquals(0, last.residual(), last.toString());
                assertEquals(last.source().received(), last.published().frames());
            }
            assertEquals(fromWest, ledgers.get(west).published().frames());
            assertEquals(
                    fromEast,
                    ledgers.get(east + "#0").published().frames()
                            + ledgers.get(east + "#1").published().frames());

            Map<String, BitSet> frames = frames(broker);
            Map<String, Long> arrivals =
                    SeenArrivals.in(broker.committed(TOPICS.name(Topic.ARRIVALS)), 60);
            ledgers.forEach((point, last) -> {
                int count = (int) last.published().frames();
                BitSet seen = frames.getOrDefault(point, new BitSet());
                assertEquals(count, seen.cardinality(), point);
                assertEquals(count, seen.length(), point + " has no gaps");
                assertEquals(count, arrivals.get(point), point);
            });
        }
        assertEquals(fromEast + fromWest, framesIn(file));
    }

    @Test
    void whatTheKernelDropsIsInTheLedgerWithinASecondAndTheSumIsWhatWasSent() throws Exception {
        int count = 40_000; // of 1000 bytes, for a ring of 1 MiB
        var heard = new Heard();
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            LiveSettings small =
                    settings(east)
                            .with(live -> {
                                live.snaplen = 2048;
                                live.ringBytes = 1 << 20;
                                live.blockBytes = 1 << 16;
                            });
            var agent = new CaptureAgent(settings(List.of(small), broker), heard);
            var run = AgentRun.start(agent);
            heard.awaitLedgersOf(1);
            heard.holdReader();
            send(far(east), count, 1000);
            long sentNanos = System.nanoTime();
            heard.letReaderGo();
            while (heard.latest().source().dropped() == 0) {
                assertTrue(System.nanoTime() - sentNanos < 10_000_000_000L, "no drop told");
                Thread.sleep(10);
            }
            long waitedMillis = (System.nanoTime() - sentNanos) / 1_000_000;
            assertTrue(waitedMillis < 1500, "told after " + waitedMillis + " ms");
            Thread.sleep(500); // the last block's time is up
            agent.stop();
            Ledger last = run.get(60, TimeUnit.SECONDS).ledgers().getFirst();
            assertEquals(count, last.source().received());
            assertEquals(count, last.source().dropped() + last.published().frames());
            assertEquals(0, last.residual());
        }
    }

    /// Rules L1 and L2 of `docs/flows.md`: what the ring had no room for is missing from the flow
    /// that it was of, to the byte, and the stream says where it was lost.
    @Test
    void bytesThatFoundTheRingFullAreMissingFromTheirFlowAndLaidToTheSocket() throws Exception {
        int count = 4_000; // of 1000 bytes, for a ring of 1 MiB
        var heard = new Heard();
        var connection = new Connection();
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            LiveSettings small =
                    settings(east)
                            .with(live -> {
                                live.filter = "tcp and host 192.0.2.1";
                                live.snaplen = 2048;
                                live.ringBytes = 1 << 20;
                                live.blockBytes = 1 << 16;
                            });
            var agent = new CaptureAgent(settings(List.of(small), broker), heard);
            var stream =
                    StreamSettings.of(broker.bootstrap(), TOPICS, directory.resolve("state"))
                            .with(draft -> draft.interim = Duration.ofMillis(200));
            Ledger last;
            try (var _ = StreamProcessor.start(stream, System.err::println)) {
                var run = AgentRun.start(agent);
                heard.awaitLedgersOf(1);
                send(far(east), connection.handshake());
                heard.holdReader();
                send(far(east), connection.request(count));
                heard.letReaderGo();
                Broker.await("a drop told", () -> heard.latest().source().dropped() > 0);
                // The flow goes on until the stream has heard of the loss.
                while (flows(broker).noneMatch(LiveAgentTest::saysWhereItLostFrames)) {
                    send(far(east), List.of(connection.acknowledgment()));
                    Thread.sleep(50);
                }
                agent.stop();
                last = run.get(60, TimeUnit.SECONDS).ledgers().getFirst();
                while (flows(broker).allMatch(FlowRecord::interim)) {
                    Thread.sleep(50);
                }
            }
            FlowRecord flow =
                    flows(broker).filter(each -> !each.interim()).findFirst().orElseThrow();
            long lost = 2 + count - flow.originator().packets();
            assertTrue(lost > count / 2, flow::toString);
            assertEquals(lost * Connection.PAYLOAD, flow.missingBytes());
            // A busy host may also have lost some before the ring.
            boolean inRingAlone = last.source().dropped() == lost && last.softnet().dropped() == 0;
            assertEquals(
                    inRingAlone ? LossPlace.SOCKET : LossPlace.IN_CAPTURE, flow.missingPlace());
        }
    }

    @Test
    void endsByItselfWhenItsTimeIsUpWithEverythingThatHadArrived() throws Exception {
        int count = 1000;
        var heard = new Heard();
        try (var broker = Broker.start(directory.resolve("kafka"))) {
            var settings =
                    settings(List.of(settings(east)), broker)
                            .with(draft ->
                                    draft.autostop =
                                            new Autostop(
                                                    Autostop.NEVER,
                                                    Duration.ofSeconds(4),
                                                    Autostop.NEVER));
            var run = AgentRun.start(new CaptureAgent(settings, heard));
            heard.awaitLedgersOf(1);
            send(far(east), count, 60);
            CaptureAgent.Outcome outcome = run.get(60, TimeUnit.SECONDS);
            assertFalse(outcome.stopped());
            assertEquals(count, outcome.ledgers().getFirst().published().frames());
            assertEquals(0, outcome.ledgers().getFirst().residual());
        }
    }

    // ---- What the tests stand on ----

    /// Keeps ledgers; can hold the thread that tells them, which is the one that captures.
    private static final class Heard implements AgentListener {
        private final Map<String, Ledger> ledgers = new HashMap<>();
        private CountDownLatch held = new CountDownLatch(0);

        @Override
        public void onLedger(Ledger ledger, SourceStatistics source) {
            CountDownLatch hold;
            synchronized (this) {
                ledgers.put(ledger.capturePoint(), ledger);
                // Taken with the ledger: who holds the reader from now on means the next one.
                hold = held;
                notifyAll();
            }
            try {
                hold.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        synchronized void awaitLedgersOf(int points) throws InterruptedException {
            while (ledgers.size() < points) {
                wait();
            }
        }

        synchronized Ledger latest() {
            return ledgers.values().iterator().next();
        }

        /// Returns when the reader stands still.
        void holdReader() throws InterruptedException {
            synchronized (this) {
                held = new CountDownLatch(1);
                Ledger before = latest();
                while (latest().equals(before)) {
                    wait();
                }
            }
        }

        synchronized void letReaderGo() {
            held.countDown();
        }
    }

    private static LiveSettings settings(String interfaceName) {
        return LiveSettings.of(interfaceName)
                .with(live -> {
                    live.filter = "ether proto 0x88b5";
                    live.direction = Direction.IN;
                    live.ringBytes = 16 << 20;
                });
    }

    private static CaptureSettings settings(List<LiveSettings> interfaces, Broker broker) {
        return CaptureSettings.of(
                        new Input.Live(interfaces, FrameSources.Live.RING),
                        Publishing.to(broker.bootstrap()).with(to -> to.topics = TOPICS))
                .with(draft -> draft.agent = "gw1");
    }

    /// A connection of which the client's side sends; both sides' frames come in at the near end.
    private static final class Connection {
        static final int PAYLOAD = 946;

        private static final byte[] REQUEST =
                hex(
                        """
                        020000000001 020000000009 0800
                        4500 0028 0000 4000 40 06 6ec6 0a000009 c0000201
                        c350 0050 00000000 00000000 5010 ffff 0000 0000
                        """);
        private static final byte[] ANSWER =
                hex(
                        """
                        020000000009 020000000001 0800
                        4500 0028 0000 4000 40 06 6ec6 c0000201 0a000009
                        0050 c350 00000000 00000000 5010 ffff 0000 0000
                        """);
        private static final int SYN = 0x02;
        private static final int ACK = 0x10;

        private int clientNext = 1;

        List<byte[]> handshake() {
            return List.of(
                    segment(REQUEST, SYN, 0, 0, 0),
                    segment(ANSWER, SYN | ACK, 0, 1, 0),
                    segment(REQUEST, ACK, 1, 1, 0));
        }

        List<byte[]> request(int segments) {
            var all = new ArrayList<byte[]>();
            for (int i = 0; i < segments; i++, clientNext += PAYLOAD) {
                all.add(segment(REQUEST, ACK, clientNext, 1, PAYLOAD));
            }
            return all;
        }

        /// Of all that the client sent.
        byte[] acknowledgment() {
            return segment(ANSWER, ACK, 1, clientNext, 0);
        }

        private byte[] segment(
                byte[] headers, int flags, int sequence, int acknowledgment, int payload) {
            var frame = ByteBuffer.wrap(Arrays.copyOf(headers, headers.length + payload));
            return frame.putShort(16, (short) (40 + payload))
                    .putInt(38, sequence)
                    .putInt(42, acknowledgment)
                    .put(47, (byte) flags)
                    .array();
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    private static boolean saysWhereItLostFrames(FlowRecord flow) {
        return switch (flow.missingPlace()) {
            case NONE, UNKNOWN, BEFORE_CAPTURE -> false;
            case IN_CAPTURE, INTERFACE, BACKLOG, SOCKET, AGENT, BATCHES -> true;
        };
    }

    private static Stream<FlowRecord> flows(Broker broker) throws InterruptedException {
        return broker.committed(TOPICS.name(Topic.FLOWS)).stream()
                .map(record -> FlowRecordCodec.read(record.value()));
    }

    private static void send(String interfaceName, List<byte[]> frames) throws Exception {
        try (PcapHandle handle = new PcapHandle.Builder(interfaceName).build()) {
            for (byte[] frame : frames) {
                handle.sendPacket(frame);
            }
        }
    }

    private static void send(String interfaceName, int count, int bytes) throws Exception {
        byte[] frame = new byte[bytes];
        frame[0] = frame[6] = 2;
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xb5;
        try (PcapHandle handle = new PcapHandle.Builder(interfaceName).build()) {
            for (int i = 0; i < count; i++) {
                ByteBuffer.wrap(frame).putInt(8, i);
                handle.sendPacket(frame);
            }
        }
    }

    /// The sequences of the frames of each capture point.
    private static Map<String, BitSet> frames(Broker broker) throws InterruptedException {
        var sequences = new HashMap<String, BitSet>();
        var codec = new FrameBatchCodec();
        for (var record : broker.committed(TOPICS.name(Topic.FRAMES))) {
            codec.read(
                    record.value(),
                    new FrameBatchHandler() {
                        private BitSet seen;

                        @Override
                        public void onBatch(FrameBatchHeader header) {
                            seen =
                                    sequences.computeIfAbsent(
                                            header.capturePoint(), _ -> new BitSet(MOST_FRAMES));
                        }

                        @Override
                        public void onFrame(Frame frame, long sequence, int flowHash) {
                            assertFalse(seen.get((int) sequence), "frame " + sequence + " twice");
                            seen.set((int) sequence);
                        }
                    });
        }
        return sequences;
    }

    private static long framesIn(Path file) throws Exception {
        try (var source = CaptureFileSource.open(List.of(file), Pacing.FLAT_OUT)) {
            long frames = 0;
            for (int polled; (polled = source.poll(_ -> {}, 1000)) >= 0; ) {
                frames += polled;
            }
            assertEquals(null, source.statistics().damage());
            return frames;
        }
    }

    private static String far(String near) {
        return near + "p";
    }

    private static void ip(String... words) throws Exception {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), said);
    }
}
