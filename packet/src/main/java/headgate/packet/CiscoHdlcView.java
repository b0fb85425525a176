package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Cisco HDLC header, as in RFC 1547 section 4.3.1.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |    Address     |    Control     |  Protocol (mostly an EtherType) |
/// +----------------+----------------+---------------------------------+
/// ```
public final class CiscoHdlcView {
    public static final int HEADER_LENGTH = 4;

    /// Values of the address.
    public static final int UNICAST = 0x0f;

    public static final int MULTICAST = 0x8f;

    private int word;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i32(bytes, offset);
        return Check.OK;
    }

    /// An EtherType; 0x8035 is SLARP.
    public int protocol() {
        return word & 0xffff;
    }
}
