package headgate.softnet;

import headgate.sim.EventCalendar;
import headgate.sim.QueueDepth;
import headgate.sim.Waits;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// The receive path of a host with a 2.6.12 kernel and one CPU: `netif_rx` and its backlog, or the
/// ring of an e100 (`rx_queues=1`). Rules `OP-…` of `docs/receive-path.md`.
///
/// ```
/// offer ─► netif_rx ─► input_pkt_queue ─► process_backlog ─┐
///   │         │ over the bound, or throttled: CPU_BACKLOG   ├─► protocol layer
///   └─► e100 ring ─► e100_poll ────────────────────────────┘
///          │ receive unit stopped: RX_MISSED_ERRORS
/// ```
final class ReceivePath26 implements QueueLayer {
    static final int STATE_TAG = 2;

    /// The calendar's only slot.
    static final int CPU = 0;

    private static final int STATE_VERSION = 1;

    private final RxListener listener;
    private final EventCalendar calendar = new EventCalendar(1);
    private final SoftnetData26 softnetData = new SoftnetData26();
    private final NetRxAction26 netRxAction = new NetRxAction26(this);
    private final PathCounters counters = new PathCounters();
    private final Waits waits = new Waits();
    private final QueueDepth inService = new QueueDepth();
    private final E100Ring ring;
    private SoftnetProfile profile;
    private boolean hasStarted;
    private long intervalStartNanos;

    /// Packets that the CPU took up in the current interval.
    private long taken;

    ReceivePath26(SoftnetProfile profile, RxListener listener) {
        this.profile = profile;
        this.listener = listener;
        ring = new E100Ring(profile.nic().ring());
    }

    @Override
    public SoftnetProfile profile() {
        return profile;
    }

    /// A running host keeps its kernel, its interface and its ring, which e100 makes anew when it
    /// is set.
    @Override
    public boolean canAdopt(SoftnetProfile newProfile) {
        return newProfile.kernel() == profile.kernel()
                && newProfile.nic().rxQueues() == profile.nic().rxQueues()
                && newProfile.nic().ring() == profile.nic().ring()
                && newProfile.tap().equals(profile.tap());
    }

    @Override
    public void adopt(SoftnetProfile newProfile) {
        if (!canAdopt(newProfile)) {
            throw new IllegalArgumentException(
                    "a running host keeps its kernel, interface, ring and who captures: "
                            + newProfile.differenceFrom(profile));
        }
        profile = newProfile;
    }

    @Override
    public void offer(
            long sequence,
            long arrivalNanos,
            int lengthBytes,
            int flowHash,
            long serviceNanos,
            int interfaceIndex) {
        long now = Math.clamp(arrivalNanos, 0, ReceivePath.MAX_TIME);
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
        if (profile.nic().hasRings()) {
            receive(sequence, now, service, lengthBytes);
        } else {
            netifRx(sequence, now, service, lengthBytes);
        }
    }

    /// Each packet is an interrupt, refused or not.
    private void netifRx(long sequence, long nowNanos, long serviceNanos, int lengthBytes) {
        counters.irqs++;
        counters.enqueued++;
        if (!softnetData.netifRx(profile.sysctls().netdevMaxBacklog())) {
            drop(sequence, nowNanos, DropReason.CPU_BACKLOG);
        } else if (softnetData.inputPktQueue.isFull()) {
            drop(sequence, nowNanos, DropReason.NOMEM);
        } else {
            if (softnetData.inputPktQueue.isEmpty()) {
                netRxAction.netifRxSchedule(NetRxAction26.BACKLOG_DEV);
            }
            softnetData.enqueue(sequence, nowNanos, serviceNanos, lengthBytes);
        }
        netRxAction.irqExit(nowNanos);
    }

    private void receive(long sequence, long nowNanos, long serviceNanos, int lengthBytes) {
        if (ring.receive(sequence, nowNanos, serviceNanos, lengthBytes)) {
            interruptIfAsserted(nowNanos);
        } else {
            drop(sequence, nowNanos, DropReason.RX_MISSED_ERRORS);
        }
    }

    private void drop(long sequence, long nowNanos, DropReason reason) {
        counters.dropped[reason.ordinal()]++;
        listener.dropped(sequence, nowNanos, 0, reason);
    }

    void interruptIfAsserted(long nowNanos) {
        if (ring.isIrqAsserted()) {
            counters.irqs++;
            ring.intr();
            netRxAction.netifRxSchedule(NetRxAction26.E100);
            netRxAction.irqExit(nowNanos);
        }
    }

    @Override
    public void runUntil(long nanos) {
        while (calendar.takeUntil(nanos) != EventCalendar.NO_SLOT) {
            netRxAction.proceed(calendar.nowNanos());
        }
    }

