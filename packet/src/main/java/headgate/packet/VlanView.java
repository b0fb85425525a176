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

    private int tagAndType;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        tagAndType = NetworkOrder.i32(bytes, offset);
        return Check.OK;
    }

    public int tagControlInformation() {
        return tagAndType >>> 16;
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
        return tagAndType & 0xffff;
    }

    public boolean isType() {
        return EtherType.isType(lengthOrType());
    }
}
