package headgate.softnet;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// A FIFO of packets (`struct sk_buff_head`) as three numbers each in one array, so that a packet
/// is no object. Grows by doubling up to [#LIMIT].
final class SkbQueue {
    /// Most packets that one queue of the model holds; a kernel without a bound would be out of
    /// memory about there.
    static final int LIMIT = 1 << 20;

    private static final int STRIDE = 3;

    private long[] slots = new long[256 * STRIDE];
    private int mask = 255;
    private int head;
    private int length;

    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /// Only to be called below [#LIMIT].
    void add(long sequence, long arrivalNanos, long serviceNanos) {
        if (length > mask) {
            grow();
        }
        int slot = (head + length & mask) * STRIDE;
        slots[slot] = sequence;
        slots[slot + 1] = arrivalNanos;
        slots[slot + 2] = serviceNanos;
        length++;
    }

    long headSequence() {
        return slots[head * STRIDE];
    }

    long headArrivalNanos() {
        return slots[head * STRIDE + 1];
    }

    long headServiceNanos() {
        return slots[head * STRIDE + 2];
    }

    void removeHead() {
        head = head + 1 & mask;
        length--;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(length);
        for (int i = 0; i < length; i++) {
            int slot = (head + i & mask) * STRIDE;
            for (int field = 0; field < STRIDE; field++) {
                out.writeLong(slots[slot + field]);
            }
        }
    }

    static SkbQueue restore(DataInput in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LIMIT) {
            throw new IOException("a queue of " + length + " packets cannot be");
        }
        var queue = new SkbQueue();
        for (int i = 0; i < length; i++) {
            queue.add(in.readLong(), in.readLong(), in.readLong());
        }
        return queue;
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
