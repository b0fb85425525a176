package headgate.softnet;

import headgate.sim.EventCalendar;
import headgate.sim.ServiceQueue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/// What one CPU does with packets: its receive softirq, `handle_softirqs` and `net_rx_action`, with
/// ksoftirqd, and the threads of NAPIs that run on it.
///
/// A run is not one call here, since packets take time: it stops whenever a packet is in service
/// and goes on when the calendar says that the service has ended.
final class NetRxAction {
    /// `MAX_SOFTIRQ_RESTART`: runs in interrupt context before ksoftirqd takes over.
    private static final int MAX_SOFTIRQ_RESTART = 10;

    /// `MAX_SOFTIRQ_TIME`, 2 ms.
    private static final int MAX_SOFTIRQ_USECS = 2000;

    private static final int NO_NAPI = -1;

    /// What the calendar's next call is about. Numbers: each event sets one, and a reference would
    /// be reported to the garbage collector each time.
    private static final class Phase {
        /// Nothing to do.
        static final int IDLE = 0;

        /// An interrupt is about to end; the softirq follows.
        static final int RAISED = 1;

        /// A driver's poll is on and has not looked at the ring yet.
        static final int POLLING = 2;

        /// A poll of the backlog is on, and a packet in service.
        static final int IN_SERVICE = 3;

        /// A driver's poll is on, and at a frame.
        static final int AT_FRAME = 4;

        /// ksoftirqd was woken and has not run yet.
        static final int KSOFTIRQD_WOKEN = 5;

        static final int COUNT = 6;
    }

    private final ReceivePath path;
    private final EventCalendar calendar;
    private final TickCount jiffies;
    private final PathCounters counters;
    private final PathStages stages;
    private final RxListener listener;
    private final SoftnetData softnetData;
    private final NapiList pollList = new NapiList(1);

    /// What this run still has to poll, and what used its whole weight in it.
    private final NapiList list = new NapiList(1);

    private final NapiList repoll = new NapiList(1);

    /// NAPIs whose threads can run.
    private final NapiList threads = new NapiList(1);

    private NetCoreSysctls sysctls;
    private SoftnetCosts costs;

    /// `netdev_budget_usecs` and `MAX_SOFTIRQ_TIME` in ticks.
    private long budgetJiffies;

    private long softirqJiffies;

    private int phase = Phase.IDLE;
    private boolean inKsoftirqd;

    /// Whether the poll that is on is a thread's.
    private boolean inThread;

    private int restartsLeft;
    private long softirqEndJiffies;
    private int budget;
    private long timeLimitJiffies;

    /// When the work ends that a poll has just begun; [EventCalendar#NEVER] between events.
    private long workEndNanos = EventCalendar.NEVER;

    private int napi = NO_NAPI;
    private int quota;
    private int work;

    private long sequence;
    private int lengthBytes;
    private long startNanos;
    private long serviceNanos;

    /// Of a frame in a driver's poll: the CPU that RPS hands it to, and what that CPU has to know.
    private int rpsCpu = ReceivePath.NO_CPU;

    private int flowHash;
    private long arrivalNanos;

    /// Time in softirq in the current interval, up to [#softirqSinceNanos] if one is on.
    private long softirqNanos;

    private long softirqSinceNanos;

    NetRxAction(ReceivePath path, SoftnetData softnetData) {
        this.path = path;
        this.softnetData = softnetData;
        calendar = path.calendar();
        jiffies = path.jiffies();
        counters = path.counters();
        stages = path.stages();
        listener = path.listener();
        adopt(path.profile());
    }

    void adopt(SoftnetProfile profile) {
        sysctls = profile.sysctls();
        costs = profile.costs();
        budgetJiffies = profile.cpus().usecsToJiffies(sysctls.netdevBudgetUsecs());
        softirqJiffies = profile.cpus().usecsToJiffies(MAX_SOFTIRQ_USECS);
    }

    /// Puts a queue of an interface among the NAPIs that this CPU polls.
    void add(DriverNapi queue) {
        softnetData.add(queue);
        for (NapiList each : List.of(pollList, list, repoll, threads)) {
            each.makeRoom();
        }
    }

    private boolean isPolling() {
        return phase == Phase.IN_SERVICE || phase == Phase.AT_FRAME || phase == Phase.POLLING;
    }

