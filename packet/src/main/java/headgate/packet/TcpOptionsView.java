package headgate.packet;

import java.lang.foreign.MemorySegment;

/// The options of a TCP header, one after the other (RFC 9293 section 3.2, RFC 7323, RFC 2018).
///
/// ```
/// kind 0 (end) and 1 (no operation): one byte
/// all others: kind, length of the whole option, length - 2 bytes of value
/// ```
public final class TcpOptionsView {
    public static final int END = 0;
    public static final int NO_OPERATION = 1;
    public static final int MAXIMUM_SEGMENT_SIZE = 2;
    public static final int WINDOW_SCALE = 3;
    public static final int SACK_PERMITTED = 4;
    public static final int SACK = 5;
    public static final int TIMESTAMPS = 8;

    private MemorySegment bytes = MemorySegment.NULL;
    private long next;
    private long limit;
    private long option;

    /// Places this view before the first option; the options end at `limit`.
    public void wrap(MemorySegment bytes, long offset, long limit) {
        this.bytes = bytes;
        this.next = offset;
        this.limit = limit;
    }

    /// Moves to the next option that has a value or a meaning; passes over no-operations. False at
    /// the end, and where a length is below two or leads beyond the end: the rest is then unknown.
    public boolean next() {
        while (next < limit && NetworkOrder.u8(bytes, next) == NO_OPERATION) {
            next++;
        }
        if (limit - next < 2 || NetworkOrder.u8(bytes, next) == END) {
            return false;
        }
        option = next;
        if (length() < 2 || length() > limit - next) {
            return false;
        }
        next += length();
        return true;
    }

    public int kind() {
        return NetworkOrder.u8(bytes, option);
    }

    /// With kind and length; at least 2.
    public int length() {
        return NetworkOrder.u8(bytes, option + 1);
    }

    public boolean isMaximumSegmentSize() {
        return kind() == MAXIMUM_SEGMENT_SIZE && length() == 4;
    }

    public int maximumSegmentSize() {
        return NetworkOrder.u16(bytes, option + 2);
    }

    public boolean isWindowScale() {
        return kind() == WINDOW_SCALE && length() == 3;
    }

    /// Shift count; RFC 7323 allows 0 to 14.
    public int windowScale() {
        return NetworkOrder.u8(bytes, option + 2);
    }

    public boolean isSackPermitted() {
        return kind() == SACK_PERMITTED && length() == 2;
    }

    public boolean isTimestamps() {
        return kind() == TIMESTAMPS && length() == 10;
    }

    public int timestampValue() {
        return NetworkOrder.i32(bytes, option + 2);
    }

    public int timestampEchoReply() {
        return NetworkOrder.i32(bytes, option + 6);
    }

    public boolean isSack() {
        return kind() == SACK && length() >= 10;
    }

    /// How many blocks of selective acknowledgment (RFC 2018 section 3) there are.
    public int sackBlocks() {
        return (length() - 2) / 8;
    }

    /// First sequence number of a block, 0 the first.
    public int sackLeftEdge(int block) {
        return NetworkOrder.i32(bytes, option + 2 + 8 * block);
    }

    /// Sequence number behind the last one of a block.
    public int sackRightEdge(int block) {
        return NetworkOrder.i32(bytes, option + 6 + 8 * block);
    }
}
