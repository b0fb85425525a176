package headgate.softnet;

import headgate.sim.ServiceQueue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The receive softirq of one CPU: `handle_softirqs` and `net_rx_action`, with ksoftirqd.
///
/// A run is not one call here, since packets take time: it stops whenever a packet is in service
/// and goes on when the calendar says that the service has ended.
final class NetRxAction {
    /// `MAX_SOFTIRQ_RESTART`: runs in interrupt context before ksoftirqd takes over.
    private static final int MAX_SOFTIRQ_RESTART = 10;

    /// `MAX_SOFTIRQ_TIME`, 2 ms.
    private static final int MAX_SOFTIRQ_USECS = 2000;

    private static final int NO_NAPI = -1;

    private enum Phase {
        /// Nothing to do.
        IDLE,
        /// An interrupt is about to end; the softirq follows.
        RAISED,
        /// A run is on, and a packet in service.
        IN_SERVICE,
        /// ksoftirqd was woken and has not run yet.
        KSOFTIRQD_WOKEN
    }

    private static final Phase[] PHASES = Phase.values();

    private final ReceivePath path;
    private final SoftnetData softnetData;
    private final NapiList pollList;

    /// What this run still has to poll, and what used its whole weight in it.
    private final NapiList list;

    private final NapiList repoll;

    private Phase phase = Phase.IDLE;
    private boolean inKsoftirqd;
    private int restartsLeft;
    private long softirqEndJiffies;
    private int budget;
    private long timeLimitJiffies;

    private int napi = NO_NAPI;
    private int quota;
    private int work;

    private long sequence;
    private int lengthBytes;
    private long startNanos;
    private long serviceNanos;

    /// Time in softirq in the current interval, up to [#softirqSinceNanos] if one is on.
    private long softirqNanos;

    private long softirqSinceNanos;

    NetRxAction(ReceivePath path, SoftnetData softnetData) {
        this.path = path;
        this.softnetData = softnetData;
        pollList = new NapiList(softnetData.napis.length);
        list = new NapiList(softnetData.napis.length);
        repoll = new NapiList(softnetData.napis.length);
    }

    /// Whether a packet is in service on this CPU.
    boolean isInService() {
        return phase == Phase.IN_SERVICE;
    }

    /// `____napi_schedule` on this CPU.
    void napiSchedule(int index) {
        pollList.add(index);
    }

    /// RP-19, RP-33: an interrupt on this CPU ends. A pending softirq runs now, also one that waits
    /// for ksoftirqd.
    void irqExit(long nowNanos) {
        long due = nowNanos + path.profile().costs().irqNanos();
        if (phase == Phase.IDLE
                || phase == Phase.KSOFTIRQD_WOKEN
                        && due < path.calendar().dueNanos(softnetData.cpu)) {
            phase = Phase.RAISED;
            path.calendar().at(softnetData.cpu, due);
        }
    }

    /// RP-17: `rps_trigger_softirq` and the end of that interrupt. The costs of it were paid on the
    /// way.
    void rpsTriggerSoftirq(long nowNanos) {
        softnetData.receivedRps++;
        napiSchedule(SoftnetData.BACKLOG);
        if (phase == Phase.IDLE || phase == Phase.KSOFTIRQD_WOKEN) {
            handleSoftirqs(nowNanos, false);
        }
    }

    /// RP-16: `napi_schedule_rps` for another CPU. The softirq of this one sends the interrupt: at
    /// once if this CPU is free, else when its run ends or its next backlog poll begins.
    void napiScheduleRps(int targetCpu, long nowNanos) {
        softnetData.rpsIpiList |= 1L << targetCpu;
        if (phase == Phase.IDLE) {
            path.counters().netRxRuns++;
            netRpsActionAndIrqEnable(nowNanos);
        } else {
            irqExit(nowNanos);
        }
    }

