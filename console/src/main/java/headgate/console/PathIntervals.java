package headgate.console;

import headgate.softnet.PathStats;
import headgate.softnet.ReceivePath;
import java.util.List;

/// Runs whose results are taken at the end of each interval. Intervals without traffic and without
/// anything queued are left out.
final class PathIntervals implements ArrivalHandler {
    /// Takes what one run did in one interval.
    @FunctionalInterface
    interface Sink {
        void onInterval(PathRun run, PathStats stats);
    }

    private final List<PathRun> runs;
    private final long lengthNanos;
    private final Sink sink;
    private boolean hasStarted;
    private long endNanos;

    PathIntervals(List<PathRun> runs, long lengthNanos, Sink sink) {
        this.runs = runs;
        this.lengthNanos = lengthNanos;
        this.sink = sink;
    }

    @Override
    public void onArrival(
            long arrivalNanos,
            int lengthBytes,
            int flowHash,
            long serviceNanos,
            int interfaceIndex) {
        long now = Math.clamp(arrivalNanos, 0, ReceivePath.MAX_TIME);
        if (!hasStarted) {
            hasStarted = true;
            endNanos = now + lengthNanos;
        }
        while (now >= endNanos) {
            boolean isIdle = !drain(endNanos);
            endNanos += lengthNanos;
            if (isIdle && now >= endNanos) {
                passSilence(now);
            }
        }
        for (PathRun run : runs) {
            run.offer(arrivalNanos, lengthBytes, flowHash, serviceNanos, interfaceIndex);
        }
    }

    /// To the interval of `nowNanos`, in one step.
    private void passSilence(long nowNanos) {
        endNanos += ((nowNanos - endNanos) / lengthNanos + 1) * lengthNanos;
        for (PathRun run : runs) {
            run.drain(endNanos - lengthNanos);
        }
    }

    void finish() {
        while (hasStarted && drain(endNanos)) {
            endNanos += lengthNanos;
        }
    }

    /// Whether anything is left in a queue.
    private boolean drain(long nanos) {
        boolean isQueued = false;
        for (PathRun run : runs) {
            PathStats stats = run.drain(nanos);
            isQueued |= stats.queued() > 0;
            if (stats.offered() + stats.delivered() + stats.queued() > 0) {
                sink.onInterval(run, stats);
            }
        }
        return isQueued;
    }
}
