package headgate.packet;

import java.lang.foreign.MemorySegment;

/// PPP encapsulation, RFC 1661 section 2, with or without the address and control fields of RFC
/// 1662, and with a protocol field of one byte where the sender compressed it.
///
/// ```
///  0              7 8             15 16                   23 or 31
/// +----------------+----------------+---------------------------------+
/// | Address (0xff) | Control (0x03) |     Protocol (1 or 2 bytes)     |
/// +----------------+----------------+---------------------------------+
/// ```
public final class PppView {
    /// Protocol alone, compressed.
    public static final int MIN_HEADER_LENGTH = 1;

    public static final int IPV4 = 0x0021;
    public static final int IPV6 = 0x0057;
    public static final int MPLS = 0x0281;

    private static final int ADDRESS = 0xff;
    private static final int ADDRESS_AND_CONTROL = 0xff03;

    private int headerLength;
    private int protocol;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = 0;
        if (limit - offset == 1 && NetworkOrder.u8(bytes, offset) == ADDRESS) {
            return Check.TRUNCATED;
        }
        if (limit - offset >= 2 && NetworkOrder.u16(bytes, offset) == ADDRESS_AND_CONTROL) {
            headerLength = 2;
        }
        long at = offset + headerLength;
        if (at >= limit) {
            return Check.TRUNCATED;
        }
        protocol = NetworkOrder.u8(bytes, at);
        headerLength++;
        // The last byte of a protocol number is odd, all before it are even.
        if ((protocol & 1) == 0) {
            if (limit - at < 2) {
                return Check.TRUNCATED;
            }
            protocol = NetworkOrder.u16(bytes, at);
            headerLength++;
        }
        return Check.OK;
    }

    /// 1 to 4 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// PPP DLL Protocol Numbers, IANA registry.
    public int protocol() {
        return protocol;
    }
}
