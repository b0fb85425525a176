package headgate.softnet;

import headgate.sim.ServiceQueue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The receive softirq of the CPU of a 2.6.12 kernel: `__do_softirq`, `net_rx_action`, and the
/// polls of the backlog and of e100.
///
/// A run is not one call here, since packets take time: it stops whenever a packet is in service
/// and goes on when the calendar says that the service has ended.
final class NetRxAction26 {
    static final int BACKLOG_DEV = 0;
    static final int E100 = 1;

    /// `MAX_SOFTIRQ_RESTART`: runs in interrupt context before ksoftirqd takes over. There is no
    /// limit of time.
    private static final int MAX_SOFTIRQ_RESTART = 10;

    private enum Phase {
        IDLE,
        /// An interrupt is about to end; the softirq follows.
        RAISED,
        /// A poll of e100 has begun and takes its time.
        POLL_BEGUN,
        /// A packet is in service.
        IN_SERVICE,
        /// ksoftirqd was woken and has not run yet.
        KSOFTIRQD_WOKEN
    }

    private static final Phase[] PHASES = Phase.values();

    private final ReceivePath26 path;
    private final NapiList pollList = new NapiList(2);
    private final int[] quota = new int[2];
    private final boolean[] isScheduled = new boolean[2];

    private Phase phase = Phase.IDLE;
    private boolean inKsoftirqd;
    private int restartsLeft;
    private int budget;
    private long runStartJiffies;

    private int dev;
    private int limit;
    private int work;
    private long pollStartJiffies;
    private boolean isRestartRequired;

    private long sequence;
    private long startNanos;
    private long serviceNanos;
    private int lengthBytes;

    private long softirqNanos;
    private long softirqSinceNanos;

    NetRxAction26(ReceivePath26 path) {
        this.path = path;
    }

    boolean isInService() {
        return phase == Phase.IN_SERVICE;
    }

    /// OP-16: `netif_rx_schedule`; the softirq follows when the interrupt ends.
    void netifRxSchedule(int index) {
        if (isScheduled[index]) {
            return;
        }
        isScheduled[index] = true;
        pollList.add(index);
        refillQuota(index);
    }

    private void refillQuota(int index) {
        int weight =
                index == BACKLOG_DEV
                        ? path.profile().sysctls().devWeight()
                        : path.profile().nic().napiWeight();
        quota[index] = quota[index] < 0 ? quota[index] + weight : weight;
    }

    /// OP-25: an interrupt ends. A pending softirq runs now, also one that waits for ksoftirqd.
    void irqExit(long nowNanos) {
        if (pollList.isEmpty()) {
            return;
        }
        long due = nowNanos + path.profile().costs().irqNanos();
        if (phase == Phase.IDLE
                || phase == Phase.KSOFTIRQD_WOKEN
                        && due < path.calendar().dueNanos(ReceivePath26.CPU)) {
            phase = Phase.RAISED;
            path.calendar().at(ReceivePath26.CPU, due);
        }
    }

    /// The calendar's call.
    void proceed(long nowNanos) {
        switch (phase) {
            case RAISED -> doSoftirq(nowNanos, false);
            case KSOFTIRQD_WOKEN -> doSoftirq(nowNanos, true);
            case POLL_BEGUN -> continuePoll(nowNanos);
            case IN_SERVICE -> serviceEnded(nowNanos);
            case IDLE -> throw new IllegalStateException("an idle CPU has nothing due");
        }
    }

    private void doSoftirq(long nowNanos, boolean byKsoftirqd) {
        inKsoftirqd = byKsoftirqd;
        restartsLeft = MAX_SOFTIRQ_RESTART;
        softirqSinceNanos = nowNanos;
        netRxAction(nowNanos);
    }

    /// OP-20: the budget of a run is `netdev_max_backlog`.
    private void netRxAction(long nowNanos) {
        path.counters().netRxRuns++;
        path.counters().ksoftirqdRuns += inKsoftirqd ? 1 : 0;
        budget = path.profile().sysctls().netdevMaxBacklog();
        runStartJiffies = jiffies(nowNanos);
        continueRun(nowNanos);
    }

    /// OP-21, OP-22: budget and time are asked before a poll, so only if something is left to poll.
    private void continueRun(long nowNanos) {
        while (!pollList.isEmpty()) {
            if (budget <= 0 || jiffies(nowNanos) - runStartJiffies > 1) {
                path.softnetData().timeSqueeze++;
                path.counters().timeSqueeze++;
                endRun(nowNanos);
                return;
            }
            dev = pollList.head();
            if (quota[dev] > 0) {
                startPoll(nowNanos);
                return;
            }
            requeue();
        }
        endRun(nowNanos);
    }

    private void requeue() {
        pollList.add(pollList.removeHead());
        refillQuota(dev);
    }

    private void startPoll(long nowNanos) {
        limit = Math.min(quota[dev], budget);
        work = 0;
        pollStartJiffies = jiffies(nowNanos);
        if (dev == E100) {
            isRestartRequired = path.ring().isSuspended();
            softirqBusyUntil(nowNanos + path.profile().costs().pollNanos(), Phase.POLL_BEGUN);
        } else {
            continuePoll(nowNanos);
        }
    }

    private void softirqBusyUntil(long nanos, Phase next) {
        phase = next;
        path.calendar().at(ReceivePath26.CPU, nanos);
    }

    private void continuePoll(long nowNanos) {
        if (dev == BACKLOG_DEV) {
            processBacklog(nowNanos);
        } else {
            e100Poll(nowNanos);
        }
    }

