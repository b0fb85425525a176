package headgate.softnet;

import headgate.sim.EventCalendar;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The receive path of one host under one [SoftnetProfile]: the rings and NAPIs of its interfaces,
/// or `netif_rx`, the backlog of each CPU, and the softirq that empties all of them, on the time of
/// the traffic.
///
/// Arrivals go in by [#offer] in order of time; what happens to them comes out through the
/// [RxListener] and, in sums, through [#drain] and [#softnetStat]. The same calls always give the
/// same answers. Not for several threads at once.
///
/// ```
/// offer ─► ring ─► driver's NAPI ─┬────────────────────────────────────────► protocol layer
///   │        │ full:              │ RPS                                            ▲
///   │        ▼ RX_MISSED_ERRORS   ▼                                                │
///   └─ netif_rx (no ring) ─► input_pkt_queue ═splice═► process_queue ──────────────┘
///                                 │ full: CPU_BACKLOG     (net_rx_action, process_backlog)
/// ```
public final class ReceivePath implements QueueLayer {
    static final int STATE_TAG = 0;

    /// Latest time that the path knows; later arrivals are put there and counted as clamped. Leaves
    /// room for what is still queued then.
    public static final long MAX_TIME = Long.MAX_VALUE / 2;

    static final int NO_CPU = -1;

    private static final int STATE_VERSION = 6;

    private final RxListener listener;
    private final SoftnetData[] softnetData;
    private final NetRxAction[] netRxActions;
    private Nic[] nics = {};

    /// Those of all interfaces.
    private DriverNapi[] queues = {};

    /// Slot n is what CPU n does next, slot count + n the interrupt on its way to it; then each
    /// queue has two, see [DriverNapi#irqSlot].
    private final EventCalendar calendar;

    private final TickCount jiffies;
    private final PathCounters counters = new PathCounters();
    private final PathStages stages;
    private SoftnetProfile profile;
    private boolean hasStarted;
    private long intervalStartNanos;

    public ReceivePath(SoftnetProfile profile, RxListener listener) {
        this.profile = profile;
        this.listener = listener;
        int count = profile.cpus().count();
        jiffies = new TickCount(profile.cpus());
        calendar = new EventCalendar(2 * count);
        softnetData = new SoftnetData[count];
        netRxActions = new NetRxAction[count];
        for (int cpu = 0; cpu < count; cpu++) {
            softnetData[cpu] = new SoftnetData(cpu, profile.sysctls());
        }
        stages = new PathStages(counters, softnetData);
        for (int cpu = 0; cpu < count; cpu++) {
            netRxActions[cpu] = new NetRxAction(this, softnetData[cpu]);
        }
        profile.netInterfaces().forEach(this::add);
    }

    private void add(NetInterface device) {
        var nic = new Nic(this, device, 2 * softnetData.length + 2 * queues.length);
        DriverNapi[] added = nic.queues();
        for (DriverNapi queue : added) {
            netRxActions[queue.pollCpu].add(queue);
        }
        nics = Stream.concat(Stream.of(nics), Stream.of(nic)).toArray(Nic[]::new);
        queues = Stream.of(queues, added).flatMap(Stream::of).toArray(DriverNapi[]::new);
        calendar.addSlots(2 * added.length);
    }

    @Override
    public SoftnetProfile profile() {
        return profile;
    }

    /// Whether a running host can take these settings on: it keeps its kernel, CPUs, interfaces,
    /// queues, who polls them, and who captures. Further interfaces may come behind those it has.
    @Override
    public boolean canAdopt(SoftnetProfile other) {
        return other.kernel() == profile.kernel()
                && other.cpus().count() == profile.cpus().count()
                && canBecome(profile.netInterfaces(), other.netInterfaces())
                && other.tap().equals(profile.tap());
    }

    private static boolean canBecome(List<NetInterface> ours, List<NetInterface> others) {
        return ours.size() <= others.size()
                && IntStream.range(0, ours.size())
                        .allMatch(i -> ours.get(i).canBecome(others.get(i)));
    }

    /// Changes the settings of the running host, as `sysctl -w` and `ethtool` do; what is queued
    /// stays. A new `dev_weight` works from the poll after the next one (RP-23).
    ///
    /// @throws IllegalArgumentException unless [#canAdopt]
    @Override
    public void adopt(SoftnetProfile newProfile) {
        if (!canAdopt(newProfile)) {
            throw new IllegalArgumentException(
                    "a running host keeps its CPUs, interfaces, queues, who polls them and who"
                            + " captures: "
                            + newProfile.differenceFrom(profile));
        }
        profile = newProfile;
        jiffies.adopt(newProfile.cpus());
        List<NetInterface> interfaces = newProfile.netInterfaces();
        for (int i = 0; i < nics.length; i++) {
            nics[i].adopt(interfaces.get(i));
        }
        interfaces.subList(nics.length, interfaces.size()).forEach(this::add);
        for (NetRxAction cpu : netRxActions) {
            cpu.adopt(newProfile);
        }
        for (SoftnetData cpu : softnetData) {
            cpu.setFlowLimit(newProfile.sysctls());
        }
    }

    @Override
    public void offer(
            long sequence,
            long arrivalNanos,
            int lengthBytes,
            int flowHash,
            long serviceNanos,
            int interfaceIndex) {
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
        long service = Math.clamp(serviceNanos, 0, SoftnetCosts.MAX);
        Nic nic =
                nics[nics.length == 1 ? 0 : Integer.remainderUnsigned(interfaceIndex, nics.length)];
        if (nic.hasRings()) {
            nic.receive(sequence, now, lengthBytes, flowHash, service);
            return;
        }
        int cpu = nic.netifRxCpu();
        int targetCpu = nic.getRpsCpu(flowHash);
        enqueueToBacklog(
                cpu,
                targetCpu == NO_CPU ? cpu : targetCpu,
                sequence,
                now,
                now,
                flowHash,
                service,
                lengthBytes);
    }

