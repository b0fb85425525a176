package headgate.softnet;

import headgate.sim.Waits;
import org.HdrHistogram.Histogram;

/// How long packets waited, in nanoseconds, with two significant digits.
///
/// @param count packets that were taken up in the interval; all else is 0 where this is
public record WaitQuantiles(
        long count,
        long meanNanos,
        long p50Nanos,
        long p90Nanos,
        long p99Nanos,
        long p999Nanos,
        long maxNanos) {

    public static final WaitQuantiles NONE = new WaitQuantiles(0, 0, 0, 0, 0, 0, 0);

    static WaitQuantiles of(Waits entries) {
        Histogram waits = entries.histogram();
        return new WaitQuantiles(
                waits.getTotalCount(),
                Math.round(waits.getMean()),
                waits.getValueAtPercentile(50),
                waits.getValueAtPercentile(90),
                waits.getValueAtPercentile(99),
                waits.getValueAtPercentile(99.9),
                waits.getMaxValue());
    }
}
