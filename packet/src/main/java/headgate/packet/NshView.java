package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Network Service Header, RFC 8300 section 2.
///
/// ```
///  0    1 2  3  4          9 10        15 16      19 20    23 24     31
/// +------+--+--+------------+------------+----------+--------+--------+
/// | Ver  |O |U |    TTL     |   Length   |Unassigned|MD Type |  Next  |
/// +------+--+--+------------+------------+----------+--------+--------+
/// |          Service Path Identifier                | Service Index   |
/// +-------------------------------------------------+-----------------+
/// |                     Context headers                               |
/// +-------------------------------------------------------------------+
/// ```
public final class NshView {
    public static final int MIN_HEADER_LENGTH = 8;

    public static final int NEXT_IPV4 = 1;
    public static final int NEXT_IPV6 = 2;
    public static final int NEXT_ETHERNET = 3;
    public static final int NEXT_NSH = 4;
    public static final int NEXT_MPLS = 5;

    private long word;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        word = 2L << 48;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i64(bytes, offset);
        if (word >>> 62 != 0) {
            return Check.BAD_VERSION;
        }
        if (headerLength() < MIN_HEADER_LENGTH) {
            return Check.BAD_LENGTH;
        }
        return limit - offset < headerLength() ? Check.TRUNCATED : Check.OK;
    }

    /// The field counts units of four bytes.
    public int headerLength() {
        return (int) (word >>> 48 & 0x3f) * 4;
    }

    public int nextProtocol() {
        return (int) (word >>> 32) & 0xff;
    }

    /// 24 bits.
    public int servicePathIdentifier() {
        return (int) word >>> 8;
    }
}
