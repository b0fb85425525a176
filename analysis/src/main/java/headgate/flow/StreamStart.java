package headgate.flow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The first bytes that one side sends, put in order. Of what comes after a hole one stretch is
/// kept; bytes that join neither end of it are not.
final class StreamStart {
    /// Most bytes; requests, hellos and key exchanges that anybody reads are shorter.
    static final int MAX_BYTES = 8192;

    /// Most segments, and most datagrams, that are looked at.
    static final int MAX_SEGMENTS = 32;

    private static final int FIRST_CAPACITY = 2048;

    private final int base;
    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int length;
    private int islandFrom;
    private int islandTo;
    private int segments;

    /// @param base where the first byte is that counts, as [TcpTracker#offsetInStream] has it: not
    ///   0 where a conversation is taken up in the middle
    StreamStart(int base) {
        this.base = base;
    }

    int base() {
        return base;
    }

    /// Takes bytes that belong at `at` ≥ 0, counted from the base; returns whether there are more
    /// now without a hole.
    boolean add(int at, MemorySegment from, long offset, int count) {
        segments++;
        int end = (int) Math.min((long) at + count, MAX_BYTES);
        boolean known = end <= length;
        boolean apart = at > length && islandTo > 0 && (at > islandTo || end < islandFrom);
        if (at >= MAX_BYTES || known || apart) {
            return false;
        }
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, MAX_BYTES);
        }
        MemorySegment.copy(from, JAVA_BYTE, offset, bytes, at, end - at);
        if (at > length) {
            islandFrom = islandTo == 0 ? at : Math.min(islandFrom, at);
            islandTo = Math.max(islandTo, end);
            return false;
        }
        length = end;
        if (islandTo > 0 && islandFrom <= length) {
            length = Math.max(length, islandTo);
            islandTo = 0;
        }
        return true;
    }

    /// Bytes from the first one on without a hole.
    int length() {
        return length;
    }

    /// These bytes, valid until the next ones are added.
    MemorySegment bytes() {
        return MemorySegment.ofArray(bytes);
    }

    /// Whether nothing more is taken.
    boolean isFull() {
        return length == MAX_BYTES || segments >= MAX_SEGMENTS;
    }

    int capacity() {
        return bytes.length;
    }
}
