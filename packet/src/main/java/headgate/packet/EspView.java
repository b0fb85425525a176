package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IP Encapsulating Security Payload, RFC 4303 section 2: what is not encrypted.
///
/// ```
///  0                                                                31
/// +-------------------------------------------------------------------+
/// |                  Security Parameters Index (SPI)                  |
/// +-------------------------------------------------------------------+
/// |                          Sequence Number                          |
/// +-------------------------------------------------------------------+
/// ```
public final class EspView {
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

    /// As an unsigned 32-bit number.
    public int securityParametersIndex() {
        return (int) (word >>> 32);
    }

    /// As an unsigned 32-bit number.
    public int sequenceNumber() {
        return (int) word;
    }
}
