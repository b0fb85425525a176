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

    private static final int NEXT_HEADER = 0;
    private static final int FRAGMENT_OFFSET_AND_FLAGS = 2;
    private static final int IDENTIFICATION = 4;

    private MemorySegment bytes = MemorySegment.NULL;
    private long start;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        this.bytes = bytes;
        this.start = offset;
        return Check.OK;
    }

    public int nextHeader() {
        return NetworkOrder.u8(bytes, start + NEXT_HEADER);
    }

    /// In bytes: the field counts units of eight in its upper 13 bits.
    public int fragmentOffset() {
        return NetworkOrder.u16(bytes, start + FRAGMENT_OFFSET_AND_FLAGS) & 0xfff8;
    }

    public boolean moreFragments() {
        return (NetworkOrder.u16(bytes, start + FRAGMENT_OFFSET_AND_FLAGS) & 1) != 0;
    }

    /// 32 bits; take it as unsigned.
    public int identification() {
        return NetworkOrder.i32(bytes, start + IDENTIFICATION);
    }
}
