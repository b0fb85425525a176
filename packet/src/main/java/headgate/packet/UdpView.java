package headgate.packet;

import java.lang.foreign.MemorySegment;

/// UDP header, RFC 768.
///
/// ```
///  0               15 16              31
/// +------------------+------------------+
/// |   Source Port    | Destination Port |
/// +------------------+------------------+
/// |      Length      |     Checksum     |
/// +------------------+------------------+
/// ```
public final class UdpView {
    public static final int HEADER_LENGTH = 8;

    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int LENGTH = 4;
    private static final int CHECKSUM = 6;

    private MemorySegment bytes = MemorySegment.NULL;
    private long start;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail. After [Check#BAD_LENGTH] they may still be used.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        this.bytes = bytes;
        this.start = offset;
        // Zero is legal: a jumbogram carries its length in IPv6 (RFC 2675, section 4).
        return length() == 0 || length() >= HEADER_LENGTH ? Check.OK : Check.BAD_LENGTH;
    }

    public int sourcePort() {
        return NetworkOrder.u16(bytes, start + SOURCE_PORT);
    }

    public int destinationPort() {
        return NetworkOrder.u16(bytes, start + DESTINATION_PORT);
    }

    /// Of header and payload.
    public int length() {
        return NetworkOrder.u16(bytes, start + LENGTH);
    }

    /// 0: the sender computed none.
    public int checksum() {
        return NetworkOrder.u16(bytes, start + CHECKSUM);
    }
}
