package headgate.packet;

import java.lang.foreign.MemorySegment;

/// VLAN tag after its TPID, IEEE 802.1Q clause 9.6.
///
/// ```
///  0     2 3 4                15 16             31
/// +-------+-+------------------+------------------+
/// |  PCP  |D|  VLAN Identifier |   Length/Type    |
/// +-------+-+------------------+------------------+
/// ```
public final class VlanView {
    public static final int HEADER_LENGTH = 4;

    private static final int TAG_CONTROL_INFORMATION = 0;
    private static final int LENGTH_OR_TYPE = 2;

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

    public int tagControlInformation() {
        return NetworkOrder.u16(bytes, start + TAG_CONTROL_INFORMATION);
    }

    /// PCP, 0 to 7.
    public int priority() {
        return tagControlInformation() >>> 13;
    }

    /// DEI; the canonical format indicator of older bridges.
    public boolean dropEligible() {
        return (tagControlInformation() & 0x1000) != 0;
    }

    public int vlanIdentifier() {
        return tagControlInformation() & 0xfff;
    }

    /// What follows: an EtherType, or the length of an IEEE 802.3 frame up to 1500.
    public int lengthOrType() {
        return NetworkOrder.u16(bytes, start + LENGTH_OR_TYPE);
    }
}
