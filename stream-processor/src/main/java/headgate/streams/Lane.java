package headgate.streams;

import headgate.flow.CaptureLosses;
import headgate.flow.FlowListener;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.flow.LossPlace;
import headgate.packet.Frame;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHeader;
import headgate.streams.RuleSets.RuleSet;
import headgate.streams.StreamCounters.Count;
import headgate.streams.state.PortableEngine;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// What is known of one lane of a capture point: its flows, the verdicts of the second at hand, and
/// how far its batches came.
///
/// Time is that of the frames; of a lane without frames the agent tells it. A lane that nothing is
/// heard of lets time go on with the clock on the wall, so that its last flows end; this never
/// overtakes frames that are still to come as long as they are processed no slower than they were
/// captured.
final class Lane implements PortableEngine {
    /// A new run of an agent goes on with the flows of the run before, unless its time lies further
    /// back than this: then it is another capture file, or a clock that was set.
    static final long MAX_STEP_BACK_NANOS = 10_000_000_000L;

    /// From here back no step can be counted without overflow.
    static final long EARLIEST_NANOS = Long.MIN_VALUE + MAX_STEP_BACK_NANOS;

    private static final int OUTGOING = 4;
    private static final byte[] POSITION = {'p'};
    private static final long UNKNOWN = -1;

    /// From so many flows on, about a megabyte, a table looks for them ahead: other lanes, the rest
    /// of the stream and a broker on this host leave little of one lane in the processor's caches.
    private static final int MANY_FLOWS = 1 << 11;

    /// Most gaps between batches that are remembered; of more the oldest is forgotten.
    static final int MAX_GAPS = 16;

    private final FlowSettings settings;
    private final FlowListener flowListener;

    /// Where batches did not come: from the latest time before to the first one after.
    private final ArrayDeque<long[]> gaps = new ArrayDeque<>();

    private int sampling = 1;
    private boolean followsGap;
    private final VerdictSeconds verdicts;
    private final StreamCounters counters;
    private FlowTable flows;

    private long latestNanos = Long.MIN_VALUE;
    private long nextBatchSequence = UNKNOWN;
    private boolean positionChanged;

    /// Frames of the batch that wait to be analysed together.
    private final Frame[] waiting = new Frame[FrameBatchCodec.FRAMES_AT_ONCE];

    private int waitingCount;
    private boolean beginsRun;
    private boolean ends;
    private HostVersions hosts;
    private Host host;

    /// From this time on another snapshot of the host may hold.
    private long hostUntilNanos;

    private Function<Host, List<RuleSet>> ruleSets;
    private List<RuleSet> rules;
    private long framesWithoutHost;
    private long heardMillis = UNKNOWN;

    /// Keys of a flow table that was given up, to be removed from the changelog.
    private final List<byte[]> givenUp = new ArrayList<>();

    /// @param capturePoint agent and capture point, for the flows' records
    /// @param losses what is known of its losses now; null while nothing is
    Lane(
            String capturePoint,
            Supplier<CaptureLosses> losses,
            FlowSettings settings,
            FlowListener flowListener,
            VerdictSeconds.Listener verdictListener,
            StreamCounters counters) {
        this.settings = settings;
        var points = List.of(capturePoint);
        this.flowListener =
                flow ->
                        flowListener.onRecord(
                                flow.seenAt(points)
                                        .sampled(sampling)
                                        .lostAt(placeOfLoss(flow, losses)));
        verdicts = new VerdictSeconds(verdictListener);
        this.counters = counters;
        flows = newFlowTable();
    }

    private FlowTable newFlowTable() {
        return new FlowTable(settings, flowListener, MANY_FLOWS);
    }

    /// A batch begins; its frames follow.
    ///
    /// @param hosts what the agent's host does with frames; null while it is not known
    /// @param ruleSets the other rules to compare with, for a host
    /// @param atMillis when, on the wall
    void onBatch(
            FrameBatchHeader header,
            HostVersions hosts,
            Function<Host, List<RuleSet>> ruleSets,
            long atMillis) {
        this.hosts = hosts;
        this.ruleSets = ruleSets;
        hostUntilNanos = Long.MIN_VALUE;
        verdicts.onBatch(header);
        long sequence = header.batchSequence();
        beginsRun |= sequence < nextBatchSequence;
        if (nextBatchSequence != UNKNOWN && sequence > nextBatchSequence) {
            counters.add(Count.LOST_FRAME_BATCHES, sequence - nextBatchSequence);
            followsGap = true;
        }
        sampling = header.sampling();
        nextBatchSequence = sequence + 1;
        ends = header.last();
        positionChanged = true;
        heardMillis = atMillis;
        advanceTo(header.untilNanos());
    }

    /// The next frame. It is analysed together with some of those that follow: flows first, which
    /// are looked for in memory all at once, then verdicts.
    void onFrame(Frame frame) {
        waiting[waitingCount++] = frame;
        if (waitingCount == waiting.length) {
            analyse();
        }
    }

