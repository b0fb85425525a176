package headgate.sim;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// How full a queue was over the current interval: last, highest, and mean over time.
public final class QueueDepth {
    private int last;
    private int max;
    private long sinceNanos;

    /// Packets times nanoseconds; a double, since a long could overflow.
    private double area;

    public void change(int depth, long nowNanos) {
        area += (double) last * (nowNanos - sinceNanos);
        sinceNanos = nowNanos;
        last = depth;
        if (depth > max) {
            max = depth;
        }
    }

    public int last() {
        return last;
    }

    public int max() {
        return max;
    }

    /// Up to `endNanos` since the interval's start; 0 for an interval without length.
    public double mean(long startNanos, long endNanos) {
        double whole = area + (double) last * (endNanos - sinceNanos);
        return endNanos > startNanos ? whole / (endNanos - startNanos) : 0;
    }

    public void startInterval(long nowNanos) {
        max = last;
        area = 0;
        sinceNanos = nowNanos;
    }

    public void save(DataOutput out) throws IOException {
        out.writeInt(last);
        out.writeInt(max);
        out.writeLong(sinceNanos);
        out.writeDouble(area);
    }

    public void restore(DataInput in) throws IOException {
        last = in.readInt();
        max = in.readInt();
        sinceNanos = in.readLong();
        area = in.readDouble();
    }
}
