package headgate.console;

import headgate.softnet.ReceivePath;
import java.util.ArrayList;
import java.util.List;

/// Hands arrivals to all runs at once, faster or slower than they came.
final class PathFeed implements ArrivalHandler {
    private final double speed;
    private final List<PathRun> runs = new ArrayList<>();
    private PathIntervals intervals;
    private long arrivals;
    private long firstNanos;
    private long lastNanos;

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
    public void onArrival(long arrivalNanos, int lengthBytes, int flowHash, long serviceNanos) {
        if (arrivals++ == 0) {
            firstNanos = arrivalNanos;
        }
        long nanos = scaled(arrivalNanos);
        lastNanos = Math.clamp(nanos, lastNanos, ReceivePath.MAX_TIME);
        for (int i = 0; i < runs.size(); i++) {
            runs.get(i).offer(nanos, lengthBytes, flowHash, serviceNanos);
        }
        if (intervals != null) {
            intervals.onArrival(nanos, lengthBytes, flowHash, serviceNanos);
        }
    }

    private long scaled(long arrivalNanos) {
        return speed == 1
                ? arrivalNanos
                : firstNanos + (long) (((double) arrivalNanos - firstNanos) / speed);
    }

    void finish() {
        runs.forEach(PathRun::finish);
    }

    long arrivals() {
        return arrivals;
    }

    /// From the first arrival to the last.
    long spanNanos() {
        return arrivals == 0 ? 0 : Math.max(0, lastNanos - Math.max(0, firstNanos));
    }
}