    /// Lets everything happen that is due up to that time.
    @Override
    public void runUntil(long nanos) {
        int cpus = netRxActions.length;
        for (int slot = calendar.takeUntil(nanos);
                slot != EventCalendar.NO_SLOT;
                slot = calendar.takeUntil(nanos)) {
            long now = calendar.nowNanos();
            if (slot < cpus) {
                netRxActions[slot].proceed(now);
            } else if (slot >= 2 * cpus) {
                proceed(slot - 2 * cpus, now);
            } else {
                netRxActions[slot - cpus].rpsTriggerSoftirq(now);
            }
        }
    }

    /// @param slot of the queues' slots, from 0
    private void proceed(int slot, long nowNanos) {
        DriverNapi queue = queues[slot >> 1];
        if ((slot & 1) == 0) {
            queue.nic.interrupt(queue, nowNanos);
        } else {
            queue.nic.timerExpired(queue, nowNanos);
        }
    }

    /// Lets everything happen that the arrivals so far lead to.
    ///
    /// @return when the last of it happened
    @Override
    public long runUntilIdle() {
        while (calendar.nextDueNanos() != EventCalendar.NEVER) {
            runUntil(calendar.nextDueNanos());
        }
        return calendar.nowNanos();
    }

    @Override
    public SoftnetStat softnetStat(int cpu) {
        return softnetData[cpu].stat();
    }

    /// What happened since the last call, up to `endNanos`; the next interval starts there.
    ///
    /// @param endNanos taken as the latest arrival's time if it lies before that
    @Override
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
        stages.reset();
        for (DriverNapi queue : queues) {
            queue.ringDepth.startInterval(nowNanos);
        }
        for (int cpu = 0; cpu < softnetData.length; cpu++) {
            softnetData[cpu].startInterval(nowNanos);
            netRxActions[cpu].startInterval(nowNanos);
        }
    }

    /// RP-10 to RP-14.
    ///
    /// @param cpu which enqueues
    /// @param arrivalNanos when the frame came to the host
    void enqueueToBacklog(
            int cpu,
            int targetCpu,
            long sequence,
            long arrivalNanos,
            long nowNanos,
            int flowHash,
            long serviceNanos,
            int lengthBytes) {
        counters.enqueued++;
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
        // A backlog that is not scheduled has an empty queue: it left only when it had served all.
        if (!target.backlog.scheduled) {
            target.backlog.scheduled = true;
            schedule(cpu, targetCpu, nowNanos);
        }
        target.enqueue(sequence, arrivalNanos, nowNanos, serviceNanos, lengthBytes);
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
            netRxActions[cpu].raiseSoftirq(nowNanos);
        } else {
            netRxActions[cpu].napiScheduleRps(targetCpu, nowNanos);
        }
    }

    void drop(long sequence, long nowNanos, int cpu, DropReason reason) {
        counters.dropped[reason.ordinal()]++;
        listener.dropped(sequence, nowNanos, cpu, reason);
    }

    void sendIpi(int cpu, long nowNanos) {
        counters.ipis++;
        calendar.at(softnetData.length + cpu, nowNanos + profile.costs().wakeupNanos());
    }

    EventCalendar calendar() {
        return calendar;
    }

    TickCount jiffies() {
        return jiffies;
    }

    PathCounters counters() {
        return counters;
    }

    PathStages stages() {
        return stages;
    }

    NetRxAction netRxAction(int cpu) {
        return netRxActions[cpu];
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
        List<StageStats> inOrder = stages.stats(profile, queues, intervalStartNanos, endNanos);
        return new PathStats(
                profile.name(),
                intervalStartNanos,
                endNanos,
                counters.offered,
                counters.delivered,
                inOrder.stream().mapToLong(StageStats::droppedPackets).sum(),
                inOrder.stream().mapToLong(StageStats::depthLast).sum(),
                inOrder,
                WaitQuantiles.of(stages.waits),
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

    /// Writes everything that the future depends on; [#restore] goes on from there as if nothing
    /// had happened.
    @Override
    public void save(DataOutput out) throws IOException {
        out.writeByte(STATE_TAG);
        out.writeInt(STATE_VERSION);
        saveProfile(profile, out);
        out.writeBoolean(hasStarted);
        out.writeLong(intervalStartNanos);
        calendar.save(out);
        counters.save(out);
        stages.save(out);
        for (DriverNapi queue : queues) {
            queue.save(out);
        }
        for (int cpu = 0; cpu < softnetData.length; cpu++) {
            softnetData[cpu].save(out);
            netRxActions[cpu].save(out);
        }
    }

    /// Reads what follows the tag.
    ///
    /// @throws IOException if this is not what [#save] wrote
    static ReceivePath restore(RxListener listener, DataInput in) throws IOException {
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
        path.stages.restore(in);
        for (DriverNapi queue : path.queues) {
            queue.restore(in);
        }
        for (int cpu = 0; cpu < path.softnetData.length; cpu++) {
            path.softnetData[cpu].restore(in);
            path.netRxActions[cpu].restore(in);
        }
        return path;
    }

    static void saveProfile(SoftnetProfile profile, DataOutput out) throws IOException {
        Map<String, String> settings = profile.settings();
        out.writeUTF(profile.name());
        out.writeInt(settings.size());
        for (var setting : settings.entrySet()) {
            out.writeUTF(setting.getKey());
            out.writeUTF(setting.getValue());
        }
    }

    static SoftnetProfile restoreProfile(DataInput in) throws IOException {
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
}
