package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Header of Linux netfilter's log, linux/netfilter/nfnetlink_log.h: attributes, of which one holds
/// the packet. Their numbers are in the order of the machine that captured.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// | Address family |    Version     |   Resource (network order)      |
/// +----------------+----------------+---------------------------------+
/// |     Length, with this header    |             Type                |
/// +---------------------------------+---------------------------------+
/// |     Value, padded to four bytes; the next attribute …             |
/// +-------------------------------------------------------------------+
/// ```
public final class NflogView {
    public static final int HEADER_LENGTH = 4;

    private static final int ATTRIBUTE_HEADER = 4;
    private static final int PAYLOAD = 9;
    private static final int TYPE = 0x7fff;
    private static final int FAMILY_IPV4 = 2;
    private static final int FAMILY_IPV6 = 10;

    private int family;
    private int payloadOffset;
    private int payloadLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        payloadOffset = payloadLength = 0;
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        family = NetworkOrder.u8(bytes, offset);
        if (NetworkOrder.u8(bytes, offset + 1) != 0) {
            return Check.BAD_VERSION;
        }
        if (!findPayload(bytes, offset, limit, false)) {
            findPayload(bytes, offset, limit, true);
        }
        return Check.OK;
    }

    /// Returns whether all attributes up to the payload have lengths that can be.
    private boolean findPayload(MemorySegment bytes, long offset, long limit, boolean isBigEndian) {
        long at = offset + HEADER_LENGTH;
        while (limit - at >= ATTRIBUTE_HEADER) {
            int length = u16(bytes, at, isBigEndian);
            int type = u16(bytes, at + 2, isBigEndian) & TYPE;
            if (length < ATTRIBUTE_HEADER) {
                return false;
            }
            if (type == PAYLOAD) {
                payloadOffset = (int) (at - offset) + ATTRIBUTE_HEADER;
                payloadLength = length - ATTRIBUTE_HEADER;
                return true;
            }
            at += length + 3 & ~3;
        }
        return false;
    }

    private static int u16(MemorySegment bytes, long offset, boolean isBigEndian) {
        return isBigEndian ? NetworkOrder.u16(bytes, offset) : LittleEndian.u16(bytes, offset);
    }

    /// Where the packet starts, counted from this header; 0 if there is none.
    public int payloadOffset() {
        return payloadOffset;
    }

    /// Bytes of the packet, as its attribute says.
    public int payloadLength() {
        return payloadLength;
    }

    /// -1 where the family is not that of IPv4 or IPv6.
    public int etherType() {
        return switch (family) {
            case FAMILY_IPV4 -> EtherType.IPV4;
            case FAMILY_IPV6 -> EtherType.IPV6;
            default -> -1;
        };
    }
}
