package headgate.softnet;

import headgate.softnet.tap.Tap;
import headgate.softnet.tap.TapKind;
import headgate.softnet.tap.TapStat;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;

/// A queue layer with a capture socket behind it: what the protocol layer is done with comes to the
/// tap (TP-1). Delivered is what the capturing program got, and a packet that the tap refuses is
/// dropped, though the host's own stack had it.
final class TappedPath implements QueueLayer {
    static final int STATE_TAG = 1;

    private final RxListener listener;
    private final QueueLayer engine;
    private final Tap tap;
    private final DropReason dropReason;
    private boolean hasStarted;

    TappedPath(SoftnetProfile profile, RxListener listener) {
        this.listener = listener;
        tap = Tap.of(profile.tap());
        dropReason = dropReason(profile.tap().kind());
        engine = QueueLayer.engine(profile, new Handover());
    }

    private TappedPath(RxListener listener, DataInput in) throws IOException {
        this.listener = listener;
        engine = QueueLayer.restoreEngine(in.readByte(), new Handover(), in);
        if (engine.profile().tap().isOff()) {
            throw new IOException("state of a tap that the profile does not have");
        }
        tap = Tap.of(engine.profile().tap());
        dropReason = dropReason(engine.profile().tap().kind());
        tap.restore(in);
        hasStarted = in.readBoolean();
    }

    private static DropReason dropReason(TapKind kind) {
        return switch (kind) {
            case OFF, RCVBUF, TPACKET_V2, TPACKET_V3 -> DropReason.PACKET_SOCK_ERROR;
            case PF_RING, WINPCAP, WINPCAP_OLD, BPF -> DropReason.CAPTURE_BUFFER;
        };
    }

    /// Hears of the engine, tells the path's listener, and hands packets on.
    private final class Handover implements RxListener {
        @Override
        public void dropped(long sequence, long atNanos, int cpu, DropReason reason) {
            listener.dropped(sequence, atNanos, cpu, reason);
        }

        @Override
        public void delivered(
                long sequence, int lengthBytes, long startNanos, long endNanos, int cpu) {
            long now = Math.max(endNanos, tap.nowNanos());
            if (tap.offer(sequence, now, lengthBytes)) {
                listener.delivered(sequence, lengthBytes, startNanos, endNanos, cpu);
            } else {
                listener.dropped(sequence, now, cpu, dropReason);
            }
        }

        @Override
        public void polled(int cpu, long atNanos, int work, boolean inKsoftirqd) {
            listener.polled(cpu, atNanos, work, inKsoftirqd);
        }
    }

    @Override
    public SoftnetProfile profile() {
        return engine.profile();
    }

    @Override
    public void adopt(SoftnetProfile newProfile) {
        if (!canAdopt(newProfile)) {
            throw new IllegalArgumentException(
                    "a running host keeps its CPUs and what captures there: "
                            + newProfile.differenceFrom(profile()));
        }
        engine.adopt(newProfile);
    }

    @Override
    public boolean canAdopt(SoftnetProfile newProfile) {
        return engine.canAdopt(newProfile) && newProfile.tap().equals(profile().tap());
    }

    @Override
    public void offer(
            long sequence,
            long arrivalNanos,
            int lengthBytes,
            int flowHash,
            long serviceNanos,
            int interfaceIndex) {
        start(arrivalNanos);
        engine.offer(sequence, arrivalNanos, lengthBytes, flowHash, serviceNanos, interfaceIndex);
    }

    private void start(long nanos) {
        if (!hasStarted) {
            hasStarted = true;
            tap.startInterval(Math.clamp(nanos, 0, ReceivePath.MAX_TIME));
        }
    }

    @Override
    public void runUntil(long nanos) {
        engine.runUntil(nanos);
        tap.runUntil(nanos);
    }

    @Override
    public long runUntilIdle() {
        long engineNanos = engine.runUntilIdle();
        return Math.max(engineNanos, tap.runUntilIdle());
    }

    @Override
    public SoftnetRow softnetStat(int cpu) {
        return engine.softnetStat(cpu);
    }

    @Override
    public TapStat tapStat() {
        return tap.stat();
    }

    @Override
    public PathStats drain(long endNanos) {
        start(endNanos);
        PathStats stats = engine.drain(endNanos);
        tap.runUntil(stats.endNanos());
        StageStats stage = stage(stats);
        tap.startInterval(stats.endNanos());
        var stages = new ArrayList<StageStats>(stats.stages());
        stages.add(stage);
        return stats.with(
                stage.delivered(),
                stats.dropped() + stage.droppedPackets(),
                stats.queued() + stage.depthLast(),
                stages);
    }

    private StageStats stage(PathStats stats) {
        return new StageStats(
                "tap",
                tap.capacity(),
                tap.offered(),
                tap.delivered(),
                tap.dropped() == 0 ? Map.of() : Map.of(dropReason, tap.dropped()),
                tap.depth().last(),
                tap.depth().max(),
                tap.depth().mean(stats.startNanos(), stats.endNanos()),
                WaitQuantiles.of(tap.waits()));
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeByte(STATE_TAG);
        engine.save(out);
        tap.save(out);
        out.writeBoolean(hasStarted);
    }

    static QueueLayer restore(RxListener listener, DataInput in) throws IOException {
        return new TappedPath(listener, in);
    }
}
