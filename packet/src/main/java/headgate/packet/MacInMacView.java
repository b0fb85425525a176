package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Provider backbone bridging, IEEE 802.1Q section 9.7 (802.1ah): the service tag, then the
/// customer's Ethernet header.
///
/// ```
///  0     2  3   4    5   7 8                                        31
/// +-------+---+-----+-----+-------------------------------------------+
/// | I-PCP |DEI| UCA | Res |       Service identifier (I-SID)          |
/// +-------+---+-----+-----+-------------------------------------------+
/// |  Destination address (6), source address (6), length/type (2)     |
/// +-------------------------------------------------------------------+
/// ```
public final class MacInMacView {
    public static final int HEADER_LENGTH = 18;

    private int tag;
    private int lengthOrType;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        tag = NetworkOrder.i32(bytes, offset);
        lengthOrType = NetworkOrder.u16(bytes, offset + 16);
        return Check.OK;
    }

    /// 24 bits.
    public int serviceIdentifier() {
        return tag & 0xffffff;
    }

    public int lengthOrType() {
        return lengthOrType;
    }
}
