package headgate.console;

import headgate.softnet.BurstMeter;
import headgate.softnet.Bursts;
import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.QueueLayer;
import headgate.softnet.RxListener;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.SoftnetRow;
import headgate.softnet.tap.TapStat;
import java.util.ArrayList;
import java.util.List;

/// One profile that traffic goes through.
final class PathRun implements RxListener {
    private final String name;
    private final SoftnetProfile profile;
    private final QueueLayer path;
    private List<BurstMeter> meters = List.of();
    private FateLog fates;
    private long sequence;
    private long firstArrivalNanos;
    private long lastArrivalNanos;
    private FirstDrop firstDrop;
    private PathStats stats;

    /// The first packet that was dropped.
    ///
    /// @param sinceStartNanos since the first arrival
    record FirstDrop(long atNanos, long sinceStartNanos, int cpu, DropReason reason) {}

    /// @param name what the run is called beside others
    PathRun(String name, SoftnetProfile profile) {
        this.name = name;
        this.profile = profile;
        this.path = QueueLayer.of(profile, this);
    }

    /// Looks for microbursts as well, at each of these lengths of window.
    void findBursts(long... windowsNanos) {
        meters = new ArrayList<>();
        for (long windowNanos : windowsNanos) {
            meters.add(new BurstMeter(profile.costs(), windowNanos));
        }
    }

    /// Tells the fate of each packet, from the thread that offers.
    void tellFates(FateLog.Sink sink) {
        fates = new FateLog(sink);
    }

    boolean isTelling() {
        return fates != null;
    }

    @Override
    public void dropped(long droppedSequence, long atNanos, int cpu, DropReason reason) {
        if (firstDrop == null) {
            long sinceStart = Math.max(0, atNanos - firstArrivalNanos);
            firstDrop = new FirstDrop(atNanos, sinceStart, cpu, reason);
        }
        if (fates != null) {
            fates.dropped(droppedSequence, atNanos, cpu, reason);
        }
    }

    @Override
    public void delivered(
            long deliveredSequence, int lengthBytes, long startNanos, long endNanos, int cpu) {
        if (fates != null) {
            fates.delivered(deliveredSequence, startNanos, endNanos, cpu);
        }
    }

    void offer(
            long arrivalNanos,
            int lengthBytes,
            int flowHash,
            long serviceNanos,
            int interfaceIndex) {
        if (sequence == 0) {
            firstArrivalNanos = arrivalNanos;
        }
        lastArrivalNanos = Math.max(lastArrivalNanos, arrivalNanos);
        if (fates != null) {
            fates.arrived(lastArrivalNanos, lengthBytes);
        }
        if (serviceNanos == ArrivalHandler.SERVICE_AS_PROFILED) {
            meters.forEach(meter -> meter.offer(arrivalNanos, lengthBytes));
            long asProfiled = profile.costs().serviceNanos(lengthBytes);
            path.offer(sequence++, arrivalNanos, lengthBytes, flowHash, asProfiled, interfaceIndex);
        } else {
            meters.forEach(meter -> meter.offer(arrivalNanos, lengthBytes, serviceNanos));
            path.offer(
                    sequence++, arrivalNanos, lengthBytes, flowHash, serviceNanos, interfaceIndex);
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
        if (fates != null) {
            fates.finish();
        }
    }

    /// The whole run.
    PathStats stats() {
        return stats;
    }

    /// One for each window of [#findBursts].
    List<Bursts> bursts() {
        return meters.stream().map(BurstMeter::finish).toList();
    }

    List<SoftnetRow> softnetStats() {
        var rows = new ArrayList<SoftnetRow>();
        for (int cpu = 0; cpu < profile.cpus().count(); cpu++) {
            rows.add(path.softnetStat(cpu));
        }
        return rows;
    }

    /// What the capturing program reads of its own losses.
    TapStat tapStat() {
        return path.tapStat();
    }

    String name() {
        return name;
    }

    SoftnetProfile profile() {
        return profile;
    }

    /// Null if nothing was dropped.
    FirstDrop firstDrop() {
        return firstDrop;
    }

    /// What the packets that came to the tap ask of the program that reads it, against the time in
    /// which they came.
    double demandOnReader() {
        return (double) stats.stages().getLast().offered()
                * profile.tap().reader().packetNanos()
                / Math.max(1, lastArrivalNanos - firstArrivalNanos);
    }

    /// Whether the rate or bursts are too much for that CPU: what all packets meant for it would
    /// cost, against the time in which they came.
    double demandOn(int cpu) {
        SoftnetRow row = path.softnetStat(cpu);
        long processed = softnetStats().stream().mapToLong(SoftnetRow::processed).sum();
        double costNanos = (double) stats.softirqNanos() / Math.max(1, processed);
        return (row.processed() + row.dropped())
                * costNanos
                / Math.max(1, lastArrivalNanos - firstArrivalNanos);
    }
}
