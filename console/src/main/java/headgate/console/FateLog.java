package headgate.console;

import headgate.softnet.DropReason;
import java.util.Arrays;

/// What became of each packet, told in the order of arrival. Remembers those that are on their way;
/// how many these can be is bounded by the queues that they wait in.
///
/// A packet that the protocol layer is done with may still be refused, at once, by what captures
/// behind it: so the last fate is told with the next event.
final class FateLog {
    /// Takes the fate of one packet.
    interface Sink {
        /// @param number counted from 1 over all arrivals
        /// @param reason why it was dropped; null if it was delivered
        /// @param atNanos when it was dropped, or when its service began
        /// @param endNanos when its service ended; `atNanos` if it was dropped
        void onFate(
                long number,
                long arrivalNanos,
                int lengthBytes,
                DropReason reason,
                long atNanos,
                long endNanos,
                int cpu);
    }

    private static final byte UNDECIDED = -2;
    private static final byte DELIVERED = -1;
    private static final DropReason[] REASONS = DropReason.values();

    private final Sink sink;

    /// Columns of a ring; packet n has slot n mod length.
    private long[] arrivalNanos = new long[1024];

    private long[] atNanos = new long[1024];
    private long[] endNanos = new long[1024];
    private int[] lengths = new int[1024];
    private int[] cpus = new int[1024];
    private byte[] fates = new byte[1024];

    /// The packets from `first` up to `next` are remembered.
    private long first;

    private long next;

    FateLog(Sink sink) {
        this.sink = sink;
    }

    void arrived(long nanos, int lengthBytes) {
        tellDecided();
        if (next - first == fates.length) {
            grow();
        }
        int slot = slot(next++);
        arrivalNanos[slot] = nanos;
        lengths[slot] = lengthBytes;
        fates[slot] = UNDECIDED;
    }

    void dropped(long sequence, long nanos, int cpu, DropReason reason) {
        decide(sequence, (byte) reason.ordinal(), nanos, nanos, cpu);
    }

    void delivered(long sequence, long startNanos, long doneNanos, int cpu) {
        decide(sequence, DELIVERED, startNanos, doneNanos, cpu);
    }

    /// Tells what is left; nothing comes after it.
    void finish() {
        tellDecided();
    }

    private void decide(long sequence, byte fate, long nanos, long doneNanos, int cpu) {
        int slot = slot(sequence);
        if (fates[slot] != DELIVERED) {
            tellDecided();
        }
        fates[slot] = fate;
        atNanos[slot] = nanos;
        endNanos[slot] = doneNanos;
        cpus[slot] = cpu;
    }

    private void tellDecided() {
        while (first < next && fates[slot(first)] != UNDECIDED) {
            tell(slot(first));
            first++;
        }
    }

    private void tell(int slot) {
        sink.onFate(
                first + 1,
                arrivalNanos[slot],
                lengths[slot],
                fates[slot] == DELIVERED ? null : REASONS[fates[slot]],
                atNanos[slot],
                endNanos[slot],
                cpus[slot]);
    }

    private int slot(long sequence) {
        return (int) (sequence & fates.length - 1);
    }

    /// To twice the length; the packets keep their numbers, so they change their slots.
    private void grow() {
        int length = fates.length;
        arrivalNanos = grown(arrivalNanos);
        atNanos = grown(atNanos);
        endNanos = grown(endNanos);
        lengths = Arrays.copyOf(lengths, 2 * length);
        cpus = Arrays.copyOf(cpus, 2 * length);
        fates = Arrays.copyOf(fates, 2 * length);
        System.arraycopy(lengths, 0, lengths, length, length);
        System.arraycopy(cpus, 0, cpus, length, length);
        System.arraycopy(fates, 0, fates, length, length);
    }

    /// Each value stands in both halves: whichever half its number leads to, it is there.
    private static long[] grown(long[] values) {
        long[] twice = Arrays.copyOf(values, 2 * values.length);
        System.arraycopy(values, 0, twice, values.length, values.length);
        return twice;
    }
}
