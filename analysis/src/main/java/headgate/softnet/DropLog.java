package headgate.softnet;

/// Names the packets that a path refused, up to a limit; further ones are counted only.
///
/// Columns of numbers made once: naming a packet allocates nothing.
public final class DropLog implements RxListener {
    private static final DropReason[] REASONS = DropReason.values();

    private final long[] sequences;
    private final long[] atNanos;
    private final byte[] cpus;
    private final byte[] reasons;
    private int count;
    private long unnamed;

    /// @param capacity packets named between two calls of [#clear], 1 or more
    public DropLog(int capacity) {
        sequences = new long[capacity];
        atNanos = new long[capacity];
        cpus = new byte[capacity];
        reasons = new byte[capacity];
    }

    @Override
    public void dropped(long sequence, long atNanos, int cpu, DropReason reason) {
        if (count == sequences.length) {
            unnamed++;
            return;
        }
        sequences[count] = sequence;
        this.atNanos[count] = atNanos;
        cpus[count] = (byte) cpu;
        reasons[count] = (byte) reason.ordinal();
        count++;
    }

    /// Packets named.
    public int count() {
        return count;
    }

    /// Packets that came when the limit was reached.
    public long unnamed() {
        return unnamed;
    }

    /// Counts packets that nobody named.
    public void addUnnamed(long packets) {
        unnamed += packets;
    }

    public long sequence(int index) {
        return sequences[index];
    }

    public long atNanos(int index) {
        return atNanos[index];
    }

    public int cpu(int index) {
        return cpus[index];
    }

    public DropReason reason(int index) {
        return REASONS[reasons[index]];
    }

    public void clear() {
        count = 0;
        unnamed = 0;
    }
}
