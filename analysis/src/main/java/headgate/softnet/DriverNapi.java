package headgate.softnet;

import headgate.sim.QueueDepth;
import headgate.sim.ServiceQueue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// One receive queue of an interface: its ring, its interrupt, and the NAPI by which the driver
/// empties it.
final class DriverNapi extends Napi {
    /// The interface that this is a queue of.
    final Nic nic;

    /// The slot of the calendar for the interrupt, and that for the NAPI's timer or thread.
    final int irqSlot;

    final int timerSlot;

    /// The CPU that takes the interrupt.
    final int irqCpu;

    /// The CPU that polls: that of the interrupt, or of the NAPI's thread.
    final int pollCpu;

    /// Place in [SoftnetData#napis] of the CPU that polls.
    int index;

    final ServiceQueue ring = new ServiceQueue(SoftnetData.QUEUE_LIMIT);
    final QueueDepth ringDepth = new QueueDepth();

    /// Whether the driver has turned the interrupt off.
    boolean isIrqMasked;

    /// Whether an interrupt came while this was scheduled (`NAPI_STATE_MISSED`).
    boolean isMissed;

    /// Completions that may still leave the interrupt masked (`defer_hard_irqs_count`).
    int deferHardIrqsCount;

    /// Frames that no interrupt has told of yet, and when the first of them came.
    int unreportedFrames;

    long unreportedSinceNanos;

    DriverNapi(Nic nic, int irqSlot, int irqCpu, int pollCpu, int weight) {
        super(weight);
        this.nic = nic;
        this.irqSlot = irqSlot;
        timerSlot = irqSlot + 1;
        this.irqCpu = irqCpu;
        this.pollCpu = pollCpu;
    }

    /// A driver's weight is its own; `dev_weight` does not reach it.
    @Override
    void startPoll(int devRxWeight) {}

    /// Whether there is a frame at the head of the ring; if not, this has completed.
    ///
    /// @param work frames that the poll has taken
    boolean hasNext(int work, long nowNanos) {
        if (ring.isEmpty()) {
            nic.napiCompleteDone(this, work, nowNanos);
            return false;
        }
        return true;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(weight);
        out.writeBoolean(scheduled);
        ring.save(out);
        ringDepth.save(out);
        out.writeBoolean(isIrqMasked);
        out.writeBoolean(isMissed);
        out.writeInt(deferHardIrqsCount);
        out.writeInt(unreportedFrames);
        out.writeLong(unreportedSinceNanos);
    }

    void restore(DataInput in) throws IOException {
        weight = in.readInt();
        scheduled = in.readBoolean();
        ring.restore(in);
        ringDepth.restore(in);
        isIrqMasked = in.readBoolean();
        isMissed = in.readBoolean();
        deferHardIrqsCount = in.readInt();
        unreportedFrames = in.readInt();
        unreportedSinceNanos = in.readLong();
    }
}
