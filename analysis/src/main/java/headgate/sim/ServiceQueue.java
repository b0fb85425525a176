package headgate.sim;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What waits for a server, first in, first out. An entry is five numbers in one array, so that it
/// is no object. Grows by doubling, up to a limit.
public final class ServiceQueue {
    private static final int STRIDE = 5;

    private final int limit;
    private long[] slots = new long[16 * STRIDE];
    private int mask = 15;
    private int head;
    private int length;

    /// @param limit entries that it may hold
    public ServiceQueue(int limit) {
        this.limit = limit;
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public boolean isFull() {
        return length == limit;
    }

    /// Only to be called while it is not full.
    ///
    /// @param sequence what the entry is called; the queue gives no meaning to it
    /// @param sinceNanos when it began to wait
    /// @param serviceNanos how long its service will take
    public void add(long sequence, long sinceNanos, long serviceNanos, int lengthBytes) {
        add(sequence, sinceNanos, sinceNanos, serviceNanos, lengthBytes, 0);
    }

    /// The same for what waited elsewhere before, and has still to be sorted.
    ///
    /// @param firstNanos when it began to wait at all
    public void add(
            long sequence,
            long firstNanos,
            long sinceNanos,
            long serviceNanos,
            int lengthBytes,
            int flowHash) {
        if (length > mask) {
            grow();
        }
        int slot = (head + length & mask) * STRIDE;
        slots[slot] = sequence;
        slots[slot + 1] = sinceNanos;
        slots[slot + 2] = serviceNanos;
        slots[slot + 3] = (long) flowHash << 32 | lengthBytes & 0xffff_ffffL;
        slots[slot + 4] = firstNanos;
        length++;
    }

    public long headSequence() {
        return slots[head * STRIDE];
    }

    public long headSinceNanos() {
        return slots[head * STRIDE + 1];
    }

    public long headServiceNanos() {
        return slots[head * STRIDE + 2];
    }

    public int headLengthBytes() {
        return (int) slots[head * STRIDE + 3];
    }

    public int headFlowHash() {
        return (int) (slots[head * STRIDE + 3] >>> 32);
    }

    /// Of the entry that has `index` others before it.
    public int lengthBytes(int index) {
        return (int) slots[(head + index & mask) * STRIDE + 3];
    }

    public long headFirstNanos() {
        return slots[head * STRIDE + 4];
    }

    public void removeHead() {
        head = head + 1 & mask;
        length--;
    }

    public void save(DataOutput out) throws IOException {
        out.writeInt(length);
        for (int i = 0; i < length; i++) {
            int slot = (head + i & mask) * STRIDE;
            for (int field = 0; field < STRIDE; field++) {
                out.writeLong(slots[slot + field]);
            }
        }
    }

    /// Takes over what [#save] wrote.
    ///
    /// @throws IOException if that is more than the limit
    public void restore(DataInput in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > limit) {
            throw new IOException("a queue of " + count + " entries cannot be");
        }
        head = 0;
        length = 0;
        for (int i = 0; i < count; i++) {
            long sequence = in.readLong();
            long sinceNanos = in.readLong();
            long serviceNanos = in.readLong();
            long lengthAndHash = in.readLong();
            add(
                    sequence,
                    in.readLong(),
                    sinceNanos,
                    serviceNanos,
                    (int) lengthAndHash,
                    (int) (lengthAndHash >>> 32));
        }
    }

    private void grow() {
        var bigger = new long[slots.length * 2];
        int untilEnd = (mask + 1 - head) * STRIDE;
        System.arraycopy(slots, head * STRIDE, bigger, 0, untilEnd);
        System.arraycopy(slots, 0, bigger, untilEnd, head * STRIDE);
        slots = bigger;
        mask = mask * 2 + 1;
        head = 0;
    }
}
