package headgate.softnet;

import headgate.sim.EventCalendar;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The interfaces of one host: how they spread frames over their queues, what their rings hold,
/// when they interrupt, and how their NAPIs are scheduled and complete.
///
/// ```
/// frame ─► RSS ─► ring ··· rx-usecs, rx-frames ··► interrupt ─► NAPI scheduled ─► polled
///                  │ full: RX_MISSED_ERRORS            ▲            ▲                │
///                  ▼                                unmask ◄── napi_complete_done ◄──┘
/// ```
final class Nic {
    private final ReceivePath path;
    private final DriverNapi[] queues;

    /// Slots of the calendar: that of a queue's interrupt, and that of its NAPI's timer or thread.
    private final int firstIrqSlot;

    private final int firstTimerSlot;
    private NicSettings settings;
    private int[] indirectionTable;

    /// @param firstSlot the first of two slots of the calendar for each queue
    Nic(ReceivePath path, SoftnetProfile profile, int firstSlot) {
        this.path = path;
        queues = new DriverNapi[queues(profile)];
        firstIrqSlot = firstSlot;
        firstTimerSlot = firstSlot + queues.length;
        int[] threadCpus = profile.nic().threadedCpus().cpus();
        for (int queue = 0; queue < queues.length; queue++) {
            int irqCpu = profile.cpus().irqCpus().inTurn(queue);
            int pollCpu = threadCpus.length == 0 ? irqCpu : threadCpus[queue % threadCpus.length];
            queues[queue] =
                    new DriverNapi(this, queue, irqCpu, pollCpu, profile.nic().napiWeight());
        }
        adopt(profile.nic());
    }

    /// Slots of the calendar that a profile's interfaces need.
    static int slots(SoftnetProfile profile) {
        return 2 * queues(profile);
    }

    private static int queues(SoftnetProfile profile) {
        return profile.nic().interfaces() * profile.nic().rxQueues();
    }

    void adopt(NicSettings newSettings) {
        settings = newSettings;
        indirectionTable = newSettings.indirectionTable();
        for (DriverNapi queue : queues) {
            queue.weight = newSettings.napiWeight();
        }
    }

    DriverNapi[] queues() {
        return queues;
    }

    /// RP-50, RP-51: a frame comes from the wire.
    void receive(
            long sequence,
            long nowNanos,
            int lengthBytes,
            int flowHash,
            long serviceNanos,
            int interfaceIndex) {
        int entry = indirectionTable[entry(flowHash)];
        DriverNapi queue = queues[interfaceIndex * settings.rxQueues() + entry];
        if (queue.ring.length() >= settings.ring()) {
            path.drop(sequence, nowNanos, queue.irqCpu, DropReason.RX_MISSED_ERRORS);
            return;
        }
        queue.ring.add(sequence, nowNanos, nowNanos, serviceNanos, lengthBytes, flowHash);
        queue.ringDepth.change(queue.ring.length(), nowNanos);
        if (queue.unreportedFrames++ == 0) {
            queue.unreportedSinceNanos = nowNanos;
        }
        if (!queue.isIrqMasked) {
            coalesce(queue, nowNanos);
        }
    }

    /// The hash modulo the table's length, by a mask where that is a power of two.
    private int entry(int flowHash) {
        int length = indirectionTable.length;
        return (length & length - 1) == 0
                ? flowHash & length - 1
                : Integer.remainderUnsigned(flowHash, length);
    }

    /// RP-52.
    private void coalesce(DriverNapi queue, long nowNanos) {
        int slot = firstIrqSlot + queue.queue;
        boolean isUnlimited = settings.rxUsecs() == 0 && settings.rxFrames() == 0;
        if (isUnlimited
                || settings.rxFrames() > 0 && queue.unreportedFrames >= settings.rxFrames()) {
            path.calendar().cancel(slot);
            interrupt(queue, nowNanos);
        } else if (settings.rxUsecs() > 0
                && path.calendar().dueNanos(slot) == EventCalendar.NEVER) {
            long due = queue.unreportedSinceNanos + settings.rxUsecs() * 1_000L;
            path.calendar().at(slot, Math.max(nowNanos, due));
        }
    }

    /// The calendar's call for one of the slots of this.
    void proceed(int slot, long nowNanos) {
        if (slot < firstTimerSlot) {
            interrupt(queues[slot - firstIrqSlot], nowNanos);
            return;
        }
        DriverNapi queue = queues[slot - firstTimerSlot];
        if (!queue.scheduled) {
            // RP-56: `napi_watchdog`.
            napiSchedule(queue, nowNanos);
        } else if (isThreaded()) {
            path.netRxAction(queue.pollCpu).threadWoken(queue.index, nowNanos);
        }
    }

    /// RP-53, RP-54.
    private void interrupt(DriverNapi queue, long nowNanos) {
        path.counters().irqs++;
        queue.unreportedFrames = 0;
        queue.isIrqMasked = settings.isIrqMasked();
        if (queue.scheduled) {
            queue.isMissed = true;
            path.netRxAction(queue.irqCpu).interrupt(nowNanos);
        } else {
            napiSchedule(queue, nowNanos);
        }
    }

    private void napiSchedule(DriverNapi queue, long nowNanos) {
        queue.scheduled = true;
        NetRxAction cpu = path.netRxAction(queue.irqCpu);
        if (isThreaded()) {
            cpu.interrupt(nowNanos);
            path.calendar()
                    .at(
                            firstTimerSlot + queue.queue,
                            nowNanos + path.profile().costs().ksoftirqdNanos());
        } else {
            cpu.napiSchedule(queue.index);
            cpu.interrupt(nowNanos);
            cpu.raiseSoftirq(nowNanos);
        }
    }

    /// RP-55, RP-56: the ring is empty.
    void napiCompleteDone(DriverNapi queue, int work, long nowNanos) {
        if (work > 0) {
            queue.deferHardIrqsCount = settings.napiDeferHardIrqs();
        }
        boolean isDeferred = false;
        if (queue.deferHardIrqsCount > 0) {
            queue.deferHardIrqsCount--;
            isDeferred = settings.groFlushTimeoutNanos() > 0;
        }
        if (queue.isMissed) {
            queue.isMissed = false;
            path.netRxAction(queue.pollCpu).napiReschedule(queue.index, isThreaded());
            return;
        }
        queue.scheduled = false;
        if (isDeferred) {
            path.calendar()
                    .at(firstTimerSlot + queue.queue, nowNanos + settings.groFlushTimeoutNanos());
        } else if (queue.isIrqMasked) {
            queue.isIrqMasked = false;
            queue.unreportedFrames = 0;
        }
    }

    private boolean isThreaded() {
        return !settings.threadedCpus().isEmpty();
    }

    void startInterval(long nowNanos) {
        for (DriverNapi queue : queues) {
            queue.ringDepth.startInterval(nowNanos);
        }
    }

    void save(DataOutput out) throws IOException {
        for (DriverNapi queue : queues) {
            queue.save(out);
        }
    }

    void restore(DataInput in) throws IOException {
        for (DriverNapi queue : queues) {
            queue.restore(in);
        }
    }
}
