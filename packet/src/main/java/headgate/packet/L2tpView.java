package headgate.packet;

import java.lang.foreign.MemorySegment;

/// L2TP header over UDP: version 2, RFC 2661 section 3.1, and version 3, RFC 3931 section 4.1.2.
///
/// ```
///  0  1        4     6  7         12 15 16                           31
/// +--+--+-----+--+--+--+--+--------+----+-----------------------------+
/// |T |L |     |S |  |O |P |        |Ver |       Length, if L          |
/// +--+--+-----+--+--+--+--+--------+----+-----------------------------+
/// |           Tunnel ID               |         Session ID            |
/// +-----------------------------------+-------------------------------+
/// |          Ns, if S                 |          Nr, if S             |
/// +-----------------------------------+-------------------------------+
/// |     Offset Size, if O             |     Offset padding            |
/// +-----------------------------------+-------------------------------+
/// ```
///
/// A version 3 data message has 16 reserved bits and a session identifier of 32 after the first
/// word.
public final class L2tpView {
    /// A version 2 data message without optional fields.
    public static final int MIN_HEADER_LENGTH = 6;

    private static final int VERSION_3_HEADER_LENGTH = 8;
    private static final int CONTROL = 0x8000;
    private static final int LENGTH = 0x4000;
    private static final int SEQUENCE = 0x0800;
    private static final int OFFSET = 0x0200;
    private static final int VERSION = 0x000f;

    private int flags;
    private int headerLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        flags = NetworkOrder.u16(bytes, offset);
        return switch (version()) {
            case 2 -> version2(bytes, offset, limit);
            case 3 -> {
                headerLength = isControl() ? VERSION_3_HEADER_LENGTH + 4 : VERSION_3_HEADER_LENGTH;
                yield limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
            }
            default -> Check.BAD_VERSION;
        };
    }

    private Check version2(MemorySegment bytes, long offset, long limit) {
        if ((flags & LENGTH) != 0) {
            headerLength += 2;
        }
        if ((flags & SEQUENCE) != 0) {
            headerLength += 4;
        }
        if ((flags & OFFSET) != 0) {
            headerLength += 2;
            if (limit - offset >= headerLength) {
                headerLength += NetworkOrder.u16(bytes, offset + headerLength - 2);
            }
        }
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    /// With all optional fields and the offset padding; at least 6 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// Whether this is a control message, which carries no packet.
    public boolean isControl() {
        return (flags & CONTROL) != 0;
    }

    public int version() {
        return flags & VERSION;
    }
}
