package headgate.packet;

import java.lang.foreign.MemorySegment;

/// VXLAN header, RFC 7348 section 5, and its Generic Protocol Extension, draft-ietf-nvo3-vxlan-gpe
/// section 3.
///
/// ```
///  0              7 8                             23 24              31
/// +----------------+--------------------------------+-----------------+
/// |Flags: R R R R I P R O (P, O: GPE) |  Reserved   |  Next Protocol  |
/// +----------------+--------------------------------+-----------------+
/// |          VXLAN Network Identifier               |    Reserved     |
/// +-------------------------------------------------+-----------------+
/// ```
public final class VxlanView {
    public static final int HEADER_LENGTH = 8;

    /// Next protocols of the extension.
    public static final int NEXT_IPV4 = 1;

    public static final int NEXT_IPV6 = 2;
    public static final int NEXT_ETHERNET = 3;
    public static final int NEXT_NSH = 4;
    public static final int NEXT_MPLS = 5;

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

    /// Whether the I flag is set: without it this is no VXLAN header.
    public boolean hasIdentifier() {
        return (word & 0x0800_0000_0000_0000L) != 0;
    }

    /// Of the extension; reserved and 0 in VXLAN itself.
    public int nextProtocol() {
        return (int) (word >>> 32) & 0xff;
    }

    /// 24 bits.
    public int networkIdentifier() {
        return (int) word >>> 8;
    }
}
