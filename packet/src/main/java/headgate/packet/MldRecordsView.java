package headgate.packet;

import java.lang.foreign.MemorySegment;

/// The address records of a version 2 multicast listener report, RFC 9777 section 5.2, one after
/// the other.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |  Record Type   |  Aux Data Len  |       Number of Sources (N)     |
/// +----------------+----------------+---------------------------------+
/// |                   Multicast Address (16 bytes)                    |
/// +-------------------------------------------------------------------+
/// |           Source Addresses (16 × N), auxiliary data (4 × Len)     |
/// +-------------------------------------------------------------------+
/// ```
public final class MldRecordsView {
    /// Where the first record of a report starts, counted from the message's first byte.
    public static final int OFFSET = 8;

    private static final int HEADER_LENGTH = 20;
    private static final int ADDRESS_LENGTH = 16;

    private MemorySegment bytes = MemorySegment.NULL;
    private long at;
    private long next;
    private long limit;

    /// Places this view before the first record; no byte at or after `limit` is read.
    public void wrap(MemorySegment bytes, long offset, long limit) {
        this.bytes = bytes;
        this.limit = limit;
        next = offset;
    }

    /// Goes to the next record whose fixed part is there.
    public boolean next() {
        if (limit - next < HEADER_LENGTH) {
            return false;
        }
        at = next;
        next +=
                HEADER_LENGTH
                        + NetworkOrder.u8(bytes, at + 1) * 4L
                        + (long) NetworkOrder.u16(bytes, at + 2) * ADDRESS_LENGTH;
        return true;
    }

    /// 1 to 6: which sources, and whether that changed (section 5.2.12).
    public int recordType() {
        return NetworkOrder.u8(bytes, at);
    }

    /// The upper 64 bits.
    public long multicastAddressHigh() {
        return NetworkOrder.i64(bytes, at + 4);
    }

    public long multicastAddressLow() {
        return NetworkOrder.i64(bytes, at + 12);
    }
}