    /// `____napi_schedule` on this CPU.
    void napiSchedule(int index) {
        pollList.add(index);
    }

    /// A NAPI goes on although its poll found the end, for it missed an interrupt (RP-55).
    void napiReschedule(int index, boolean isThreaded) {
        (isThreaded ? threads : pollList).add(index);
    }

    /// RP-33: a pending softirq runs when the interrupt on this CPU ends, also one that waits for
    /// ksoftirqd.
    void raiseSoftirq(long nowNanos) {
        long due = nowNanos + costs.irqNanos();
        if (phase == Phase.IDLE
                || phase == Phase.KSOFTIRQD_WOKEN && due < calendar.dueNanos(softnetData.cpu)) {
            phase = Phase.RAISED;
            calendar.at(softnetData.cpu, due);
        }
    }

    /// RP-54: an interrupt takes its time from the poll that is on.
    void interrupt(long nowNanos) {
        if (!isPolling()) {
            return;
        }
        long irqNanos = costs.irqNanos();
        calendar.at(softnetData.cpu, calendar.dueNanos(softnetData.cpu) + irqNanos);
        if (phase == Phase.IN_SERVICE || phase == Phase.AT_FRAME && rpsCpu == ReceivePath.NO_CPU) {
            serviceNanos += irqNanos;
        }
    }

    /// RP-57: the thread of a NAPI can run.
    void threadWoken(int index, long nowNanos) {
        threads.add(index);
        if (phase == Phase.KSOFTIRQD_WOKEN) {
            calendar.cancel(softnetData.cpu);
            phase = Phase.IDLE;
        }
        if (phase == Phase.IDLE) {
            runThread(nowNanos);
            scheduleWorkEnd();
        }
    }

    /// RP-17: `rps_trigger_softirq` and the end of that interrupt. The costs of it were paid on the
    /// way.
    void rpsTriggerSoftirq(long nowNanos) {
        softnetData.receivedRps++;
        napiSchedule(SoftnetData.BACKLOG);
        if (phase == Phase.IDLE || phase == Phase.KSOFTIRQD_WOKEN) {
            handleSoftirqs(nowNanos, false);
            scheduleWorkEnd();
        }
    }

    /// RP-16: `napi_schedule_rps` for another CPU. The softirq of this one sends the interrupt: at
    /// once if this CPU is free, else when its run ends or its next backlog poll begins.
    void napiScheduleRps(int targetCpu, long nowNanos) {
        softnetData.rpsIpiList |= 1L << targetCpu;
        if (phase == Phase.IDLE) {
            counters.netRxRuns++;
            netRpsActionAndIrqEnable(nowNanos);
        } else {
            raiseSoftirq(nowNanos);
        }
    }

    /// The calendar's call. A poll goes on for as long as nothing else happens on the host.
    void proceed(long nowNanos) {
        long now = nowNanos;
        do {
            workEndNanos = EventCalendar.NEVER;
            takeStep(now);
            now = workEndNanos;
        } while (now != EventCalendar.NEVER && calendar.passOnTo(now));
        scheduleWorkEnd();
    }

    private void scheduleWorkEnd() {
        if (workEndNanos != EventCalendar.NEVER) {
            calendar.at(softnetData.cpu, workEndNanos);
            workEndNanos = EventCalendar.NEVER;
        }
    }

    private void takeStep(long nowNanos) {
        switch (phase) {
            case Phase.IN_SERVICE -> serviceEnded(nowNanos);
            case Phase.AT_FRAME -> frameDone(nowNanos);
            case Phase.POLLING -> lookAtRing(nowNanos);
            case Phase.RAISED -> handleSoftirqs(nowNanos, false);
            case Phase.KSOFTIRQD_WOKEN -> handleSoftirqs(nowNanos, true);
            default -> throw new IllegalStateException("an idle CPU has nothing due");
        }
    }

    long softirqNanos(long nowNanos) {
        return softirqNanos + (isPolling() ? nowNanos - softirqSinceNanos : 0);
    }

    void startInterval(long nowNanos) {
        softirqNanos = 0;
        softirqSinceNanos = nowNanos;
    }

