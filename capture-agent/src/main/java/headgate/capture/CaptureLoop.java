package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.capture.LiveSettings.Timestamps;
import headgate.packet.Check;
import headgate.packet.FlowHash;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.ToeplitzHash;
import headgate.schema.ArrivalBatchCodec;
import headgate.schema.FrameBatchHeader;
import headgate.schema.FrameBatchHeader.Clock;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.schema.Ledger;
import headgate.schema.Measured;
import headgate.schema.Topic;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// The duty cycle of the capture thread: takes what the source has, decodes it in place, notes its
/// arrival, adds it to the batch of its lane, and finishes the batches that are due.
///
/// When the outbox is full, a file waits. A live source is never kept waiting, for then the kernel
/// would drop frames uncounted by stage: it sheds, first payload, then whole frames, of which the
/// arrival record stays.
final class CaptureLoop {
    /// Frames taken in one cycle at most: what may go beyond the outbox's capacity.
    static final int FRAMES_PER_CYCLE = 512;

    private static final long MOST_BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long MOST_BATCH_NANOS_FLAT_OUT = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MOST_SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(90);
    private static final long MOST_SILENCE_OF_LANE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int MAX_ARRIVALS = 8192;
    private static final int LONGEST_INTERFACE_NAME = 64;
    private static final int NOMINAL_HEADERS_BYTES = 256;

    /// What time brings: a real clock, or a test's.
    interface Clocks {
        /// As [System#nanoTime].
        long nanoTime();

        /// Nanoseconds since 1970-01-01T00:00:00Z.
        long epochNanos();
    }

    private enum Shedding {
        NOTHING,
        PAYLOAD,
        BODIES
    }

    private final FrameSource source;
    private final String capturePoint;
    private final CaptureSettings settings;
    private final Outbox outbox;
    private final Clocks clocks;
    private final FrameHandler handler = this::onFrame;
    private final FrameDecoder decoder = new FrameDecoder();
    private final LaneBatch[] lanes;
    private final ArrivalBatchCodec arrivals = new ArrivalBatchCodec();
    private final byte[] agentKey;
    private final DuplicateWindow duplicateWindow;
    private final boolean live;
    private final Clock clock;

    /// The next frame's, of those that are no duplicates.
    private long nextSequence;

    private final int snaplen;
    private final long mostBatchNanos;
    private final long settledAfterNanos;

    private FrameBatchHeader header;

    /// The hashes by which the host's interfaces spread flows, by name, and of each interface that
    /// the source numbers; null where it is not known.
    private Map<String, ToeplitzHash> rssByName = Map.of();

    private ToeplitzHash[] rss = {};

    /// Whether the driver of the interface hands its hash up.
    private boolean[] handsUp = {};

    private Shedding shedding = Shedding.NOTHING;
    private long nowNanos;

    private long handed;
    private long duplicates;
    private long malformed;
    private long unsampled;
    private long shedPayload;
    private long shedBodies;

    private long arrivalBatches;
    private long firstArrivalSequence;
    private long arrivalsOpenedNanos;
    private long lastArrivalNanos = Long.MIN_VALUE;
    private long untilNanos = Long.MIN_VALUE;