    private void analyse() {
        if (waitingCount > 0) {
            begin(waiting[0].arrivalNanos);
        }
        flows.onFrames(waiting, 0, waitingCount);
        for (int i = 0; i < waitingCount; i++) {
            judge(waiting[i]);
        }
        waitingCount = 0;
    }

    /// What the batch's header gave reason to look for in its first frame.
    private void begin(long nanos) {
        if (beginsRun) {
            beginsRun = false;
            if (nanos < Math.max(latestNanos, EARLIEST_NANOS) - MAX_STEP_BACK_NANOS) {
                startAgain();
            }
        }
        if (followsGap) {
            followsGap = false;
            noteGap(nanos);
        }
    }

    private void judge(Frame frame) {
        long nanos = frame.arrivalNanos;
        if (nanos < latestNanos) {
            counters.add(Count.LATE_FRAMES);
        } else {
            latestNanos = nanos;
        }
        if (hosts == null) {
            framesWithoutHost++;
        } else if (frame.packetType != OUTGOING) {
            followHost();
            verdicts.onFrame(frame);
        }
    }

    private void noteGap(long nanos) {
        if (gaps.size() == MAX_GAPS) {
            gaps.removeFirst();
        }
        gaps.addLast(new long[] {Math.min(latestNanos, nanos), Math.max(latestNanos, nanos)});
    }

    private LossPlace placeOfLoss(FlowRecord flow, Supplier<CaptureLosses> losses) {
        if (flow.missingBytes() == 0) {
            return LossPlace.NONE;
        }
        CaptureLosses known = losses.get();
        LossPlace place =
                known == null
                        ? LossPlace.UNKNOWN
                        : known.placeBetween(flow.firstNanos(), flow.lastNanos());
        boolean lacksBatches =
                gaps.stream()
                        .anyMatch(gap -> gap[0] <= flow.lastNanos() && gap[1] >= flow.firstNanos());
        return lacksBatches ? place.and(LossPlace.BATCHES) : place;
    }

    /// The batch is read, or damaged from here on.
    ///
    /// @return whether it was the last of a capture
    boolean afterBatch() {
        analyse();
        counters.add(Count.FRAMES_WITHOUT_HOST, framesWithoutHost);
        framesWithoutHost = 0;
        if (!ends) {
            return false;
        }
        ends = false;
        flows.endAll();
        verdicts.closeAll();
        return true;
    }

    /// A snapshot takes effect at its time, and for good: a late frame does not bring the former
    /// one back.
    private void followHost() {
        if (latestNanos < hostUntilNanos) {
            return;
        }
        Host now = hosts.at(latestNanos);
        hostUntilNanos = hosts.nextChangeNanos(latestNanos);
        List<RuleSet> rulesNow = ruleSets.apply(now);
        if (now != host || rulesNow != rules) {
            host = now;
            rules = rulesNow;
            verdicts.setHost(now.snapshot(), rulesNow);
        }
    }

    private void startAgain() {
        counters.add(Count.RESTARTS);
        flows.endAll();
        verdicts.closeAll();
        flows.drainChanged((key, state) -> givenUp.add(key));
        flows = newFlowTable();
        latestNanos = Long.MIN_VALUE;
        gaps.clear();
    }

    /// Lets time go on if nothing was heard for long.
    void onWallClock(long nowMillis, long silenceMillis) {
        if (heardMillis == UNKNOWN) {
            heardMillis = nowMillis;
        }
        long silentMillis = nowMillis - heardMillis;
        if (silentMillis >= silenceMillis && latestNanos != Long.MIN_VALUE) {
            advanceTo(latestNanos + silentMillis * 1_000_000);
        }
    }

    private void advanceTo(long nanos) {
        flows.advanceTo(nanos);
        verdicts.advanceTo(nanos);
    }

    @Override
    public void drainChanged(EntrySink sink) {
        givenUp.forEach(key -> sink.put(key, null));
        givenUp.clear();
        flows.drainChanged(sink::put);
        verdicts.drainChanged(sink);
        if (positionChanged) {
            positionChanged = false;
            sink.put(POSITION, position());
        }
    }

    private byte[] position() {
        var position = ByteBuffer.allocate((3 + 2 * gaps.size()) * Long.BYTES);
        position.putLong(latestNanos).putLong(nextBatchSequence).putLong(sampling);
        gaps.forEach(gap -> position.putLong(gap[0]).putLong(gap[1]));
        return position.array();
    }

    @Override
    public void restore(byte[] key, byte[] state) {
        if (key[0] == POSITION[0]) {
            var position = ByteBuffer.wrap(state);
            latestNanos = position.getLong();
            nextBatchSequence = position.getLong();
            sampling = (int) position.getLong();
            gaps.clear();
            while (position.hasRemaining()) {
                gaps.addLast(new long[] {position.getLong(), position.getLong()});
            }
        } else if (VerdictSeconds.owns(key)) {
            verdicts.restore(key, state);
        } else {
            flows.restore(key, state);
        }
    }

    @Override
    public void restored() {
        verdicts.restored();
    }
}
