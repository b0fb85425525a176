package headgate.softnet;

import headgate.sim.EventCalendar;

/// One interface of a host: how it spreads frames over its queues, what their rings hold, when they
/// interrupt, and how their NAPIs are scheduled and complete. One without rings hands frames to
/// `netif_rx`.
///
/// ```
/// frame ─► RSS ─► ring ··· rx-usecs, rx-frames ··► interrupt ─► NAPI scheduled ─► polled
///                  │ full: RX_MISSED_ERRORS            ▲            ▲                │
///                  ▼                                unmask ◄── napi_complete_done ◄──┘
/// ```
final class Nic {
    private final ReceivePath path;
    private final DriverNapi[] queues;

    /// The CPU that enqueues, where there are no rings.
    private final int netifRxCpu;

    private NicSettings settings;
    private int[] indirectionTable;
    private int[] rpsMap;

    /// @param firstSlot of the calendar, from which on each queue has two
    Nic(ReceivePath path, NetInterface device, int firstSlot) {
        this.path = path;
        netifRxCpu = device.irqCpu(0);
        queues = new DriverNapi[device.nic().rxQueues()];
        for (int queue = 0; queue < queues.length; queue++) {
            queues[queue] =
                    new DriverNapi(
                            this,
                            firstSlot + 2 * queue,
                            device.irqCpu(queue),
                            device.pollCpu(queue),
                            device.nic().napiWeight());
        }
        adopt(device);
    }

    void adopt(NetInterface device) {
        settings = device.nic();
        indirectionTable = settings.indirectionTable();
        rpsMap = device.rpsCpus().cpus();
        for (DriverNapi queue : queues) {
            queue.weight = settings.napiWeight();
        }
    }

    DriverNapi[] queues() {
        return queues;
    }

    boolean hasRings() {
        return queues.length > 0;
    }

    int netifRxCpu() {
        return netifRxCpu;
    }

    /// RP-8: [ReceivePath#NO_CPU] where the packet is not steered.
    int getRpsCpu(int flowHash) {
        return rpsMap.length == 0 || flowHash == 0
                ? ReceivePath.NO_CPU
                : rpsMap[(int) ((flowHash & 0xffff_ffffL) * rpsMap.length >>> 32)];
    }

    /// RP-50, RP-51: a frame comes from the wire.
    void receive(long sequence, long nowNanos, int lengthBytes, int flowHash, long serviceNanos) {
        path.counters().toRings++;
        DriverNapi queue = queues[indirectionTable[entry(flowHash)]];
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
        int slot = queue.irqSlot;
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

    /// The calendar's call for the timer of a queue, or the thread of its NAPI.
    void timerExpired(DriverNapi queue, long nowNanos) {
        if (!queue.scheduled) {
            // RP-56: `napi_watchdog`.
            napiSchedule(queue, nowNanos);
        } else if (isThreaded()) {
            path.netRxAction(queue.pollCpu).threadWoken(queue.index, nowNanos);
        }
    }

    /// RP-53, RP-54; also the calendar's call when coalescing has waited long enough.
    void interrupt(DriverNapi queue, long nowNanos) {
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
            path.calendar().at(queue.timerSlot, nowNanos + path.profile().costs().ksoftirqdNanos());
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
            path.calendar().at(queue.timerSlot, nowNanos + settings.groFlushTimeoutNanos());
        } else if (queue.isIrqMasked) {
            queue.isIrqMasked = false;
            queue.unreportedFrames = 0;
        }
    }

    private boolean isThreaded() {
        return !settings.threadedCpus().isEmpty();
    }
}