    CaptureLoop(CapturePoint point, CaptureSettings settings, Outbox outbox, Clocks clocks) {
        this.source = point.source();
        this.capturePoint = point.name();
        this.settings = settings;
        this.outbox = outbox;
        this.clocks = clocks;
        this.agentKey = settings.agent().getBytes(UTF_8);
        this.snaplen = settings.snaplen() == 0 ? Integer.MAX_VALUE : settings.snaplen();
        nowNanos = clocks.nanoTime();
        this.lanes = new LaneBatch[settings.publishing().lanes()];
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] = new LaneBatch(lane, settings.agent(), capturePoint, outbox, nowNanos);
        }
        duplicateWindow =
                settings.dedupMillis() == 0 ? null : new DuplicateWindow(settings.dedupMillis());
        switch (settings.input()) {
            case CaptureSettings.Input.File(_, var speed, var follow, _) -> {
                live = false;
                clock = Clock.CAPTURE_FILE;
                mostBatchNanos =
                        speed == 0 && !follow ? MOST_BATCH_NANOS_FLAT_OUT : MOST_BATCH_NANOS;
                settledAfterNanos = 0;
            }
            case CaptureSettings.Input.Live(var interfaces, _) -> {
                live = true;
                clock =
                        interfaces.getFirst().timestamps() == Timestamps.HARDWARE
                                ? Clock.ADAPTER
                                : Clock.HOST;
                mostBatchNanos = MOST_BATCH_NANOS;
                // The kernel hands a block over when it is full or when its time is up.
                settledAfterNanos =
                        TimeUnit.MILLISECONDS.toNanos(
                                3L * interfaces.getFirst().blockTimeoutMillis());
            }
        }
        arrivalsOpenedNanos = nowNanos;
        header = headerWith(source.interfaces());
    }

    private FrameBatchHeader headerWith(List<CaptureInterface> interfaces) {
        return new FrameBatchHeader(
                settings.agent(),
                capturePoint,
                interfaces.stream()
                        .limit(FrameBatchHeader.MAX_INTERFACES)
                        .map(CaptureLoop::named)
                        .toList(),
                0,
                lanes.length,
                0,
                0,
                clock,
                settings.snaplen(),
                settings.filter(),
                null,
                settings.sampling());
    }

    private static Interface named(CaptureInterface each) {
        String name = each.name();
        return new Interface(
                name.substring(0, Math.min(name.length(), LONGEST_INTERFACE_NAME)),
                each.linkType(),
                each.snaplen());
    }

    /// One cycle. Returns false when the source has ended.
    ///
    /// @param limit take no more frames than this
    boolean doWork(long limit) throws IOException {
        shedding = live ? shedding() : Shedding.NOTHING;
        int polled = source.poll(handler, (int) Math.min(limit, FRAMES_PER_CYCLE));
        nowNanos = clocks.nanoTime();
        if (polled == 0 && live) {
            untilNanos = Math.max(untilNanos, clocks.epochNanos() - settledAfterNanos);
        }
        finishDue();
        return polled != FrameSource.END;
    }

    /// Whether the next cycle should wait until there is room.
    boolean mustWait() {
        return !live && outbox.waitingBytes() >= outbox.capacityBytes();
    }

    private Shedding shedding() {
        long waiting = outbox.waitingBytes();
        long capacity = outbox.capacityBytes();
        if (waiting >= capacity) {
            return Shedding.BODIES;
        }
        return waiting >= capacity / 2 ? Shedding.PAYLOAD : Shedding.NOTHING;
    }

    private void onFrame(Frame frame) {
        handed++;
        if (duplicateWindow != null && duplicateWindow.isDuplicate(frame)) {
            duplicates++;
            return;
        }
        decoder.decode(frame);
        if (frame.check != Check.OK) {
            malformed++;
        }
        int flowHash = FlowHash.symmetric(frame);
        noteArrival(frame, rssHash(frame, flowHash));
        long sequence = nextSequence++;
        if (!isSampled(flowHash)) {
            unsampled++;
        } else if (shedding == Shedding.BODIES) {
            shedBodies++;
        } else {
            addToLane(frame, sequence, FlowHash.lane(frame), bytesToKeep(frame));
        }
    }

    /// The hash by which the frame's interface chose its queue, where its key is known; else the
    /// kernel's, by which it steers. A frame for which the two are equal shows that the driver
    /// hands the interface's up: then the kernel's is that, whatever of a frame it is over.
    private int rssHash(Frame frame, int flowHash) {
        int id = frame.interfaceId;
        if (id >= rss.length || rss[id] == null || handsUp[id]) {
            return frame.rxHash == 0 ? flowHash : frame.rxHash;
        }
        int hash = rss[id].ofAddressesAndPorts(frame);
        handsUp[id] = hash != 0 && hash == frame.rxHash;
        return hash;
    }

    /// Lets arrivals have the hash of the interface that they came on.
    ///
    /// @param hashes by name of the interface; the same object as before if nothing has changed
    void tellRss(Map<String, ToeplitzHash> hashes) {
        if (hashes != rssByName) {
            rssByName = hashes;
            if (arrivals.count() > 0) {
                finishArrivals(false); // a batch has hashes of one kind
            }
            lookUpRss();
        }
    }

    private void lookUpRss() {
        rss =
                header.interfaces().stream()
                        .map(its -> rssByName.get(its.name()))
                        .toArray(ToeplitzHash[]::new);
        handsUp = new boolean[rss.length];
        arrivals.setRssInterfaces(
                IntStream.range(0, rss.length).filter(id -> rss[id] != null).toArray());
    }

    /// Hash-based selection (RFC 5475, section 6.2): every agent takes the same flows, and whole
    /// ones. The hash is mixed again, for its remainder is the lane already.
    private boolean isSampled(int flowHash) {
        int mixed = (flowHash ^ flowHash >>> 16) * 0x85ebca6b;
        return Integer.remainderUnsigned(mixed ^ mixed >>> 13, settings.sampling()) == 0;
    }

    private int bytesToKeep(Frame frame) {
        int most = Math.min(frame.lengthCaptured, snaplen);
        if (most <= frame.payloadOffset) {
            return most;
        }
        if (shedding == Shedding.PAYLOAD) {
            shedPayload++;
            return frame.payloadOffset;
        }
        return settings.headersOnly() ? frame.payloadOffset : most;
    }

    private void addToLane(Frame frame, long sequence, int laneHash, int kept) {
        LaneBatch batch = lanes[Integer.remainderUnsigned(laneHash, lanes.length)];
        if (!batch.hasRoomFor(kept + NOMINAL_HEADERS_BYTES, frame.interfaceId)) {
            batch.finish();
            batch.begin(headerFor(frame), sequence, untilNanos, nowNanos);
        }
        batch.add(frame, sequence, laneHash, kept);
    }

    /// A capture file may tell of a further interface at any time.
    private FrameBatchHeader headerFor(Frame frame) {
        int named = header.interfaces().size();
        if (frame.interfaceId >= named && named < FrameBatchHeader.MAX_INTERFACES) {
            header = headerWith(source.interfaces());
        }
        return header;
    }

    private void noteArrival(Frame frame, int flowHash) {
        if (arrivals.count() == 0) {
            arrivalsOpenedNanos = nowNanos;
            firstArrivalSequence = nextSequence;
        }
        arrivals.add(
                frame.arrivalNanos,
                frame.lengthOnWire,
                flowHash,
                frame.packetType,
                frame.interfaceId);
        lastArrivalNanos = Math.max(lastArrivalNanos, frame.arrivalNanos);
        if (arrivals.count() == MAX_ARRIVALS) {
            headerFor(frame);
            finishArrivals(false);
        }
    }

    private void finishArrivals(boolean last) {
        untilNanos = Math.max(untilNanos, lastArrivalNanos);
        byte[] value =
                arrivals.finish(
                        settings.agent(),
                        capturePoint,
                        header.interfaces(),
                        arrivalBatches++,
                        firstArrivalSequence,
                        untilNanos,
                        last);
        firstArrivalSequence = nextSequence;
        arrivalsOpenedNanos = nowNanos;
        outbox.offer(Topic.ARRIVALS, agentKey, -1, value, 0);
    }

    private void finishDue() {
        for (LaneBatch batch : lanes) {
            if (batch.isDue(nowNanos, mostBatchNanos)) {
                batch.finish();
            }
            batch.tellTime(header, nextSequence, untilNanos, nowNanos, MOST_SILENCE_OF_LANE_NANOS);
        }
        long waitedNanos = nowNanos - arrivalsOpenedNanos;
        if (arrivals.count() > 0 ? waitedNanos >= mostBatchNanos : isSilentTooLong(waitedNanos)) {
            finishArrivals(false);
        }
    }

    private boolean isSilentTooLong(long waitedNanos) {
        return live && waitedNanos >= MOST_SILENCE_NANOS && untilNanos != Long.MIN_VALUE;
    }

    /// Finishes all batches, whether due or not, and says that none will follow.
    void finish() {
        for (LaneBatch batch : lanes) {
            batch.finishLast(header, nextSequence);
        }
        finishArrivals(true);
    }

    /// Lets the next batch of arrivals carry what the host counted.
    void tellMeasured(Measured measured) {
        arrivals.setMeasured(measured);
    }

    /// Frames that the source has handed over.
    long handed() {
        return handed;
    }

    /// Frames whose copies may have been missed.
    long forgotten() {
        return duplicateWindow == null ? 0 : duplicateWindow.forgotten();
    }

    /// What the agent did with them.
    Ledger.Handling handling() {
        long batching = 0;
        for (LaneBatch batch : lanes) {
            batching += batch.count();
        }
        return new Ledger.Handling(
                handed, duplicates, malformed, unsampled, shedPayload, shedBodies, batching);
    }
}
