package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IGMP header: RFC 1112 appendix I (version 1), RFC 2236 (2), RFC 9776 (3).
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |      Type      | Max Resp Code  |            Checksum             |
/// +----------------+----------------+---------------------------------+
/// |   Group Address; version 3 report: reserved, number of records    |
/// +-------------------------------------------------------------------+
/// ```
public final class IgmpView {
    public static final int HEADER_LENGTH = 8;

    public static final int MEMBERSHIP_QUERY = 0x11;
    public static final int V1_MEMBERSHIP_REPORT = 0x12;
    public static final int V2_MEMBERSHIP_REPORT = 0x16;
    public static final int V2_LEAVE_GROUP = 0x17;
    public static final int V3_MEMBERSHIP_REPORT = 0x22;

    private static final int DVMRP = 0x13;
    private static final int PIM_VERSION_1 = 0x14;
    private static final int V3_QUERY_LENGTH = 12;

    private long word;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i64(bytes, offset);
        return Check.OK;
    }

    public int type() {
        return (int) (word >>> 56);
    }

    /// Whether the message is of DVMRP (RFC 1075) or of PIM version 1, which are carried as IGMP
    /// is.
    public boolean isOfOtherProtocol() {
        return type() == DVMRP || type() == PIM_VERSION_1;
    }

    /// 0 in version 1.
    public int maxResponseCode() {
        return (int) (word >>> 48) & 0xff;
    }

    public int checksum() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// As an unsigned 32-bit number; 0 in a version 3 report, whose records name the groups.
    public int groupAddress() {
        return type() == V3_MEMBERSHIP_REPORT ? 0 : (int) word;
    }

    /// Group records that a version 3 report announces, see [IgmpGroupRecordsView]; 0 in all other
    /// messages.
    public int numberOfRecords() {
        return type() == V3_MEMBERSHIP_REPORT ? (int) word & 0xffff : 0;
    }

    /// 1, 2 or 3; 0 where the type is not IGMP's own. Queries tell it by length and code (RFC 9776
    /// section 7.1).
    ///
    /// @param messageLength of the whole IGMP message in bytes
    public int version(int messageLength) {
        return switch (type()) {
            case MEMBERSHIP_QUERY -> {
                if (messageLength >= V3_QUERY_LENGTH) {
                    yield 3;
                }
                yield maxResponseCode() == 0 ? 1 : 2;
            }
            case V1_MEMBERSHIP_REPORT -> 1;
            case V2_MEMBERSHIP_REPORT, V2_LEAVE_GROUP -> 2;
            case V3_MEMBERSHIP_REPORT -> 3;
            default -> 0;
        };
    }

    /// Takes values instead of bytes: of a message without checksum.
    void set(int type, int maxResponseCode, int groupAddress) {
        word = (type & 0xffL) << 56 | (maxResponseCode & 0xffL) << 48;
        word |= Integer.toUnsignedLong(groupAddress);
    }
}
