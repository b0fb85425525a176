package headgate.softnet;

import headgate.sim.EventCalendar;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/// The receive path of one host under one [SoftnetProfile]: `netif_rx`, the backlog of each CPU,
/// and the softirq that empties it, on the time of the traffic.
///
/// Arrivals go in by [#offer] in order of time; what happens to them comes out through the
/// [RxListener] and, in sums, through [#drain] and [#softnetStat]. The same calls always give the
/// same answers. Not for several threads at once.
///
/// ```
/// offer ─► input_pkt_queue ═splice═► process_queue ─► protocol layer
///              │ full: CPU_BACKLOG        (net_rx_action, process_backlog)
/// ```
public final class ReceivePath {
    /// Latest time that the path knows; later arrivals are put there and counted as clamped. Leaves
    /// room for what is still queued then.
    public static final long MAX_TIME = Long.MAX_VALUE / 2;

    /// Longest wait that quantiles tell apart: an hour in nanoseconds.
    static final long MAX_WAIT = 3_600_000_000_000L;

    private static final int STATE_VERSION = 2;

    private final RxListener listener;
    private final SoftnetData[] softnetData;
    private final NetRxAction[] netRxActions;

    /// Slot n is what CPU n does next, slot count + n the interrupt on its way to it.
    private final EventCalendar calendar;

    private final PathCounters counters = new PathCounters();
    private final Histogram waits = new Histogram(MAX_WAIT, 2);
    private final Histogram backlogWaits = new Histogram(MAX_WAIT, 2);
    private final Histogram softirqWaits = new Histogram(MAX_WAIT, 2);
    private SoftnetProfile profile;
    private int[] rpsMap;
    private boolean hasStarted;
    private long intervalStartNanos;

    public ReceivePath(SoftnetProfile profile, RxListener listener) {
        this.listener = listener;
        int count = profile.cpus().count();
        calendar = new EventCalendar(2 * count);
        softnetData = new SoftnetData[count];
        netRxActions = new NetRxAction[count];
        for (int cpu = 0; cpu < count; cpu++) {
            softnetData[cpu] = new SoftnetData(cpu, profile.sysctls());
            netRxActions[cpu] = new NetRxAction(this, softnetData[cpu]);
        }
        this.profile = profile;
        rpsMap = rpsMap(profile.cpus());
    }

    public SoftnetProfile profile() {
        return profile;
    }

    /// Changes the settings of the running host, as `sysctl -w` does; what is queued stays. A new
    /// `dev_weight` works from the poll after the next one (RP-23).
    ///
    /// @throws IllegalArgumentException if the number of CPUs differs
    public void adopt(SoftnetProfile newProfile) {
        if (newProfile.cpus().count() != profile.cpus().count()) {
            throw new IllegalArgumentException(
                    "a running host keeps its %d CPUs; the profile has %d"
                            .formatted(profile.cpus().count(), newProfile.cpus().count()));
        }
        profile = newProfile;
        rpsMap = rpsMap(newProfile.cpus());
        for (SoftnetData cpu : softnetData) {
            cpu.setFlowLimit(newProfile.sysctls());
        }
    }

    /// A frame arrives whose service takes what the profile's costs say.
    public void offer(long sequence, long arrivalNanos, int lengthBytes, int flowHash) {
        offer(
                sequence,
                arrivalNanos,
                lengthBytes,
                flowHash,
                profile.costs().serviceNanos(lengthBytes));
    }

    /// A frame arrives.
    ///
    /// @param sequence what the listener will call it; the path gives no meaning to it
    /// @param arrivalNanos not before the arrival before; a time that is, is raised to that one,
    ///   and counted (RP-3)
    /// @param flowHash chooses the CPU and the flow's share; 0 is never steered (RP-8)
    /// @param serviceNanos time in the protocol layer; held within 0 and [SoftnetCosts#MAX]
    public void offer(
            long sequence, long arrivalNanos, int lengthBytes, int flowHash, long serviceNanos) {
        long now = Math.clamp(arrivalNanos, 0, MAX_TIME);
        if (!hasStarted) {
            start(now);
        }
        if (now < calendar.nowNanos() || now != arrivalNanos) {
            counters.clampedArrivals++;
            now = Math.max(now, calendar.nowNanos());
        }
        runUntil(now);
        counters.offered++;
        enqueueToBacklog(
                sequence,
                now,
                flowHash,
                Math.clamp(serviceNanos, 0, SoftnetCosts.MAX),
                lengthBytes);
    }

    /// Lets everything happen that is due up to that time.
    public void runUntil(long nanos) {
        while (calendar.nextDueNanos() <= nanos) {
            int slot = calendar.take();
            if (slot < netRxActions.length) {
                netRxActions[slot].proceed(calendar.nowNanos());
            } else {
                netRxActions[slot - netRxActions.length].rpsTriggerSoftirq(calendar.nowNanos());
            }
        }
        calendar.advanceTo(nanos);
    }

    /// Lets everything happen that the arrivals so far lead to.
    ///
    /// @return when the last of it happened
    public long runUntilIdle() {
        while (calendar.nextDueNanos() != EventCalendar.NEVER) {
            runUntil(calendar.nextDueNanos());
        }
        return calendar.nowNanos();
    }

