package headgate.packet;

import java.lang.foreign.MemorySegment;

/// The group records of an IGMP version 3 membership report, one after the other, RFC 9776 section
/// 4.2.4.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |  Record Type   |  Aux Data Len  |        Number of Sources        |
/// +----------------+----------------+---------------------------------+
/// |                         Multicast Address                         |
/// +-------------------------------------------------------------------+
/// |      sources, 4 bytes each; auxiliary data, Aux Data Len words    |
/// +-------------------------------------------------------------------+
/// ```
public final class IgmpGroupRecordsView {
    public static final int MIN_RECORD_LENGTH = 8;

    private MemorySegment bytes = MemorySegment.NULL;
    private long next;
    private long limit;
    private int remaining;
    private long word;

    /// Places this view before the first record.
    ///
    /// @param count as the report says; the bytes may hold fewer
    public void wrap(MemorySegment bytes, long offset, long limit, int count) {
        this.bytes = bytes;
        this.next = offset;
        this.limit = limit;
        this.remaining = count;
    }

    /// Moves to the next record; false when there are no more, or fewer bytes than one needs.
    public boolean next() {
        if (remaining == 0 || limit - next < MIN_RECORD_LENGTH) {
            return false;
        }
        remaining--;
        word = NetworkOrder.i64(bytes, next);
        next += MIN_RECORD_LENGTH + 4L * (numberOfSources() + auxiliaryWords());
        return true;
    }

    /// 1 to 6, RFC 9776 section 4.2.13.
    public int recordType() {
        return (int) (word >>> 56);
    }

    public int numberOfSources() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// As an unsigned 32-bit number.
    public int multicastAddress() {
        return (int) word;
    }

    private int auxiliaryWords() {
        return (int) (word >>> 48) & 0xff;
    }
}