    /// OP-23: ends with an empty queue, or after `limit` packets, or two ticks.
    private void processBacklog(long nowNanos) {
        if (work > 0 && (work >= limit || jiffies(nowNanos) - pollStartJiffies > 1)) {
            endPoll(nowNanos, false);
        } else if (path.softnetData().inputPktQueue.isEmpty()) {
            path.softnetData().unthrottle();
            endPoll(nowNanos, true);
        } else {
            serve(path.softnetData().inputPktQueue, nowNanos);
            path.softnetData().removeHead(nowNanos);
        }
    }

    /// OP-33 to OP-36: cleans complete frames, refills, starts a receiver that had stopped before,
    /// and leaves the poll list only after a poll of nothing.
    private void e100Poll(long nowNanos) {
        if (!path.ring().complete.isEmpty() && work < limit) {
            serve(path.ring().complete, nowNanos);
            path.ring().clean(nowNanos);
            return;
        }
        boolean isStoppedByQuota = work >= limit && !path.ring().complete.isEmpty();
        path.ring().refill();
        if (isRestartRequired && !isStoppedByQuota) {
            path.ring().startReceiver();
            work++;
        }
        boolean isDone = work == 0;
        endPoll(nowNanos, isDone);
    }

    private void serve(ServiceQueue queue, long nowNanos) {
        SoftnetCosts costs = path.profile().costs();
        sequence = queue.headSequence();
        startNanos = nowNanos;
        serviceNanos = queue.headServiceNanos() + (dev == E100 ? costs.driverNanos() : 0);
        lengthBytes = queue.headLengthBytes();
        path.taken(nowNanos - queue.headSinceNanos(), nowNanos);
        softirqBusyUntil(nowNanos + serviceNanos + costs.gapNanos(), Phase.IN_SERVICE);
    }

    private void serviceEnded(long nowNanos) {
        work++;
        path.served(sequence, lengthBytes, startNanos, startNanos + serviceNanos, nowNanos);
        continuePoll(nowNanos);
    }

    private void endPoll(long nowNanos, boolean isDone) {
        quota[dev] -= work;
        budget -= work;
        path.polled(nowNanos, work, inKsoftirqd);
        if (isDone) {
            pollList.removeHead();
            isScheduled[dev] = false;
            if (dev == E100) {
                path.ring().unmaskIrq();
                path.interruptIfAsserted(nowNanos);
            }
        } else {
            requeue();
        }
        continueRun(nowNanos);
    }

    /// OP-24.
    private void endRun(long nowNanos) {
        if (pollList.isEmpty()) {
            leaveSoftirq(nowNanos, Phase.IDLE);
        } else if (--restartsLeft > 0) {
            netRxAction(nowNanos);
        } else if (inKsoftirqd) {
            leaveSoftirq(nowNanos, Phase.IDLE);
            doSoftirq(nowNanos, true);
        } else {
            leaveSoftirq(nowNanos, Phase.KSOFTIRQD_WOKEN);
            path.calendar()
                    .at(ReceivePath26.CPU, nowNanos + path.profile().costs().ksoftirqdNanos());
        }
    }

    private void leaveSoftirq(long nowNanos, Phase next) {
        softirqNanos += nowNanos - softirqSinceNanos;
        softirqSinceNanos = nowNanos;
        phase = next;
    }

    private long jiffies(long nanos) {
        return path.profile().cpus().jiffies(nanos);
    }

    long softirqNanos(long nowNanos) {
        boolean isOn = phase == Phase.IN_SERVICE || phase == Phase.POLL_BEGUN;
        return softirqNanos + (isOn ? nowNanos - softirqSinceNanos : 0);
    }

    void startInterval(long nowNanos) {
        softirqNanos = 0;
        softirqSinceNanos = nowNanos;
    }

    void save(DataOutput out) throws IOException {
        pollList.save(out);
        for (int index = BACKLOG_DEV; index <= E100; index++) {
            out.writeInt(quota[index]);
            out.writeBoolean(isScheduled[index]);
        }
        out.writeByte(phase.ordinal());
        out.writeBoolean(inKsoftirqd);
        out.writeInt(restartsLeft);
        out.writeInt(budget);
        out.writeLong(runStartJiffies);
        out.writeByte(dev);
        out.writeInt(limit);
        out.writeInt(work);
        out.writeLong(pollStartJiffies);
        out.writeBoolean(isRestartRequired);
        out.writeLong(sequence);
        out.writeLong(startNanos);
        out.writeLong(serviceNanos);
        out.writeInt(lengthBytes);
        out.writeLong(softirqNanos);
        out.writeLong(softirqSinceNanos);
    }

    void restore(DataInput in) throws IOException {
        pollList.restore(in);
        for (int index = BACKLOG_DEV; index <= E100; index++) {
            quota[index] = in.readInt();
            isScheduled[index] = in.readBoolean();
        }
        phase = PHASES[Math.floorMod(in.readByte(), PHASES.length)];
        inKsoftirqd = in.readBoolean();
        restartsLeft = in.readInt();
        budget = in.readInt();
        runStartJiffies = in.readLong();
        dev = in.readByte() & 1;
        limit = in.readInt();
        work = in.readInt();
        pollStartJiffies = in.readLong();
        isRestartRequired = in.readBoolean();
        sequence = in.readLong();
        startNanos = in.readLong();
        serviceNanos = in.readLong();
        lengthBytes = in.readInt();
        softirqNanos = in.readLong();
        softirqSinceNanos = in.readLong();
    }
}
