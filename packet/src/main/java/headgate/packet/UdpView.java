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

    private long word;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail. After [Check#BAD_LENGTH] they may still be used.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i64(bytes, offset);
        // Zero is legal: a jumbogram carries its length in IPv6 (RFC 2675, section 4).
        return length() == 0 || length() >= HEADER_LENGTH ? Check.OK : Check.BAD_LENGTH;
    }

    public int sourcePort() {
        return (int) (word >>> 48);
    }

    public int destinationPort() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// Of header and payload.
    public int length() {
        return (int) (word >>> 16) & 0xffff;
    }

    /// 0: the sender computed none.
    public int checksum() {
        return (int) word & 0xffff;
    }

    /// Takes a value instead of bytes.
    void setLength(int length) {
        word = (length & 0xffffL) << 16;
    }
}