    @Override
    public long runUntilIdle() {
        while (calendar.nextDueNanos() != EventCalendar.NEVER) {
            runUntil(calendar.nextDueNanos());
        }
        return calendar.nowNanos();
    }

    EventCalendar calendar() {
        return calendar;
    }

    PathCounters counters() {
        return counters;
    }

    SoftnetData26 softnetData() {
        return softnetData;
    }

    E100Ring ring() {
        return ring;
    }

    /// OP-40: `netif_receive_skb` counts a packet, also one that `netif_rx` has counted.
    void taken(long waitNanos, long nowNanos) {
        waits.add(waitNanos);
        softnetData.processed++;
        softnetData.total++;
        taken++;
        inService.change(1, nowNanos);
    }

    void served(long sequence, int lengthBytes, long startNanos, long endNanos, long nowNanos) {
        counters.delivered++;
        inService.change(0, nowNanos);
        listener.delivered(sequence, lengthBytes, startNanos, endNanos, 0);
    }

    void polled(long nowNanos, int work, boolean inKsoftirqd) {
        counters.polls++;
        counters.work += work;
        listener.polled(0, nowNanos, work, inKsoftirqd);
    }

    @Override
    public SoftnetStat26 softnetStat(int cpu) {
        return softnetData.stat();
    }

    @Override
    public PathStats drain(long endNanos) {
        long end = Math.max(Math.min(endNanos, ReceivePath.MAX_TIME), calendar.nowNanos());
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
        taken = 0;
        netRxAction.startInterval(nowNanos);
        softnetData.inputDepth.startInterval(nowNanos);
        ring.depth.startInterval(nowNanos);
        inService.startInterval(nowNanos);
    }

    private PathStats stats(long endNanos) {
        boolean hasRing = profile.nic().hasRings();
        long backlogCapacity = Integer.toUnsignedLong(profile.sysctls().netdevMaxBacklog()) + 1;
        StageStats first =
                hasRing
                        ? stage("ring", profile.nic().ring(), ring.depth, endNanos)
                        : stage(
                                "backlog",
                                Math.min(backlogCapacity, SoftnetData.QUEUE_LIMIT),
                                softnetData.inputDepth,
                                endNanos);
        StageStats second =
                new StageStats(
                        hasRing ? "napi" : "softirq",
                        1,
                        taken,
                        counters.delivered,
                        Map.of(),
                        inService.last(),
                        inService.max(),
                        inService.mean(intervalStartNanos, endNanos),
                        WaitQuantiles.NONE);
        long softirqNanos = netRxAction.softirqNanos(endNanos);
        return new PathStats(
                profile.name(),
                intervalStartNanos,
                endNanos,
                counters.offered,
                counters.delivered,
                first.droppedPackets(),
                first.depthLast() + second.depthLast(),
                List.of(first, second),
                WaitQuantiles.of(waits),
                counters.polls,
                counters.work,
                counters.netRxRuns,
                counters.ksoftirqdRuns,
                counters.timeSqueeze,
                0,
                0,
                softirqNanos,
                0,
                softirqNanos,
                counters.clampedArrivals,
                counters.irqs);
    }

    private StageStats stage(String name, long capacity, QueueDepth depth, long endNanos) {
        return new StageStats(
                name,
                capacity,
                counters.offered,
                taken,
                counters.droppedByReason(profile.nic().hasRings()),
                depth.last(),
                depth.max(),
                depth.mean(intervalStartNanos, endNanos),
                WaitQuantiles.of(waits));
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeByte(STATE_TAG);
        out.writeInt(STATE_VERSION);
        ReceivePath.saveProfile(profile, out);
        out.writeBoolean(hasStarted);
        out.writeLong(intervalStartNanos);
        out.writeLong(taken);
        calendar.save(out);
        counters.save(out);
        waits.save(out);
        inService.save(out);
        softnetData.save(out);
        ring.save(out);
        netRxAction.save(out);
    }

    /// Reads what follows the tag.
    ///
    /// @throws IOException if this is not what [#save] wrote
    static ReceivePath26 restore(RxListener listener, DataInput in) throws IOException {
        int version = in.readInt();
        if (version != STATE_VERSION) {
            throw new IOException(
                    "state of version %d; this program reads %d".formatted(version, STATE_VERSION));
        }
        var path = new ReceivePath26(ReceivePath.restoreProfile(in), listener);
        path.hasStarted = in.readBoolean();
        path.intervalStartNanos = in.readLong();
        path.taken = in.readLong();
        path.calendar.restore(in);
        path.counters.restore(in);
        path.waits.restore(in);
        path.inService.restore(in);
        path.softnetData.restore(in);
        path.ring.restore(in);
        path.netRxAction.restore(in);
        return path;
    }
}