    private void handleSoftirqs(long nowNanos, boolean byKsoftirqd) {
        inKsoftirqd = byKsoftirqd;
        restartsLeft = MAX_SOFTIRQ_RESTART;
        softirqEndJiffies = jiffies.at(nowNanos) + softirqJiffies;
        softirqSinceNanos = nowNanos;
        netRxAction(nowNanos);
    }

    private void netRxAction(long nowNanos) {
        counters.netRxRuns++;
        counters.ksoftirqdRuns += inKsoftirqd ? 1 : 0;
        timeLimitJiffies = jiffies.at(nowNanos) + budgetJiffies;
        budget = sysctls.netdevBudget();
        list.takeAll(pollList);
        pollAll(nowNanos);
    }

    /// RP-24: each NAPI gets one poll in a run, whatever is left of the budget.
    private void pollAll(long nowNanos) {
        while (takeNapi()) {
            startPoll(nowNanos);
            if (takesTimeToLook(nowNanos) || serveNext(nowNanos)) {
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
        softnetData.napis[napi].startPoll(sysctls.devWeight());
    }

    /// Whether the poll begins with work that does not depend on what is in the ring.
    private boolean takesTimeToLook(long nowNanos) {
        long pollNanos = costs.pollNanos();
        if (napi == SoftnetData.BACKLOG || pollNanos == 0) {
            return false;
        }
        phase = Phase.POLLING;
        workEndNanos = nowNanos + pollNanos;
        return true;
    }

    private void lookAtRing(long nowNanos) {
        if (!takeFrame(nowNanos)) {
            goOn(nowNanos);
        }
    }

    /// Takes up the next packet of the current poll; false if there is none.
    private boolean serveNext(long nowNanos) {
        return napi == SoftnetData.BACKLOG ? takePacket(nowNanos) : takeFrame(nowNanos);
    }

    private boolean takePacket(long nowNanos) {
        if (!softnetData.backlog.hasNext(nowNanos)) {
            return false;
        }
        ServiceQueue queue = softnetData.processQueue;
        takeHead(queue);
        startNanos = nowNanos;
        softnetData.processed++;
        stages.onPacket(
                queue.headFirstNanos(), queue.headSinceNanos(), softnetData.spliceNanos, nowNanos);
        queue.removeHead();
        phase = Phase.IN_SERVICE;
        workEndNanos = nowNanos + serviceNanos + costs.gapNanos();
        return true;
    }

    private void takeHead(ServiceQueue queue) {
        sequence = queue.headSequence();
        serviceNanos = queue.headServiceNanos();
        lengthBytes = queue.headLengthBytes();
    }

    private void serviceEnded(long nowNanos) {
        work++;
        counters.processed++;
        softnetData.processDepth.change(softnetData.processQueue.length(), nowNanos);
        deliver();
        if (work >= quota || !takePacket(nowNanos)) {
            goOn(nowNanos);
        }
    }

    /// RP-58: a driver's poll takes a frame from its ring; its descriptor is free again.
    private boolean takeFrame(long nowNanos) {
        var queue = (DriverNapi) softnetData.napis[napi];
        if (!queue.hasNext(work, nowNanos)) {
            return false;
        }
        ServiceQueue ring = queue.ring;
        takeHead(ring);
        counters.napiTaken++;
        flowHash = ring.headFlowHash();
        arrivalNanos = ring.headFirstNanos();
        ring.removeHead();
        queue.ringDepth.change(ring.length(), nowNanos);
        softnetData.napiDepth.change(1, nowNanos);
        stages.onFrame(arrivalNanos, nowNanos);
        startNanos = nowNanos + costs.driverNanos();
        long due = startNanos;
        rpsCpu = queue.nic.getRpsCpu(flowHash);
        if (rpsCpu == ReceivePath.NO_CPU) {
            softnetData.processed++;
            stages.waits.add(startNanos - arrivalNanos);
            due += serviceNanos;
        }
        phase = Phase.AT_FRAME;
        workEndNanos = due;
        return true;
    }

    private void frameDone(long nowNanos) {
        work++;
        counters.napiDone++;
        if (rpsCpu == ReceivePath.NO_CPU) {
            deliver();
        } else {
            path.enqueueToBacklog(
                    softnetData.cpu,
                    rpsCpu,
                    sequence,
                    arrivalNanos,
                    nowNanos,
                    flowHash,
                    serviceNanos,
                    lengthBytes);
        }
        if (work >= quota || !takeFrame(nowNanos)) {
            softnetData.napiDepth.change(0, nowNanos);
            goOn(nowNanos);
        }
    }

    private void deliver() {
        counters.delivered++;
        listener.delivered(
                sequence, lengthBytes, startNanos, startNanos + serviceNanos, softnetData.cpu);
    }

    /// The poll is over.
    private void goOn(long nowNanos) {
        if (inThread) {
            endThreadPoll(nowNanos);
        } else if (endPoll(nowNanos)) {
            endRun(nowNanos);
        } else {
            pollAll(nowNanos);
        }
    }

    /// RP-57: `napi_threaded_poll_loop`: one poll, then whatever softirq has become pending.
    private void runThread(long nowNanos) {
        if (threads.isEmpty()) {
            return;
        }
        napi = threads.removeHead();
        inThread = true;
        softirqSinceNanos = nowNanos;
        startPoll(nowNanos);
        if (!takesTimeToLook(nowNanos) && !serveNext(nowNanos)) {
            endThreadPoll(nowNanos);
        }
    }

    private void endThreadPoll(long nowNanos) {
        countPoll(nowNanos);
        if (work >= quota) {
            threads.add(napi);
        }
        napi = NO_NAPI;
        inThread = false;
        netRpsActionAndIrqEnable(nowNanos);
        leaveSoftirq(nowNanos, Phase.IDLE);
        if (pollList.isEmpty()) {
            runThread(nowNanos);
        } else {
            handleSoftirqs(nowNanos, false);
        }
    }

    private void countPoll(long nowNanos) {
        counters.polls++;
        counters.work += work;
        listener.polled(softnetData.cpu, nowNanos, work, inKsoftirqd);
    }

    /// RP-25, RP-26: true if the run has to end, which is asked after a poll, also when nothing is
    /// left to poll.
    private boolean endPoll(long nowNanos) {
        countPoll(nowNanos);
        budget -= work;
        if (work >= quota) {
            repoll.add(napi);
        }
        napi = NO_NAPI;
        if (budget <= 0 || jiffies.at(nowNanos) >= timeLimitJiffies) {
            softnetData.timeSqueeze++;
            counters.timeSqueeze++;
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
        if (!pollList.isEmpty() && jiffies.at(nowNanos) < softirqEndJiffies && --restartsLeft > 0) {
            netRxAction(nowNanos);
            return;
        }
        boolean wasKsoftirqd = inKsoftirqd;
        inKsoftirqd = false;
        leaveSoftirq(nowNanos, Phase.IDLE);
        if (!threads.isEmpty()) {
            runThread(nowNanos);
        } else if (pollList.isEmpty()) {
            return;
        } else if (wasKsoftirqd) {
            handleSoftirqs(nowNanos, true);
        } else {
            wakeupSoftirqd(nowNanos);
        }
    }

    /// RP-31.
    private void wakeupSoftirqd(long nowNanos) {
        phase = Phase.KSOFTIRQD_WOKEN;
        calendar.at(softnetData.cpu, nowNanos + costs.ksoftirqdNanos());
    }

    private void leaveSoftirq(long nowNanos, int next) {
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
        threads.save(out);
        out.writeByte(phase);
        out.writeBoolean(inKsoftirqd);
        out.writeBoolean(inThread);
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
        out.writeInt(rpsCpu);
        out.writeInt(flowHash);
        out.writeLong(arrivalNanos);
        out.writeLong(softirqNanos);
        out.writeLong(softirqSinceNanos);
    }

    void restore(DataInput in) throws IOException {
        pollList.restore(in);
        list.restore(in);
        repoll.restore(in);
        threads.restore(in);
        phase = Math.floorMod(in.readByte(), Phase.COUNT);
        inKsoftirqd = in.readBoolean();
        inThread = in.readBoolean();
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
        rpsCpu = Math.clamp(in.readInt(), ReceivePath.NO_CPU, path.profile().cpus().count() - 1);
        flowHash = in.readInt();
        arrivalNanos = in.readLong();
        softirqNanos = in.readLong();
        softirqSinceNanos = in.readLong();
    }
}
