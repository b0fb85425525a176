package headgate.streams;

import headgate.flow.FlowListener;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.NetDevice;
import headgate.packet.Frame;
import headgate.schema.FrameBatchHeader;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.streams.StreamCounters.Count;
import headgate.streams.state.PortableEngine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// What is known of one lane of a capture point: its flows, the verdicts of the second at hand, and
/// how far its batches came.
///
/// Time is that of the frames. A lane that nothing is heard of lets time go on with the clock on
/// the wall, so that its last flows end; this never overtakes frames that are still to come as long
/// as they are processed no slower than they were captured.
final class Lane implements PortableEngine {
    /// A new run of an agent goes on with the flows of the run before, unless its time lies further
    /// back than this: then it is another capture file, or a clock that was set.
    static final long MAX_STEP_BACK_NANOS = 10_000_000_000L;

    /// From here back no step can be counted without overflow.
    static final long EARLIEST_NANOS = Long.MIN_VALUE + MAX_STEP_BACK_NANOS;

    private static final int OUTGOING = 4;
    private static final byte VERDICT = 'v';
    private static final byte[] POSITION = {'p'};
    private static final long UNKNOWN = -1;

    private final FlowSettings settings;
    private final FlowListener flowListener;
    private final VerdictSeconds verdicts;
    private final StreamCounters counters;
    private FlowTable flows;

    private long latestNanos = Long.MIN_VALUE;
    private long nextBatchSequence = UNKNOWN;
    private boolean positionChanged;
    private boolean beginsRun;
    private boolean ends;
    private ForwardingPath path;
    private List<Interface> interfaces = List.of();
    private final List<NetDevice> devices = new ArrayList<>();
    private long framesWithoutHost;
    private long heardMillis = UNKNOWN;

    /// Keys of a flow table that was given up, to be removed from the changelog.
    private final List<byte[]> givenUp = new ArrayList<>();

    Lane(
            FlowSettings settings,
            FlowListener flowListener,
            Consumer<FlowVerdict> verdictListener,
            StreamCounters counters) {
        this.settings = settings;
        this.flowListener = flowListener;
        verdicts = new VerdictSeconds(verdictListener);
        this.counters = counters;
        flows = new FlowTable(settings, flowListener);
    }

    /// A batch begins; its frames follow.
    ///
    /// @param path what the agent's host does with frames; null while it is not known
    /// @param atMillis when, on the wall
    void onBatch(FrameBatchHeader header, ForwardingPath path, long atMillis) {
        findDevices(header.interfaces(), path);
        verdicts.setAgent(header.agent());
        long sequence = header.batchSequence();
        beginsRun = sequence < nextBatchSequence;
        if (nextBatchSequence != UNKNOWN && sequence > nextBatchSequence) {
            counters.add(Count.LOST_FRAME_BATCHES, sequence - nextBatchSequence);
        }
        nextBatchSequence = sequence + 1;
        ends = header.last();
        positionChanged = true;
        heardMillis = atMillis;
    }

    void onFrame(Frame frame) {
        long nanos = frame.arrivalNanos;
        if (beginsRun) {
            beginsRun = false;
            if (nanos < Math.max(latestNanos, EARLIEST_NANOS) - MAX_STEP_BACK_NANOS) {
                startAgain();
            }
        }
        if (nanos < latestNanos) {
            counters.add(Count.LATE_FRAMES);
        } else {
            latestNanos = nanos;
        }
        flows.onFrame(frame);
        if (path == null) {
            framesWithoutHost++;
        } else if (frame.packetType != OUTGOING) {
            judge(frame);
        }
    }

    /// The batch is read, or damaged from here on.
    void afterBatch() {
        counters.add(Count.FRAMES_WITHOUT_HOST, framesWithoutHost);
        framesWithoutHost = 0;
        if (ends) {
            ends = false;
            flows.endAll();
            verdicts.closeAll();
        }
    }

    /// Looks the interfaces up once for all batches that have the same ones.
    private void findDevices(List<Interface> interfaces, ForwardingPath path) {
        if (path == this.path && interfaces.equals(this.interfaces)) {
            return;
        }
        this.path = path;
        this.interfaces = interfaces;
        devices.clear();
        for (Interface each : interfaces) {
            devices.add(path == null ? null : path.host().device(each.name()));
        }
    }

    private void judge(Frame frame) {
        int number = frame.interfaceId;
        if (number >= 0 && number < devices.size()) {
            verdicts.onFrame(frame, path, interfaces.get(number).name(), devices.get(number));
        } else {
            verdicts.onFrame(frame, path, "number " + number, null);
        }
    }

    private void startAgain() {
        counters.add(Count.RESTARTS);
        flows.endAll();
        verdicts.closeAll();
        flows.drainChanged((key, state) -> givenUp.add(key));
        flows = new FlowTable(settings, flowListener);
        latestNanos = Long.MIN_VALUE;
    }

    /// Lets time go on if nothing was heard for long.
    void onWallClock(long nowMillis, long silenceMillis) {
        if (heardMillis == UNKNOWN) {
            heardMillis = nowMillis;
        }
        long silentMillis = nowMillis - heardMillis;
        if (silentMillis >= silenceMillis && latestNanos != Long.MIN_VALUE) {
            long nanos = latestNanos + silentMillis * 1_000_000;
            flows.advanceTo(nanos);
            verdicts.advanceTo(nanos);
        }
    }

    @Override
    public void drainChanged(EntrySink sink) {
        givenUp.forEach(key -> sink.put(key, null));
        givenUp.clear();
        flows.drainChanged(sink::put);
        verdicts.drainChanged((key, state) -> sink.put(prefixed(key), state));
        if (positionChanged) {
            positionChanged = false;
            sink.put(
                    POSITION,
                    ByteBuffer.allocate(2 * Long.BYTES)
                            .putLong(latestNanos)
                            .putLong(nextBatchSequence)
                            .array());
        }
    }

    @Override
    public void restore(byte[] key, byte[] state) {
        switch (key[0]) {
            case 'p' -> {
                var position = ByteBuffer.wrap(state);
                latestNanos = position.getLong();
                nextBatchSequence = position.getLong();
            }
            case VERDICT -> verdicts.restore(Arrays.copyOfRange(key, 1, key.length), state);
            default -> flows.restore(key, state);
        }
    }

    @Override
    public void restored() {
        verdicts.restored();
    }

    private static byte[] prefixed(byte[] key) {
        return ByteBuffer.allocate(1 + key.length).put(VERDICT).put(key).array();
    }
}
