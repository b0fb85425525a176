package headgate.packet;

import java.lang.foreign.MemorySegment;

/// What an ICMP error quotes at least of a transport header (RFC 792): eight bytes.
///
/// ```
///  0                              15 16                              31
/// +---------------------------------+---------------------------------+
/// |           Source Port           |        Destination Port         |
/// +---------------------------------+---------------------------------+
/// |  TCP: Sequence Number; SCTP: Verification Tag                     |
/// +-------------------------------------------------------------------+
/// ```
public final class QuotedTransportView {
    public static final int HEADER_LENGTH = 8;

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

    public int sourcePort() {
        return (int) (word >>> 48);
    }

    public int destinationPort() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// As an unsigned 32-bit number.
    public int sequenceNumberOrTag() {
        return (int) word;
    }
}
