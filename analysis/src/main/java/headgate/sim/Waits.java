package headgate.sim;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.HdrHistogram.Histogram;

/// How long entries waited in the current interval, to two significant digits.
///
/// Counts are laid out as an HdrHistogram lays them out, and become one when they are asked for:
/// counting in place takes a third of what [Histogram#recordValue] takes.
public final class Waits {
    /// Longest wait that is told apart: an hour in nanoseconds.
    public static final long MAX = 3_600_000_000_000L;

    private static final int SIGNIFICANT_DIGITS = 2;

    /// Values below 2 to this are counted one by one; behind them each doubling has half as many
    /// steps. It is the least that keeps two digits.
    private static final int EXACT_BITS = 8;

    private static final int STEP_BITS = EXACT_BITS - 1;

    private final long[] counts = new long[place(MAX) + 1];

    /// @param nanos 0 or more
    public void add(long nanos) {
        counts[place(Math.min(nanos, MAX))]++;
    }

    private static int place(long nanos) {
        int shift =
                Long.SIZE - EXACT_BITS - Long.numberOfLeadingZeros(nanos | (1 << EXACT_BITS) - 1);
        return (shift << STEP_BITS) + (int) (nanos >>> shift);
    }

    /// The least wait that is counted at a place.
    private static long nanos(int place) {
        int shift = Math.max(0, (place >> STEP_BITS) - 1);
        return (long) (place - (shift << STEP_BITS)) << shift;
    }

    public Histogram histogram() {
        var histogram = new Histogram(MAX, SIGNIFICANT_DIGITS);
        for (int place = 0; place < counts.length; place++) {
            if (counts[place] > 0) {
                histogram.recordValueWithCount(nanos(place), counts[place]);
            }
        }
        return histogram;
    }

    public void reset() {
        Arrays.fill(counts, 0);
    }

    public void save(DataOutput out) throws IOException {
        out.writeInt((int) Arrays.stream(counts).filter(count -> count > 0).count());
        for (int place = 0; place < counts.length; place++) {
            if (counts[place] > 0) {
                out.writeLong(nanos(place));
                out.writeLong(counts[place]);
            }
        }
    }

    public void restore(DataInput in) throws IOException {
        for (int values = in.readInt(); values > 0; values--) {
            int place = place(Math.clamp(in.readLong(), 0, MAX));
            counts[place] += Math.max(0, in.readLong());
        }
    }
}
