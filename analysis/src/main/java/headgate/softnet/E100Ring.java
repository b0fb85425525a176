package headgate.softnet;

import headgate.sim.QueueDepth;
import headgate.sim.ServiceQueue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The receive ring of an Intel 8255x and its driver e100 as of 2.6.12: receive frame descriptors,
/// of which the one refilled last carries EL (end of list), behind which the receive unit stops.
///
/// ```
///   rx_to_clean ─► [complete] [complete] [free] [free|EL] [consumed] [consumed] ◄─ rx_to_use
///                   driver cleans         NIC fills        driver refills
/// ```
final class E100Ring {
    private final int rfds;

    /// Frames that the NIC has written and the driver has not taken.
    final ServiceQueue complete;

    final QueueDepth depth = new QueueDepth();

    /// Descriptors whose buffer went up the stack, to be refilled.
    private int consumed;

    /// Whether the NIC writes frames: not before it is started again once it has filled EL.
    private boolean isRuRunning = true;

    /// The driver's `ru_running == RU_SUSPENDED`.
    private boolean isSuspended;

    /// Complete frames up to and with the one whose descriptor carries EL; 0 if none of them does.
    private int completeUpToEl;

    /// The NIC's status bits FR and RNR: set since they were last acknowledged.
    private boolean frStatus;

    private boolean rnrStatus;

    private boolean isIrqMasked;

    E100Ring(int rfds) {
        this.rfds = rfds;
        complete = new ServiceQueue(rfds);
    }

    /// OP-30, OP-31: false if the frame is lost (`rx_resource_errors`).
    boolean receive(long sequence, long nowNanos, long serviceNanos, int lengthBytes) {
        if (!isRuRunning) {
            return false;
        }
        complete.add(sequence, nowNanos, serviceNanos, lengthBytes);
        depth.change(complete.length(), nowNanos);
        frStatus = true;
        if (complete.length() + consumed == rfds) {
            isRuRunning = false;
            rnrStatus = true;
            completeUpToEl = complete.length();
        }
        return true;
    }

    /// Whether the NIC interrupts now.
    boolean isIrqAsserted() {
        return !isIrqMasked && (frStatus || rnrStatus);
    }

    /// OP-32: `e100_intr` acknowledges what there is and masks the interrupt.
    void intr() {
        isSuspended |= rnrStatus;
        frStatus = false;
        rnrStatus = false;
        isIrqMasked = true;
    }

    boolean isSuspended() {
        return isSuspended;
    }

    /// OP-33: the driver takes the next complete frame.
    void clean(long nowNanos) {
        complete.removeHead();
        depth.change(complete.length(), nowNanos);
        consumed++;
        if (completeUpToEl > 0 && --completeUpToEl == 0) {
            isSuspended = true;
        }
    }

    /// OP-34: each consumed descriptor gets a buffer; EL moves to the last of them.
    void refill() {
        if (consumed > 0) {
            consumed = 0;
            completeUpToEl = 0;
        }
    }

    /// OP-35: acknowledges RNR; the NIC goes on with the first free descriptor.
    void startReceiver() {
        rnrStatus = false;
        isSuspended = false;
        isRuRunning = complete.length() < rfds;
        rnrStatus |= !isRuRunning;
    }

    void unmaskIrq() {
        isIrqMasked = false;
    }

    void save(DataOutput out) throws IOException {
        complete.save(out);
        depth.save(out);
        out.writeInt(consumed);
        out.writeBoolean(isRuRunning);
        out.writeBoolean(isSuspended);
        out.writeInt(completeUpToEl);
        out.writeBoolean(frStatus);
        out.writeBoolean(rnrStatus);
        out.writeBoolean(isIrqMasked);
    }

    void restore(DataInput in) throws IOException {
        complete.restore(in);
        depth.restore(in);
        consumed = Math.clamp(in.readInt(), 0, rfds - complete.length());
        isRuRunning = in.readBoolean() && complete.length() + consumed < rfds;
        isSuspended = in.readBoolean();
        completeUpToEl = Math.clamp(in.readInt(), 0, complete.length());
        frStatus = in.readBoolean();
        rnrStatus = in.readBoolean();
        isIrqMasked = in.readBoolean();
    }
}
