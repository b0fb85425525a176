package headgate.packet;

import java.lang.foreign.MemorySegment;

/// SCTP common header, RFC 9260 section 3.1.
///
/// ```
///  0                              15 16                              31
/// +---------------------------------+---------------------------------+
/// |           Source Port           |        Destination Port         |
/// +---------------------------------+---------------------------------+
/// |                         Verification Tag                          |
/// +-------------------------------------------------------------------+
/// |                         Checksum (CRC-32C)                        |
/// +-------------------------------------------------------------------+
/// ```
public final class SctpView {
    public static final int HEADER_LENGTH = 12;

    private long word;
    private int checksum;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i64(bytes, offset);
        checksum = NetworkOrder.i32(bytes, offset + 8);
        return Check.OK;
    }

    public int sourcePort() {
        return (int) (word >>> 48);
    }

    public int destinationPort() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// As an unsigned 32-bit number.
    public int verificationTag() {
        return (int) word;
    }

    public int checksum() {
        return checksum;
    }
}