    /// The calendar's call.
    void proceed(long nowNanos) {
        switch (phase) {
            case RAISED -> handleSoftirqs(nowNanos, false);
            case KSOFTIRQD_WOKEN -> handleSoftirqs(nowNanos, true);
            case IN_SERVICE -> serviceEnded(nowNanos);
            case IDLE -> throw new IllegalStateException("an idle CPU has nothing due");
        }
    }

    long softirqNanos(long nowNanos) {
        return softirqNanos + (isInService() ? nowNanos - softirqSinceNanos : 0);
    }

    void startInterval(long nowNanos) {
        softirqNanos = 0;
        softirqSinceNanos = nowNanos;
    }

    private void handleSoftirqs(long nowNanos, boolean byKsoftirqd) {
        SoftnetCpus cpus = path.profile().cpus();
        inKsoftirqd = byKsoftirqd;
        restartsLeft = MAX_SOFTIRQ_RESTART;
        softirqEndJiffies = cpus.jiffies(nowNanos) + cpus.usecsToJiffies(MAX_SOFTIRQ_USECS);
        softirqSinceNanos = nowNanos;
        netRxAction(nowNanos);
    }

    private void netRxAction(long nowNanos) {
        NetCoreSysctls sysctls = path.profile().sysctls();
        SoftnetCpus cpus = path.profile().cpus();
        path.counters().netRxRuns++;
        path.counters().ksoftirqdRuns += inKsoftirqd ? 1 : 0;
        timeLimitJiffies =
                cpus.jiffies(nowNanos) + cpus.usecsToJiffies(sysctls.netdevBudgetUsecs());
        budget = sysctls.netdevBudget();
        list.takeAll(pollList);
        pollAll(nowNanos);
    }

    /// RP-24: each NAPI gets one poll in a run, whatever is left of the budget.
    private void pollAll(long nowNanos) {
        while (takeNapi()) {
            startPoll(nowNanos);
            if (serveNext(nowNanos)) {
                return;
            }
            if (endPoll(nowNanos)) {
                break;
            }
        }
        endRun(nowNanos);
    }

    private boolean takeNapi() {
        if (list.isEmpty() && repoll.isEmpty()) {
            list.takeAll(pollList);
        }
        if (list.isEmpty()) {
            return false;
        }
        napi = list.removeHead();
        return true;
    }

    /// RP-23: the weight is read before the poll stores the new one.
    private void startPoll(long nowNanos) {
        quota = softnetData.napis[napi].weight;
        work = 0;
        if (softnetData.rpsIpiList != 0 && napi == SoftnetData.BACKLOG) {
            netRpsActionAndIrqEnable(nowNanos);
        }
        softnetData.napis[napi].startPoll(path.profile().sysctls().devWeight());
    }

    /// Takes up the next packet of the current poll; false if there is none.
    private boolean serveNext(long nowNanos) {
        ServiceQueue queue = softnetData.napis[napi].next(nowNanos);
        if (queue == null) {
            return false;
        }
        sequence = queue.headSequence();
        serviceNanos = queue.headServiceNanos();
        startNanos = nowNanos;
        lengthBytes = queue.headLengthBytes();
        path.countWaiting(
                queue.headFirstNanos(), queue.headSinceNanos(), softnetData.spliceNanos, nowNanos);
        queue.removeHead();
        softnetData.processed++;
        phase = Phase.IN_SERVICE;
        path.calendar()
                .at(softnetData.cpu, nowNanos + serviceNanos + path.profile().costs().gapNanos());
        return true;
    }

    private void serviceEnded(long nowNanos) {
        work++;
        path.counters().delivered++;
        softnetData.processDepth.change(softnetData.processQueue.length(), nowNanos);
        path.listener()
                .delivered(
                        sequence,
                        lengthBytes,
                        startNanos,
                        startNanos + serviceNanos,
                        softnetData.cpu);
        if (work < quota && serveNext(nowNanos)) {
            return;
        }
        if (endPoll(nowNanos)) {
            endRun(nowNanos);
        } else {
            pollAll(nowNanos);
        }
    }

