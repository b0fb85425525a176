package headgate.packet.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/// The one window through which a capture file is read: a record is used where it lies, once it is
/// there whole. What lies before [#position] is gone with the next [#have].
final class InputBuffer {
    static final int LENGTH = 1024 * 1024;

    /// Bytes that are read at once: what was read last is then still in the processor's second
    /// cache when it is looked at.
    private static final int READ_LENGTH = 256 * 1024;

    // Constant layouts: one that is chosen at run time costs more than reversing the bytes.
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    final MemorySegment bytes = Arena.ofAuto().allocate(LENGTH, Long.BYTES);

    /// Where the next record starts.
    int position;

    /// Whether the numbers of the file are big-endian.
    boolean bigEndian;

    private final ByteBuffer writable = bytes.asByteBuffer();
    private final ReadableByteChannel channel;
    private int limit;

    /// Where in the file the first byte of [#bytes] comes from.
    private long fileOffset;

    private boolean ended;

    /// While this holds nothing is read, so that nothing in the buffer moves.
    boolean stands;

    InputBuffer(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /// Whether `length` bytes, at most [#LENGTH], lie here from [#position] on; reads them if they
    /// do not and it does not stand, and may move the position for it.
    boolean have(int length) throws IOException {
        return limit - position >= length || !stands && fill(length);
    }

    /// Bytes from [#position] on.
    int present() {
        return limit - position;
    }

    /// Whether no further byte will come.
    boolean ended() {
        return ended;
    }

    /// Where in the file [#position] is.
    long offset() {
        return fileOffset + position;
    }

    /// Goes over at most `count` bytes of those present, and says how many.
    int skip(long count) {
        int skipped = (int) Math.min(count, present());
        position += skipped;
        return skipped;
    }

    int u16(int at) {
        short value = bytes.get(U16, at);
        return Short.toUnsignedInt(bigEndian ? Short.reverseBytes(value) : value);
    }

    /// 32 bits, to be taken as unsigned.
    int u32(int at) {
        int value = bytes.get(U32, at);
        return bigEndian ? Integer.reverseBytes(value) : value;
    }

    long u64(int at) {
        long value = bytes.get(U64, at);
        return bigEndian ? Long.reverseBytes(value) : value;
    }

    void close() throws IOException {
        ended = true;
        limit = position;
        channel.close();
    }

    private boolean fill(int length) throws IOException {
        moveToFront();
        while (limit < length && !ended) {
            int end = Math.min(LENGTH, limit + READ_LENGTH);
            int count = channel.read(writable.limit(end).position(limit));
            if (count == 0) {
                return false;
            }
            ended = count < 0;
            limit += Math.max(0, count);
        }
        return limit >= length;
    }

    private void moveToFront() {
        MemorySegment.copy(bytes, position, bytes, 0, present());
        fileOffset += position;
        limit -= position;
        position = 0;
    }
}
