package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IPv6 fragment header, RFC 8200 section 4.5.
///
/// ```
///  0              7 8             15 16                    28 29  30 31
/// +----------------+----------------+-------------------------+-----+-+
/// |  Next Header   |    Reserved    |     Fragment Offset     | Res |M|
/// +----------------+----------------+-------------------------+-----+-+
/// |                          Identification                           |
/// +-------------------------------------------------------------------+
/// ```
public final class Ipv6FragmentView {
    public static final int HEADER_LENGTH = 8;

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

    public int nextHeader() {
        return (int) (word >>> 56);
    }

    /// In bytes: the field counts units of eight in its upper 13 bits.
    public int fragmentOffset() {
        return (int) (word >>> 32) & 0xfff8;
    }

    public boolean moreFragments() {
        return (word >>> 32 & 1) != 0;
    }

    /// 32 bits; take it as unsigned.
    public int identification() {
        return (int) word;
    }

    /// Takes values instead of bytes.
    void set(int identification, boolean moreFragments, int fragmentOffset) {
        long offsetAndMore = fragmentOffset & 0xfff8L | (moreFragments ? 1 : 0);
        word = offsetAndMore << 32 | Integer.toUnsignedLong(identification);
    }
}
