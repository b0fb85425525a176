package headgate.console;

import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.ReceivePath;
import headgate.softnet.RxListener;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.SoftnetStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One profile that traffic goes through.
final class PathRun implements RxListener {
    private final String name;
    private final SoftnetProfile profile;
    private final ReceivePath path;
    private long sequence;
    private long firstArrivalNanos;
    private long lastArrivalNanos;
    private long firstDropNanos = -1;
    private int firstDropCpu;
    private PathStats stats;

    /// @param name what the run is called beside others
    PathRun(String name, SoftnetProfile profile) {
        this.name = name;
        this.profile = profile;
        this.path = new ReceivePath(profile, this);
    }

    @Override
    public void dropped(long droppedSequence, long atNanos, int cpu, DropReason reason) {
        if (firstDropNanos < 0) {
            firstDropNanos = atNanos;
            firstDropCpu = cpu;
        }
    }

    void offer(long arrivalNanos, int lengthBytes, int flowHash, long serviceNanos) {
        if (sequence == 0) {
            firstArrivalNanos = arrivalNanos;
        }
        lastArrivalNanos = Math.max(lastArrivalNanos, arrivalNanos);
        if (serviceNanos == ArrivalHandler.SERVICE_AS_PROFILED) {
            path.offer(sequence++, arrivalNanos, lengthBytes, flowHash);
        } else {
            path.offer(sequence++, arrivalNanos, lengthBytes, flowHash, serviceNanos);
        }
    }

    /// What happened since the last call, up to that time.
    PathStats drain(long endNanos) {
        return path.drain(endNanos);
    }

    /// Lets what is queued go through; from here on [#stats] has an answer.
    void finish() {
        long end = path.runUntilIdle();
        stats = path.drain(end);
    }

    /// The whole run.
    PathStats stats() {
        return stats;
    }

    List<SoftnetStat> softnetStats() {
        var rows = new ArrayList<SoftnetStat>();
        for (int cpu = 0; cpu < profile.cpus().count(); cpu++) {
            rows.add(path.softnetStat(cpu));
        }
        return rows;
    }

    String name() {
        return name;
    }

    SoftnetProfile profile() {
        return profile;
    }

    /// When the first packet was dropped; -1 if none was.
    long firstDropNanos() {
        return firstDropNanos;
    }

    int firstDropCpu() {
        return firstDropCpu;
    }

    /// What limits this traffic first, in a sentence.
    String firstLimit() {
        if (stats.dropped() == 0) {
            var backlog = stats.stages().getFirst();
            return String.format(
                    Locale.ROOT,
                    "nothing is dropped; the input queue held at most %,d of %,d packets",
                    backlog.depthMax(),
                    backlog.capacity());
        }
        return String.format(
                Locale.ROOT,
                "first limit: %s of CPU %d (netdev_max_backlog %d), %s after the start; %s",
                stats.flowLimitCount() == stats.dropped()
                        ? "the flow limit on the input queue"
                        : "the input queue",
                firstDropCpu,
                profile.sysctls().netdevMaxBacklog(),
                TimeSpan.format(Math.max(0, firstDropNanos - firstArrivalNanos)),
                demand());
    }

    /// Whether the rate or bursts are too much for the CPU that dropped first: what all packets
    /// meant for it would cost, against the time in which they came.
    private String demand() {
        SoftnetStat cpu = path.softnetStat(firstDropCpu);
        double costNanos = (double) stats.softirqNanos() / Math.max(1, stats.delivered());
        double share =
                (cpu.processed() + cpu.dropped())
                        * costNanos
                        / Math.max(1, lastArrivalNanos - firstArrivalNanos);
        return String.format(
                Locale.ROOT,
                share >= 1
                        ? "the traffic asks for %.0f %% of that CPU's time"
                        : "bursts fill the queue: on average the traffic asks for %.1f %% of that CPU's"
                                + " time",
                100 * share);
    }
}
