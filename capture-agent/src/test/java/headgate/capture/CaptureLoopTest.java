package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.CaptureSettings.Input;
import headgate.capture.CaptureSettings.Publishing;
import headgate.capture.ListOutbox.Offer;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.ToeplitzHash;
import headgate.schema.ArrivalBatchCodec;
import headgate.schema.ArrivalBatchHandler;
import headgate.schema.ArrivalBatchHeader;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHandler;
import headgate.schema.FrameBatchHeader;
import headgate.schema.Ledger;
import headgate.schema.Topic;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CaptureLoopTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long EPOCH = 1_700_000_000_000_000_000L;
    private static final int PAYLOAD_OFFSET = 14 + 20 + 8;

    private final ListSource source = new ListSource();
    private final ListOutbox outbox = new ListOutbox(1 << 20);
    private final TestClocks clocks = new TestClocks();

    /// Time that passes only when the test says so.
    private static final class TestClocks implements CaptureLoop.Clocks {
        long nanos;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long epochNanos() {
            return EPOCH + nanos;
        }
    }

    /// What was published of one frame.
    private record Published(long sequence, int lane, int lengthCaptured, int sourcePort) {}

    @Test
    void publishesEachFrameOnceAndInTheOrderOfItsLane() throws IOException {
        CaptureLoop loop = file();
        for (int i = 0; i < 5000; i++) {
            source.arrive(udp(1000 + i % 50, 40), EPOCH + i, 0);
        }
        source.end();
        runToEnd(loop);

        List<Published> frames = frames();
        assertEquals(5000, frames.stream().map(Published::sequence).distinct().count());
        assertEquals(5000, frames.size());
        var lastOfLane = new HashMap<Integer, Long>();
        var laneOfPort = new HashMap<Integer, Integer>();
        for (Published frame : frames) {
            assertTrue(lastOfLane.getOrDefault(frame.lane(), -1L) < frame.sequence());
            lastOfLane.put(frame.lane(), frame.sequence());
            assertEquals(
                    frame.lane(),
                    laneOfPort.computeIfAbsent(frame.sourcePort(), _ -> frame.lane()));
        }
        assertEquals(4, lastOfLane.size());
        assertEquals(5000, arrivals().stream().mapToInt(lines -> lines.size() - 1).sum());
    }

    @Test
    void namesAgentCapturePointAndLaneInTheKey() throws IOException {
        CaptureLoop loop = file();
        source.arrive(udp(1000, 40), EPOCH, 0);
        source.end();
        runToEnd(loop);
        Offer batch = outbox.on(Topic.FRAMES).getFirst();
        assertEquals("gw1/day.pcap/" + batch.lane(), batch.key());
        assertEquals("gw1", outbox.on(Topic.ARRIVALS).getFirst().key());
    }

    /// Under a key of zeros every hash is 0.
    @Test
    void givesArrivalsTheHashOfTheirInterfaceFromTheBatchOnInWhichItIsKnown() throws IOException {
        CaptureLoop loop = live();
        var hash = new ToeplitzHash(new byte[ToeplitzHash.KEY_LENGTH]);
        source.arrive(udp(1000, 40), EPOCH, 0);
        cycle(loop, 1);
        loop.tellRss(Map.of(source.interfaces().getFirst().name(), hash));
        source.arrive(udp(1000, 40), EPOCH + 1, 0);
        cycle(loop, 1);
        loop.finish();

        assertEquals(List.of("[]", "flow", "[0]", "0"), hashes());
    }

    /// Of the frames after the key is known, the second shows that the driver hands the interface's
    /// hash up.
    @Test
    void takesTheKernelsHashWhereTheInterfacesIsUnknownOrHandedUp() throws IOException {
        CaptureLoop loop = live();
        byte[] bytes = new byte[ToeplitzHash.KEY_LENGTH];
        Arrays.fill(bytes, (byte) 0x6d);
        var key = new ToeplitzHash(bytes);
        source.rxHash = 7;
        source.arrive(udp(1000, 40), EPOCH, 0);
        cycle(loop, 1);
        loop.tellRss(Map.of(source.interfaces().getFirst().name(), key));
        source.arrive(udp(1000, 40), EPOCH + 1, 0);
        source.rxHash = hash(key, udp(1000, 40));
        source.arrive(udp(1000, 40), EPOCH + 2, 0);
        source.rxHash = 7;
        source.arrive(udp(1000, 40), EPOCH + 3, 0);
        cycle(loop, 1);
        loop.finish();

        assertEquals(List.of("[]", "7", "[0]", "flow", "flow", "7"), hashes());
    }

    private static int hash(ToeplitzHash key, byte[] bytes) {
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        new FrameDecoder().decode(frame);
        return key.ofAddressesAndPorts(frame);
    }

    private List<String> hashes() {
        var hashes = new ArrayList<String>();
        for (Offer batch : outbox.on(Topic.ARRIVALS)) {
            new ArrivalBatchCodec()
                    .read(
                            batch.value(),
                            new ArrivalBatchHandler() {
                                @Override
                                public void onBatch(ArrivalBatchHeader header, int count) {
                                    hashes.add(header.rssInterfaces().toString());
                                }

                                @Override
                                public void onArrival(
                                        long sequence,
                                        long arrivalNanos,
                                        int lengthOnWire,
                                        int flowHash,
                                        int packetType,
                                        int interfaceId) {
                                    hashes.add(
                                            0 <= flowHash && flowHash < 10
                                                    ? "" + flowHash
                                                    : "flow");
                                }
                            });
        }
        return hashes;
    }

    @Test
    void finishesABatchAtAThousandFrames() throws IOException {
        CaptureLoop loop = live();
        for (int i = 0; i < 1001; i++) {
            source.arrive(udp(1000, 40), EPOCH + i, 0);
        }
        cycle(loop, 3);
        assertEquals(List.of(1000), framesPerBatch());
        assertEquals(1, loop.handling().batching());
    }

    @Test
    void finishesABatchBeforeItExceedsItsBytes() throws IOException {
        CaptureLoop loop = live();
        for (int i = 0; i < 20; i++) {
            source.arrive(udp(1000, 60_000), EPOCH + i, 0);
        }
        cycle(loop, 1);
        assertEquals(List.of(8, 8), framesPerBatch());
        assertTrue(outbox.on(Topic.FRAMES).getFirst().value().length <= LaneBatch.MAX_BYTES);
    }

    @Test
    void finishesABatchAfterFiveMilliseconds() throws IOException {
        CaptureLoop loop = live();
        source.arrive(udp(1000, 40), EPOCH, 0);
        cycle(loop, 1);
        clocks.nanos += 4 * MILLI;
        cycle(loop, 1);
        assertEquals(List.of(), framesPerBatch());
        clocks.nanos += MILLI;
        cycle(loop, 1);
        assertEquals(List.of(1), framesPerBatch());
    }

    @Test
    void tellsTheTimeWhileNothingArrives() throws IOException {
        CaptureLoop loop = live();
        for (int i = 0; i < 10; i++) {
            clocks.nanos += 100 * MILLI;
            cycle(loop, 1);
        }
        List<List<String>> batches = arrivals();
        assertEquals(10, batches.size());
        // A block of the ring is handed over after its time-out; three times that is waited.
        int settledMillis = 3 * LiveSettings.of("eth0").blockTimeoutMillis();
        assertEquals(List.of("0 from 0 until " + (1000 - settledMillis)), batches.getLast());
    }

    @Test
    void tellsALaneWithoutFramesHowFarTimeHasCome() throws IOException {
        CaptureLoop loop = file();
        for (int i = 0; i < 10; i++) {
            source.arrive(udp(1000, 40), EPOCH + clocks.nanos, 0);
            clocks.nanos += 100 * MILLI;
            cycle(loop, 1);
        }
        var seen = new Collected();
        var codec = new FrameBatchCodec();
        outbox.on(Topic.FRAMES).forEach(offer -> codec.read(offer.value(), seen));
        seen.untilMillis.remove(seen.frames.getFirst().lane());
        assertEquals(Publishing.to("localhost:9092").lanes() - 1, seen.untilMillis.size());
        seen.untilMillis.values().forEach(until -> assertEquals(List.of(100L, 400L, 700L), until));
    }

    @Test
    void aFileTellsNoTimeOfItsOwn() throws IOException {
        CaptureLoop loop = file();
        for (int i = 0; i < 10; i++) {
            clocks.nanos += 100 * MILLI;
            cycle(loop, 1);
        }
        assertEquals(List.of(), outbox.offers);
    }

    @Test
    void aFileWaitsForRoomAndShedsNothing() throws IOException {
        CaptureLoop loop = file();
        outbox.fillTo(outbox.capacityBytes());
        assertTrue(loop.mustWait());
        outbox.acknowledge();
        assertFalse(loop.mustWait());
        outbox.fillTo(outbox.capacityBytes() - 1);
        source.arrive(udp(1000, 40), EPOCH, 0);
        source.end();
        runToEnd(loop);
        assertEquals(0, loop.handling().shedPayload() + loop.handling().shedBodies());
        assertEquals(PAYLOAD_OFFSET + 40, frames().getFirst().lengthCaptured());
    }

    @Test
    void aLiveSourceShedsPayloadFirstThenBodiesAndKeepsEveryArrival() throws IOException {
        CaptureLoop loop = live();
        assertFalse(loop.mustWait());
        source.arrive(udp(1000, 40), EPOCH, 0);
        cycle(loop, 1);
        outbox.fillTo(outbox.capacityBytes() / 2);
        source.arrive(udp(1001, 40), EPOCH, 0);
        source.arrive(udp(1002, 0), EPOCH, 0); // has no payload to shed
        cycle(loop, 1);
        outbox.fillTo(outbox.capacityBytes());
        assertFalse(loop.mustWait());
        source.arrive(udp(1003, 40), EPOCH, 0);
        cycle(loop, 1);
        loop.finish();

        assertEquals(new Ledger.Handling(4, 0, 0, 0, 1, 1, 0), loop.handling());
        Map<Long, Integer> lengths = new HashMap<>();
        frames().forEach(frame -> lengths.put(frame.sequence(), frame.lengthCaptured()));
        assertEquals(
                Map.of(0L, PAYLOAD_OFFSET + 40, 1L, PAYLOAD_OFFSET, 2L, PAYLOAD_OFFSET), lengths);
        assertEquals(4, arrivals().stream().mapToInt(lines -> lines.size() - 1).sum());
    }

    @Test
    void leavesDuplicatesOutAndCountsThem() throws IOException {
        CaptureLoop loop = loop(settings(FILE).with(draft -> draft.dedupMillis = 5));
        for (int i = 0; i < 10; i++) {
            source.arrive(udp(1000 + i / 2, 40), EPOCH + i, 0);
        }
        source.end();
        runToEnd(loop);
        assertEquals(new Ledger.Handling(10, 5, 0, 0, 0, 0, 0), loop.handling());
        assertEquals(
                List.of(0L, 1L, 2L, 3L, 4L),
                frames().stream().map(Published::sequence).sorted().toList());
        assertEquals(5, arrivals().stream().mapToInt(lines -> lines.size() - 1).sum());
        assertBalances(loop);
    }

    @Test
    void publishesOneOfSoManyFlowsWholeAndEveryArrival() throws IOException {
        CaptureLoop loop = loop(settings(FILE).with(draft -> draft.sampling = 4));
        int flows = 4000;
        for (int i = 0; i < 3 * flows; i++) {
            source.arrive(udp(1000 + i % flows, 40), EPOCH + i, 0);
        }
        source.end();
        runToEnd(loop);
        var framesOfFlow = new HashMap<Integer, Integer>();
        frames().forEach(frame -> framesOfFlow.merge(frame.sourcePort(), 1, Integer::sum));
        assertTrue(framesOfFlow.values().stream().allMatch(count -> count == 3));
        // Binomial: 1000 flows, of which the deviation is 27.
        assertTrue(Math.abs(framesOfFlow.size() - 1000) < 5 * 27, framesOfFlow.size() + " flows");
        assertEquals(4, frames().stream().map(Published::lane).distinct().count());
        assertEquals(3L * (flows - framesOfFlow.size()), loop.handling().unsampled());
        assertEquals(3 * flows, arrivals().stream().mapToInt(lines -> lines.size() - 1).sum());
        var seen = new Collected();
        new FrameBatchCodec().read(withFrames().getFirst().value(), seen);
        assertEquals(4, seen.header.sampling());
        assertBalances(loop);
    }

    private void assertBalances(CaptureLoop loop) {
        var handled = loop.handling();
        var ledger =
                new LossLedger(new CapturePoint("a.pcap", source), settings(FILE), EPOCH)
                        .record(EPOCH, true, source.statistics(), handled, outbox.standing());
        assertEquals(0, ledger.residual());
    }

    @Test
    void keepsNoMoreThanSnaplenOrHeaders() throws IOException {
        CaptureLoop snapped = loop(settings(FILE).with(s -> s.snaplen = 60));
        source.arrive(udp(1000, 40), EPOCH, 0);
        cycle(snapped, 1);
        snapped.finish();
        CaptureLoop headers = loop(settings(FILE).with(s -> s.headersOnly = true));
        source.arrive(udp(1000, 40), EPOCH, 0);
        cycle(headers, 1);
        headers.finish();
        assertEquals(
                List.of(60, PAYLOAD_OFFSET),
                frames().stream().map(Published::lengthCaptured).toList());
    }

    @Test
    void namesAnInterfaceThatAFileTellsOfLater() throws IOException {
        CaptureLoop loop = file();
        source.arrive(udp(1000, 40), EPOCH, 0);
        cycle(loop, 1);
        source.interfaces.add(new CaptureInterface("eth1", 1, 0));
        source.arrive(udp(1000, 40), EPOCH, 1);
        cycle(loop, 1);
        loop.finish();
        assertEquals(List.of(1, 1), framesPerBatch());
        var codec = new FrameBatchCodec();
        var seen = new Collected();
        codec.read(withFrames().getLast().value(), seen);
        assertEquals(List.of("eth0", "eth1"), seen.interfaces);
    }

    @Test
    void tellsEveryLaneAndTheReceivePathThatTheCaptureHasEnded() throws IOException {
        CaptureLoop loop = file();
        source.arrive(udp(1000, 40), EPOCH, 0);
        source.end();
        runToEnd(loop);
        var seen = new Collected();
        var codec = new FrameBatchCodec();
        outbox.on(Topic.FRAMES).forEach(offer -> codec.read(offer.value(), seen));
        assertEquals(Publishing.to("localhost:9092").lanes(), seen.endedLanes.size());
        List<List<String>> batches = arrivals();
        assertEquals(List.of("1 from 0 until 0 last", "0: 82"), batches.getLast());
    }

    @Test
    void theLedgerBalancesAtEveryMoment() throws IOException {
        CaptureLoop loop = live();
        var ledger = new LossLedger(new CapturePoint("a.pcap", source), settings(FILE), EPOCH);
        for (int i = 0; i < 3000; i++) {
            source.arrive(udp(1000 + i % 7, 40), EPOCH + i, 0);
        }
        for (int i = 0; i < 8; i++) {
            outbox.fillTo(i == 4 ? outbox.capacityBytes() : 0);
            cycle(loop, 1);
            Ledger record =
                    ledger.record(
                            EPOCH, false, source.statistics(), loop.handling(), outbox.standing());
            assertEquals(0, record.residual());
        }
        assertEquals(3000, loop.handed());
        assertTrue(loop.handling().shedBodies() > 0);
    }

    @Test
    void countsMalformedFramesAndPublishesThem() throws IOException {
        CaptureLoop loop = file();
        source.arrive(java.util.Arrays.copyOf(udp(1000, 40), 20), EPOCH, 0);
        source.end();
        runToEnd(loop);
        assertEquals(1, loop.handling().malformed());
        assertEquals(1, frames().size());
    }

    // ---- What the tests stand on ----

    private static final Input FILE = new Input.File(Path.of("dir/day.pcap"), 0, "");
    private static final Input LIVE =
            new Input.Live(List.of(LiveSettings.of("eth0")), FrameSources.Live.AUTO);

    private CaptureLoop file() {
        return loop(settings(FILE));
    }

    private CaptureLoop live() {
        return loop(settings(LIVE));
    }

    private CaptureLoop loop(CaptureSettings settings) {
        return new CaptureLoop(
                new CapturePoint(settings.inputName(), source), settings, outbox, clocks);
    }

    private static CaptureSettings settings(Input input) {
        return CaptureSettings.of(input, Publishing.to("localhost:9092"))
                .with(s -> s.agent = "gw1");
    }

    private static void cycle(CaptureLoop loop, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            assertTrue(loop.doWork(Long.MAX_VALUE));
        }
    }

    private static void runToEnd(CaptureLoop loop) throws IOException {
        while (loop.doWork(Long.MAX_VALUE)) {}
        loop.finish();
    }

    private List<Integer> framesPerBatch() {
        return withFrames().stream().map(Offer::frames).toList();
    }

    /// The batches but for those that say no more than that the capture has ended.
    private List<Offer> withFrames() {
        return outbox.on(Topic.FRAMES).stream().filter(offer -> offer.frames() > 0).toList();
    }

    private List<Published> frames() {
        var seen = new Collected();
        var codec = new FrameBatchCodec();
        outbox.on(Topic.FRAMES).forEach(offer -> codec.read(offer.value(), seen));
        return seen.frames;
    }

    private static final class Collected implements FrameBatchHandler {
        final List<Published> frames = new ArrayList<>();
        final List<Integer> endedLanes = new ArrayList<>();

        /// Of each batch, by lane.
        final Map<Integer, List<Long>> untilMillis = new TreeMap<>();

        List<String> interfaces;
        private FrameBatchHeader header;

        @Override
        public void onBatch(FrameBatchHeader header) {
            this.header = header;
            untilMillis
                    .computeIfAbsent(header.lane(), _ -> new ArrayList<>())
                    .add((header.untilNanos() - EPOCH) / MILLI);
            if (header.last()) {
                endedLanes.add(header.lane());
            }
            interfaces =
                    header.interfaces().stream().map(FrameBatchHeader.Interface::name).toList();
        }

        @Override
        public void onFrame(Frame frame, long sequence, int flowHash) {
            frames.add(
                    new Published(sequence, header.lane(), frame.lengthCaptured, frame.sourcePort));
        }
    }

    /// Per batch a line for its header and one for each arrival.
    private List<List<String>> arrivals() {
        var batches = new ArrayList<List<String>>();
        var codec = new ArrivalBatchCodec();
        var handler =
                new ArrivalBatchHandler() {
                    @Override
                    public void onBatch(ArrivalBatchHeader header, int count) {
                        long until = (header.untilNanos() - EPOCH) / MILLI;
                        var lines = new ArrayList<String>();
                        lines.add(
                                "%d from %d until %d"
                                                .formatted(count, header.firstSequence(), until)
                                        + (header.last() ? " last" : ""));
                        batches.add(lines);
                    }

                    @Override
                    public void onArrival(
                            long sequence,
                            long arrivalNanos,
                            int lengthOnWire,
                            int flowHash,
                            int packetType,
                            int interfaceId) {
                        batches.getLast().add(sequence + ": " + lengthOnWire);
                    }
                };
        outbox.on(Topic.ARRIVALS).forEach(offer -> codec.read(offer.value(), handler));
        return batches;
    }

    /// A UDP packet of one flow per source port, each from an address of its own: a lane is chosen
    /// by addresses.
    private static byte[] udp(int sourcePort, int payloadLength) {
        String packet =
                """
                02 00 00 00 00 02  02 00 00 00 00 01  08 00
                45 00 %04x  00 01 00 00  40 11 00 00  0a 00 %04x  0a 01 00 02
                %04x 00 35  %04x 00 00
                """
                        .formatted(28 + payloadLength, sourcePort, sourcePort, 8 + payloadLength);
        byte[] headers = HexFormat.of().parseHex(packet.replaceAll("\\s", ""));
        return java.util.Arrays.copyOf(headers, headers.length + payloadLength);
    }
}