    public SoftnetStat softnetStat(int cpu) {
        return softnetData[cpu].stat();
    }

    /// What happened since the last call, up to `endNanos`; the next interval starts there.
    ///
    /// @param endNanos taken as the latest arrival's time if it lies before that
    public PathStats drain(long endNanos) {
        long end = Math.max(Math.min(endNanos, MAX_TIME), calendar.nowNanos());
        if (!hasStarted) {
            start(end);
        }
        runUntil(end);
        PathStats stats = stats(end);
        startInterval(end);
        return stats;
    }

    private void start(long nowNanos) {
        hasStarted = true;
        startInterval(nowNanos);
    }

    private void startInterval(long nowNanos) {
        intervalStartNanos = nowNanos;
        counters.reset();
        waits.reset();
        backlogWaits.reset();
        softirqWaits.reset();
        for (int cpu = 0; cpu < softnetData.length; cpu++) {
            softnetData[cpu].startInterval(nowNanos);
            netRxActions[cpu].startInterval(nowNanos);
        }
    }

    /// RP-6 to RP-14.
    private void enqueueToBacklog(
            long sequence, long nowNanos, int flowHash, long serviceNanos, int lengthBytes) {
        int cpu = profile.cpus().irqCpus().inTurn(0);
        int targetCpu = getRpsCpu(flowHash, cpu);
        SoftnetData target = softnetData[targetCpu];
        int netdevMaxBacklog = profile.sysctls().netdevMaxBacklog();
        if (target.isInputFull(netdevMaxBacklog)
                || isFlowLimited(cpu, target, flowHash, netdevMaxBacklog)) {
            target.dropped++;
            drop(sequence, nowNanos, targetCpu, DropReason.CPU_BACKLOG);
            return;
        }
        if (target.inputPktQueue.isFull()) {
            drop(sequence, nowNanos, targetCpu, DropReason.NOMEM);
            return;
        }
        if (target.inputPktQueue.isEmpty() && !target.backlog.scheduled) {
            target.backlog.scheduled = true;
            schedule(cpu, targetCpu, nowNanos);
        }
        target.enqueue(sequence, nowNanos, nowNanos, serviceNanos, lengthBytes);
    }

    private boolean isFlowLimited(int cpu, SoftnetData target, int flowHash, int netdevMaxBacklog) {
        boolean isLimited = softnetData[cpu].skbFlowLimit(target, flowHash, netdevMaxBacklog);
        counters.flowLimitCount += isLimited ? 1 : 0;
        return isLimited;
    }

    /// RP-15, RP-16.
    private void schedule(int cpu, int targetCpu, long nowNanos) {
        if (cpu == targetCpu) {
            netRxActions[cpu].napiSchedule(SoftnetData.BACKLOG);
            netRxActions[cpu].irqExit(nowNanos);
        } else {
            netRxActions[cpu].napiScheduleRps(targetCpu, nowNanos);
        }
    }

    private void drop(long sequence, long nowNanos, int cpu, DropReason reason) {
        counters.dropped[reason.ordinal()]++;
        listener.dropped(sequence, nowNanos, cpu, reason);
    }

    /// RP-8.
    private int getRpsCpu(int flowHash, int cpu) {
        return rpsMap.length == 0 || flowHash == 0
                ? cpu
                : rpsMap[(int) ((flowHash & 0xffff_ffffL) * rpsMap.length >>> 32)];
    }

    void sendIpi(int cpu, long nowNanos) {
        counters.ipis++;
        calendar.at(softnetData.length + cpu, nowNanos + profile.costs().wakeupNanos());
    }

    EventCalendar calendar() {
        return calendar;
    }

    PathCounters counters() {
        return counters;
    }

    /// A packet's service begins, which came to the process queue at `splicedNanos`.
    void countWaiting(long arrivalNanos, long enqueuedNanos, long splicedNanos, long nowNanos) {
        waits.recordValue(Math.min(nowNanos - arrivalNanos, MAX_WAIT));
        backlogWaits.recordValue(Math.min(splicedNanos - enqueuedNanos, MAX_WAIT));
        softirqWaits.recordValue(Math.min(nowNanos - splicedNanos, MAX_WAIT));
    }

    RxListener listener() {
        return listener;
    }

    private PathStats stats(long endNanos) {
        long softirqNanos = 0;
        int busiestCpu = 0;
        long busiestCpuNanos = 0;
        for (int cpu = 0; cpu < netRxActions.length; cpu++) {
            long nanos = netRxActions[cpu].softirqNanos(endNanos);
            softirqNanos += nanos;
            if (nanos > busiestCpuNanos) {
                busiestCpu = cpu;
                busiestCpuNanos = nanos;
            }
        }
        StageStats backlog = backlogStage(endNanos);
        StageStats softirq = softirqStage(endNanos);
        return new PathStats(
                profile.name(),
                intervalStartNanos,
                endNanos,
                counters.offered,
                counters.delivered,
                backlog.droppedPackets(),
                backlog.depthLast() + softirq.depthLast(),
                List.of(backlog, softirq),
                WaitQuantiles.of(waits),
                counters.polls,
                counters.work,
                counters.netRxRuns,
                counters.ksoftirqdRuns,
                counters.timeSqueeze,
                counters.ipis,
                counters.flowLimitCount,
                softirqNanos,
                busiestCpu,
                busiestCpuNanos,
                counters.clampedArrivals,
                counters.irqs);
    }

