package headgate.sim;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/// How long entries waited in the current interval.
public final class Waits {
    /// Longest wait that is told apart: an hour in nanoseconds.
    public static final long MAX = 3_600_000_000_000L;

    private final Histogram histogram = new Histogram(MAX, 2);

    /// @param nanos 0 or more
    public void add(long nanos) {
        histogram.recordValue(Math.min(nanos, MAX));
    }

    /// To two significant digits.
    public Histogram histogram() {
        return histogram;
    }

    public void reset() {
        histogram.reset();
    }

    public void save(DataOutput out) throws IOException {
        int values = 0;
        for (HistogramIterationValue _ : histogram.recordedValues()) {
            values++;
        }
        out.writeInt(values);
        for (HistogramIterationValue value : histogram.recordedValues()) {
            out.writeLong(value.getValueIteratedTo());
            out.writeLong(value.getCountAtValueIteratedTo());
        }
    }

    public void restore(DataInput in) throws IOException {
        for (int values = in.readInt(); values > 0; values--) {
            long wait = Math.clamp(in.readLong(), 0, MAX);
            histogram.recordValueWithCount(wait, Math.max(0, in.readLong()));
        }
    }
}
