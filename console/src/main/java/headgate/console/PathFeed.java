package headgate.console;

import headgate.softnet.ReceivePath;
import java.util.ArrayList;
import java.util.List;

/// Hands arrivals to all runs, faster or slower than they came. They are gathered and handed over
/// in batches, to several runs at once where there are CPUs: each run sees the same arrivals in the
/// same order, whatever the others do.
final class PathFeed implements ArrivalHandler {
    private static final int BATCH = 4096;

    private final double speed;
    private final List<PathRun> runs = new ArrayList<>();
    private final long[] arrivalNanos = new long[BATCH];
    private final int[] lengths = new int[BATCH];
    private final int[] flowHashes = new int[BATCH];
    private final long[] serviceNanos = new long[BATCH];
    private final int[] interfaces = new int[BATCH];
    private PathIntervals intervals;
    private int gathered;
    private long arrivals;
    private long firstNanos;
    private long lastNanos;
    private long firstBackwards;

    PathFeed(double speed) {
        this.speed = speed;
    }

    void addAll(List<PathRun> more) {
        runs.addAll(more);
    }

    void add(PathIntervals withIntervals) {
        intervals = withIntervals;
    }

    @Override
    public void onArrival(
            long nanos, int lengthBytes, int flowHash, long service, int interfaceIndex) {
        if (arrivals++ == 0) {
            firstNanos = nanos;
        }
        long now = scaled(nanos);
        if (now < lastNanos && firstBackwards == 0) {
            firstBackwards = arrivals;
        }
        lastNanos = Math.clamp(now, lastNanos, ReceivePath.MAX_TIME);
        arrivalNanos[gathered] = now;
        lengths[gathered] = lengthBytes;
        flowHashes[gathered] = flowHash;
        serviceNanos[gathered] = service;
        interfaces[gathered] = interfaceIndex;
        if (++gathered == BATCH) {
            handOver();
        }
        if (intervals != null) {
            intervals.onArrival(now, lengthBytes, flowHash, service, interfaceIndex);
        }
    }

    private void handOver() {
        if (runs.stream().anyMatch(PathRun::isTelling)) {
            runs.forEach(this::handOver);
        } else {
            runs.parallelStream().forEach(this::handOver);
        }
        gathered = 0;
    }

    private void handOver(PathRun run) {
        for (int i = 0; i < gathered; i++) {
            run.offer(arrivalNanos[i], lengths[i], flowHashes[i], serviceNanos[i], interfaces[i]);
        }
    }

    private long scaled(long nanos) {
        return speed == 1 ? nanos : firstNanos + (long) (((double) nanos - firstNanos) / speed);
    }

    void finish() {
        handOver();
        runs.forEach(PathRun::finish);
    }

    long arrivals() {
        return arrivals;
    }

    /// The number of the first arrival whose time lies before the one before it, counted from 1; 0
    /// if there is none.
    long firstBackwards() {
        return firstBackwards;
    }

    /// From the first arrival to the last.
    long spanNanos() {
        return arrivals == 0 ? 0 : Math.max(0, lastNanos - Math.max(0, firstNanos));
    }
}
