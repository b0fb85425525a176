package headgate.streams;

import headgate.schema.ArrivalBatchHeader;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.schema.Measured;
import headgate.sim.ServiceQueue;
import headgate.streams.StreamCounters.Count;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/// One capture point among those that share a host's path: how far it has come, and the arrivals
/// that wait for the others to come as far.
final class CapturePoint {
    /// Most arrivals that wait; with more the path goes on without the others.
    static final int MOST_HELD = 1 << 17;

    /// What a new capture point knows of its time.
    static final long NEVER = Long.MIN_VALUE;

    private static final long UNKNOWN = -1;

    private final String name;

    /// Place among the capture points of the path.
    private final int number;

    private final ServiceQueue held = new ServiceQueue(MOST_HELD);
    private int[] places = {};
    private long nextBatchSequence = UNKNOWN;

    /// No arrival from before this time is still to come.
    private long untilNanos = NEVER;

    /// Whether the others do not wait for this: it has ended, or stayed too far behind.
    private boolean isAway;

    private boolean hasEnded;

    /// What its host counted last; null before that.
    private Measured measured;

    CapturePoint(String name, int number) {
        this.name = name;
        this.number = number;
    }

    String name() {
        return name;
    }

    int number() {
        return number;
    }

    /// What is captured; several rings of one capture are called `eth0#0`, `eth0#1` and so on, and
    /// each frame is in one of them.
    String capture() {
        return captureOf(name);
    }

    private static String captureOf(String capturePoint) {
        return capturePoint.replaceFirst("#\\d+$", "");
    }

    /// Whether both would bring the same frames.
    ///
    /// @param devices of the path
    boolean sees(ArrivalBatchHeader other, List<String> devices) {
        if (captureOf(other.capturePoint()).equals(capture())) {
            return false;
        }
        for (int place : places) {
            if (other.interfaces().stream().anyMatch(it -> it.name().equals(devices.get(place)))) {
                return true;
            }
        }
        return false;
    }

    /// Whether the batch is of a new run of the agent whose time lies further back than a clock
    /// that is corrected: another capture, which no queue of the former one can go on with.
    boolean beginsAnew(ArrivalBatchHeader header) {
        return header.batchSequence() < nextBatchSequence
                && header.firstArrivalNanos()
                        < Math.max(untilNanos, Lane.EARLIEST_NANOS) - Lane.MAX_STEP_BACK_NANOS;
    }

    /// A batch begins.
    ///
    /// @param devices of the path; those of the batch that are not among them are added
    void onBatch(ArrivalBatchHeader header, List<String> devices, StreamCounters counters) {
        long gap = header.batchSequence() - nextBatchSequence;
        if (nextBatchSequence != UNKNOWN && gap > 0) {
            counters.add(Count.LOST_ARRIVAL_BATCHES, gap);
        }
        nextBatchSequence = header.batchSequence() + 1;
        isAway = false;
        hasEnded = false;
        if (header.measured() != null) {
            measured = header.measured();
        }
        if (places.length != header.interfaces().size()) {
            places = new int[header.interfaces().size()];
            for (int i = 0; i < places.length; i++) {
                places[i] = place(header.interfaces().get(i), devices);
            }
        }
    }

    private static int place(Interface its, List<String> devices) {
        if (!devices.contains(its.name())) {
            devices.add(its.name());
        }
        return devices.indexOf(its.name());
    }

    /// The place among the path's devices of an interface that the batch numbers so.
    int place(int interfaceId) {
        return interfaceId >= 0 && interfaceId < places.length ? places[interfaceId] : interfaceId;
    }

    void hold(long sequence, long nanos, int lengthBytes, int flowHash, int place) {
        held.add(sequence, nanos, nanos, place, lengthBytes, flowHash);
    }

    ServiceQueue held() {
        return held;
    }

    /// The batch has ended.
    void onTime(long nanos, boolean last) {
        untilNanos = Math.max(untilNanos, nanos);
        hasEnded = last;
        isAway = last;
    }

    long untilNanos() {
        return untilNanos;
    }

    boolean isAway() {
        return isAway;
    }

    boolean hasEnded() {
        return hasEnded;
    }

    void leaveBehind() {
        isAway = true;
    }

    Measured measured() {
        return measured;
    }

    /// Forgets what arrived and when.
    void restart() {
        while (!held.isEmpty()) {
            held.removeHead();
        }
        untilNanos = NEVER;
        measured = null;
    }

    void save(DataOutputStream out) throws IOException {
        out.writeUTF(name);
        out.writeInt(places.length);
        for (int place : places) {
            out.writeInt(place);
        }
        out.writeLong(nextBatchSequence);
        out.writeLong(untilNanos);
        out.writeBoolean(isAway);
        out.writeBoolean(hasEnded);
        MeasuredPath.save(out, measured);
        held.save(out);
    }

    /// @throws IOException if this is not what [#save] wrote
    static CapturePoint restore(DataInputStream in, int number) throws IOException {
        var point = new CapturePoint(in.readUTF(), number);
        point.places = new int[in.readInt()];
        for (int i = 0; i < point.places.length; i++) {
            point.places[i] = in.readInt();
        }
        point.nextBatchSequence = in.readLong();
        point.untilNanos = in.readLong();
        point.isAway = in.readBoolean();
        point.hasEnded = in.readBoolean();
        point.measured = MeasuredPath.restoreMeasured(in);
        point.held.restore(in);
        return point;
    }
}
