package headgate.console.flows;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// What one side of a TCP connection sent, in the order of its sequence numbers and each byte once.
///
/// Bytes behind a hole wait. They go on without what is missing when the peer acknowledges bytes
/// behind the hole (it lost nothing: the capture did), when more than [#MAX_HELD_BYTES] wait, or
/// when the connection is over. Of bytes that were sent twice the first ones count.
final class TcpReassembly {
    /// Most bytes that wait, with what keeping them costs.
    static final int MAX_HELD_BYTES = 16 << 20;

    /// Charged for each segment that waits.
    private static final int SEGMENT_BYTES = 100;

    /// Takes the stream, piece by piece.
    interface Sink {
        /// Bytes that come next; the array is the sink's.
        void onBytes(byte[] bytes);

        /// So many bytes are not known.
        void onMissing(long count);
    }

    private final Sink sink;

    /// Segments that wait, by their place in the stream.
    private final TreeMap<Long, byte[]> held = new TreeMap<>();

    private long heldBytes;
    private boolean begun;

    /// Sequence number of the first byte.
    private int firstSequence;

    /// Place of the next byte.
    private long next;

    /// Place behind the last byte that a segment had.
    private long end;

    private long bytes;
    private long missing;
    private int holes;
    private long repeated;
    private long givenUp;

    TcpReassembly(Sink sink) {
        this.sink = sink;
    }

    /// The stream begins with this sequence number, unless it has begun.
    void begin(int sequence) {
        if (!begun) {
            begun = true;
            firstSequence = sequence;
        }
    }

    /// Takes the captured bytes of a segment; the first one begins the stream if nothing else did.
    ///
    /// @param length how many bytes it had before the capture cut it
    void onSegment(int sequence, MemorySegment from, long offset, int count, int length) {
        begin(sequence);
        long at = place(sequence);
        end = Math.max(end, at + length);
        int known = Math.clamp(next - at, 0, count);
        repeated += known;
        if (known == count) {
            return;
        }
        byte[] piece = from.asSlice(offset + known, count - known).toArray(JAVA_BYTE);
        if (at + known > next) {
            hold(at, piece);
        } else {
            deliver(piece);
            deliverHeld();
        }
    }

    /// The peer has all bytes before this one.
    void onAcknowledged(int sequence) {
        while (begun && !held.isEmpty() && place(sequence) > held.firstKey()) {
            skipHole();
        }
    }

    /// Nothing more comes.
    void finish() {
        while (!held.isEmpty()) {
            skipHole();
        }
        skipTo(end);
    }

    /// Where a sequence number is in the stream: the place next to the one that is awaited.
    private long place(int sequence) {
        return next + (sequence - (firstSequence + (int) next));
    }

    private void hold(long at, byte[] piece) {
        byte[] other = held.get(at);
        if (other != null && other.length >= piece.length) {
            repeated += piece.length;
            return;
        }
        if (other != null) {
            repeated += other.length;
            heldBytes -= other.length + SEGMENT_BYTES;
        }
        held.put(at, piece);
        heldBytes += piece.length + SEGMENT_BYTES;
        while (heldBytes > MAX_HELD_BYTES) {
            givenUp++;
            skipHole();
        }
    }

    private void skipHole() {
        skipTo(held.firstKey());
        deliverHeld();
    }

    private void skipTo(long place) {
        long count = place - next;
        if (count > 0) {
            missing += count;
            holes++;
            next += count;
            sink.onMissing(count);
        }
    }

    private void deliverHeld() {
        while (!held.isEmpty() && held.firstKey() <= next) {
            Map.Entry<Long, byte[]> first = held.pollFirstEntry();
            byte[] piece = first.getValue();
            heldBytes -= piece.length + SEGMENT_BYTES;
            int known = (int) Math.min(next - first.getKey(), piece.length);
            repeated += known;
            if (known < piece.length) {
                deliver(known == 0 ? piece : Arrays.copyOfRange(piece, known, piece.length));
            }
        }
    }

    private void deliver(byte[] piece) {
        next += piece.length;
        bytes += piece.length;
        sink.onBytes(piece);
    }

    // ---- What came ----

    /// Bytes that were handed on.
    long bytes() {
        return bytes;
    }

    /// Bytes that were not seen.
    long missing() {
        return missing;
    }

    /// In how many places these are.
    int holes() {
        return holes;
    }

    /// Bytes that had been seen before.
    long repeated() {
        return repeated;
    }

    /// How often a hole was left because too much waited behind it.
    long givenUp() {
        return givenUp;
    }
}