    /// RP-25, RP-26: true if the run has to end, which is asked after a poll, also when nothing is
    /// left to poll.
    private boolean endPoll(long nowNanos) {
        path.counters().polls++;
        path.counters().work += work;
        path.listener().polled(softnetData.cpu, nowNanos, work, inKsoftirqd);
        budget -= work;
        if (work >= quota) {
            repoll.add(napi);
        }
        napi = NO_NAPI;
        if (budget <= 0 || path.profile().cpus().jiffies(nowNanos) >= timeLimitJiffies) {
            softnetData.timeSqueeze++;
            path.counters().timeSqueeze++;
            return true;
        }
        return false;
    }

    /// RP-27: what was not polled comes first, then what was scheduled meanwhile, then what used
    /// its weight.
    private void endRun(long nowNanos) {
        list.takeAll(pollList);
        list.takeAll(repoll);
        pollList.takeAll(list);
        netRpsActionAndIrqEnable(nowNanos);
        if (pollList.isEmpty()) {
            leaveSoftirq(nowNanos, Phase.IDLE);
        } else if (path.profile().cpus().jiffies(nowNanos) < softirqEndJiffies
                && --restartsLeft > 0) {
            netRxAction(nowNanos);
        } else if (inKsoftirqd) {
            leaveSoftirq(nowNanos, Phase.IDLE);
            handleSoftirqs(nowNanos, true);
        } else {
            wakeupSoftirqd(nowNanos);
        }
    }

    /// RP-31.
    private void wakeupSoftirqd(long nowNanos) {
        leaveSoftirq(nowNanos, Phase.KSOFTIRQD_WOKEN);
        path.calendar().at(softnetData.cpu, nowNanos + path.profile().costs().ksoftirqdNanos());
    }

    private void leaveSoftirq(long nowNanos, Phase next) {
        softirqNanos += nowNanos - softirqSinceNanos;
        softirqSinceNanos = nowNanos;
        phase = next;
    }

    /// `net_rps_action_and_irq_enable`: interrupts the CPUs that were given work.
    private void netRpsActionAndIrqEnable(long nowNanos) {
        while (softnetData.rpsIpiList != 0) {
            int cpu = Long.numberOfTrailingZeros(softnetData.rpsIpiList);
            softnetData.rpsIpiList &= softnetData.rpsIpiList - 1;
            path.sendIpi(cpu, nowNanos);
        }
    }

    void save(DataOutput out) throws IOException {
        pollList.save(out);
        list.save(out);
        repoll.save(out);
        out.writeByte(phase.ordinal());
        out.writeBoolean(inKsoftirqd);
        out.writeInt(restartsLeft);
        out.writeLong(softirqEndJiffies);
        out.writeInt(budget);
        out.writeLong(timeLimitJiffies);
        out.writeInt(napi);
        out.writeInt(quota);
        out.writeInt(work);
        out.writeLong(sequence);
        out.writeInt(lengthBytes);
        out.writeLong(startNanos);
        out.writeLong(serviceNanos);
        out.writeLong(softirqNanos);
        out.writeLong(softirqSinceNanos);
    }

    void restore(DataInput in) throws IOException {
        pollList.restore(in);
        list.restore(in);
        repoll.restore(in);
        phase = PHASES[Math.floorMod(in.readByte(), PHASES.length)];
        inKsoftirqd = in.readBoolean();
        restartsLeft = in.readInt();
        softirqEndJiffies = in.readLong();
        budget = in.readInt();
        timeLimitJiffies = in.readLong();
        napi = Math.clamp(in.readInt(), NO_NAPI, softnetData.napis.length - 1);
        quota = in.readInt();
        work = in.readInt();
        sequence = in.readLong();
        lengthBytes = in.readInt();
        startNanos = in.readLong();
        serviceNanos = in.readLong();
        softirqNanos = in.readLong();
        softirqSinceNanos = in.readLong();
    }
}
