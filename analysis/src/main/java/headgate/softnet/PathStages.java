package headgate.softnet;

import headgate.sim.QueueDepth;
import headgate.sim.Waits;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What is told of each stage of a [ReceivePath] in the current interval (RP-41).
final class PathStages {
    private final PathCounters counters;
    private final SoftnetData[] softnetData;

    /// From arrival to the start of service in the protocol layer.
    final Waits waits = new Waits();

    private final Waits ringWaits = new Waits();
    private final Waits backlogWaits = new Waits();
    private final Waits softirqWaits = new Waits();

    PathStages(PathCounters counters, SoftnetData[] softnetData) {
        this.counters = counters;
        this.softnetData = softnetData;
    }

    /// A driver's poll takes a frame up.
    void onFrame(long arrivalNanos, long nowNanos) {
        ringWaits.add(nowNanos - arrivalNanos);
    }

    /// A packet's service from a process queue begins.
    ///
    /// @param enqueuedNanos when it came to the input queue
    /// @param splicedNanos when it came to the process queue
    void onPacket(long arrivalNanos, long enqueuedNanos, long splicedNanos, long nowNanos) {
        waits.add(nowNanos - arrivalNanos);
        backlogWaits.add(splicedNanos - enqueuedNanos);
        softirqWaits.add(nowNanos - splicedNanos);
    }

    void reset() {
        waits.reset();
        ringWaits.reset();
        backlogWaits.reset();
        softirqWaits.reset();
    }

    /// The stages that frames of this profile meet, in order.
    ///
    /// @param queues of all its interfaces
    List<StageStats> stats(
            SoftnetProfile profile, DriverNapi[] queues, long startNanos, long endNanos) {
        var stages = new ArrayList<StageStats>();
        List<NetInterface> interfaces = profile.netInterfaces();
        if (queues.length > 0) {
            stages.add(ring(interfaces, queues, startNanos, endNanos));
            stages.add(napi(startNanos, endNanos));
        }
        StageStats backlog = backlog(profile, startNanos, endNanos);
        StageStats softirq = softirq(startNanos, endNanos);
        boolean isInTheWay =
                interfaces.stream().anyMatch(it -> !it.nic().hasRings() || !it.rpsCpus().isEmpty())
                        || backlog.offered() + backlog.depthMax() + softirq.depthMax() > 0;
        if (isInTheWay) {
            stages.add(backlog);
            stages.add(softirq);
        }
        return stages;
    }

    /// Where rings are of different length, the longest is said.
    private StageStats ring(
            List<NetInterface> interfaces, DriverNapi[] queues, long startNanos, long endNanos) {
        var depth = Depth.of(Stream.of(queues).map(queue -> queue.ringDepth), startNanos, endNanos);
        return new StageStats(
                "ring",
                interfaces.stream()
                        .filter(it -> it.nic().hasRings())
                        .mapToInt(it -> it.nic().ring())
                        .max()
                        .orElseThrow(),
                counters.toRings,
                counters.napiTaken,
                counters.droppedByReason(true),
                depth.last,
                depth.max,
                depth.mean,
                WaitQuantiles.of(ringWaits));
    }

    private StageStats napi(long startNanos, long endNanos) {
        var depth =
                Depth.of(Stream.of(softnetData).map(cpu -> cpu.napiDepth), startNanos, endNanos);
        return new StageStats(
                "napi",
                1,
                counters.napiTaken,
                counters.napiDone,
                Map.of(),
                depth.last,
                depth.max,
                depth.mean,
                WaitQuantiles.NONE);
    }

    private StageStats backlog(SoftnetProfile profile, long startNanos, long endNanos) {
        var depth =
                Depth.of(Stream.of(softnetData).map(cpu -> cpu.inputDepth), startNanos, endNanos);
        long capacity = Integer.toUnsignedLong(profile.sysctls().netdevMaxBacklog()) + 1;
        return new StageStats(
                "backlog",
                Math.min(capacity, SoftnetData.QUEUE_LIMIT),
                counters.enqueued,
                splicedPackets(),
                counters.droppedByReason(false),
                depth.last,
                depth.max,
                depth.mean,
                WaitQuantiles.of(backlogWaits));
    }

    private StageStats softirq(long startNanos, long endNanos) {
        var depth =
                Depth.of(Stream.of(softnetData).map(cpu -> cpu.processDepth), startNanos, endNanos);
        return new StageStats(
                "softirq",
                -1,
                splicedPackets(),
                counters.processed,
                Map.of(),
                depth.last,
                depth.max,
                depth.mean,
                WaitQuantiles.of(softirqWaits));
    }

    private long splicedPackets() {
        return Stream.of(softnetData).mapToLong(cpu -> cpu.splicedPackets).sum();
    }

    /// Depth of several queues of one stage.
    private record Depth(long last, long max, double mean) {
        static Depth of(Stream<QueueDepth> queues, long startNanos, long endNanos) {
            long last = 0;
            long max = 0;
            double mean = 0;
            for (QueueDepth queue : (Iterable<QueueDepth>) queues::iterator) {
                last += queue.last();
                max = Math.max(max, queue.max());
                mean += queue.mean(startNanos, endNanos);
            }
            return new Depth(last, max, mean);
        }
    }

    void save(DataOutput out) throws IOException {
        waits.save(out);
        ringWaits.save(out);
        backlogWaits.save(out);
        softirqWaits.save(out);
    }

    void restore(DataInput in) throws IOException {
        waits.restore(in);
        ringWaits.restore(in);
        backlogWaits.restore(in);
        softirqWaits.restore(in);
    }
}