    private StageStats backlogStage(long endNanos) {
        long spliced = 0;
        long last = 0;
        long max = 0;
        double mean = 0;
        for (SoftnetData cpu : softnetData) {
            spliced += cpu.splicedPackets;
            last += cpu.inputDepth.last();
            max = Math.max(max, cpu.inputDepth.max());
            mean += cpu.inputDepth.mean(intervalStartNanos, endNanos);
        }
        long capacity = Integer.toUnsignedLong(profile.sysctls().netdevMaxBacklog()) + 1;
        return new StageStats(
                "backlog",
                Math.min(capacity, SoftnetData.QUEUE_LIMIT),
                counters.offered,
                spliced,
                counters.droppedByReason(),
                last,
                max,
                mean,
                WaitQuantiles.of(backlogWaits));
    }

    private StageStats softirqStage(long endNanos) {
        long spliced = 0;
        long last = 0;
        long max = 0;
        double mean = 0;
        for (SoftnetData cpu : softnetData) {
            spliced += cpu.splicedPackets;
            last += cpu.processDepth.last();
            max = Math.max(max, cpu.processDepth.max());
            mean += cpu.processDepth.mean(intervalStartNanos, endNanos);
        }
        return new StageStats(
                "softirq",
                -1,
                spliced,
                counters.delivered,
                Map.of(),
                last,
                max,
                mean,
                WaitQuantiles.of(softirqWaits));
    }

    /// Writes everything that the future depends on; [#restore] goes on from there as if nothing
    /// had happened.
    public void save(DataOutput out) throws IOException {
        out.writeInt(STATE_VERSION);
        saveProfile(out);
        out.writeBoolean(hasStarted);
        out.writeLong(intervalStartNanos);
        calendar.save(out);
        counters.save(out);
        save(waits, out);
        save(backlogWaits, out);
        save(softirqWaits, out);
        for (int cpu = 0; cpu < softnetData.length; cpu++) {
            softnetData[cpu].save(out);
            netRxActions[cpu].save(out);
        }
    }

    /// @throws IOException if this is not what [#save] wrote
    public static ReceivePath restore(RxListener listener, DataInput in) throws IOException {
        int version = in.readInt();
        if (version != STATE_VERSION) {
            throw new IOException(
                    "state of version %d; this program reads %d".formatted(version, STATE_VERSION));
        }
        var path = new ReceivePath(restoreProfile(in), listener);
        path.hasStarted = in.readBoolean();
        path.intervalStartNanos = in.readLong();
        path.calendar.restore(in);
        path.counters.restore(in);
        restore(path.waits, in);
        restore(path.backlogWaits, in);
        restore(path.softirqWaits, in);
        for (int cpu = 0; cpu < path.softnetData.length; cpu++) {
            path.softnetData[cpu].restore(in);
            path.netRxActions[cpu].restore(in);
        }
        return path;
    }

    private void saveProfile(DataOutput out) throws IOException {
        Map<String, String> settings = profile.settings();
        out.writeUTF(profile.name());
        out.writeInt(settings.size());
        for (var setting : settings.entrySet()) {
            out.writeUTF(setting.getKey());
            out.writeUTF(setting.getValue());
        }
    }

    private static SoftnetProfile restoreProfile(DataInput in) throws IOException {
        String name = in.readUTF();
        int count = in.readInt();
        var settings = new LinkedHashMap<String, String>();
        for (int i = 0; i < count; i++) {
            settings.put(in.readUTF(), in.readUTF());
        }
        try {
            return SoftnetProfile.of(name, settings);
        } catch (IllegalArgumentException e) {
            throw new IOException("state of a profile that cannot be: " + e.getMessage(), e);
        }
    }

    private static void save(Histogram waits, DataOutput out) throws IOException {
        int values = 0;
        for (HistogramIterationValue _ : waits.recordedValues()) {
            values++;
        }
        out.writeInt(values);
        for (HistogramIterationValue value : waits.recordedValues()) {
            out.writeLong(value.getValueIteratedTo());
            out.writeLong(value.getCountAtValueIteratedTo());
        }
    }

    private static void restore(Histogram waits, DataInput in) throws IOException {
        for (int values = in.readInt(); values > 0; values--) {
            long wait = Math.clamp(in.readLong(), 0, MAX_WAIT);
            waits.recordValueWithCount(wait, Math.max(0, in.readLong()));
        }
    }

    private static int[] rpsMap(SoftnetCpus cpus) {
        int[] map = new int[Long.bitCount(cpus.rpsCpus().bits())];
        int length = 0;
        for (int cpu = 0; cpu < cpus.count(); cpu++) {
            if (cpus.rpsCpus().contains(cpu)) {
                map[length++] = cpu;
            }
        }
        return map;
    }
}
