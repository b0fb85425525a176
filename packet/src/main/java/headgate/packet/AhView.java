package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IP Authentication Header, RFC 4302 section 2.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |  Next Header   |  Payload Len   |            Reserved             |
/// +----------------+----------------+---------------------------------+
/// |                  Security Parameters Index (SPI)                  |
/// +-------------------------------------------------------------------+
/// |                          Sequence Number                          |
/// +-------------------------------------------------------------------+
/// |                  Integrity Check Value (variable)                 |
/// +-------------------------------------------------------------------+
/// ```
public final class AhView {
    /// Without an integrity check value.
    public static final int MIN_HEADER_LENGTH = 12;

    private int word;
    private int securityParametersIndex;
    private int sequenceNumber;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        word = 0x0001_0000;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i32(bytes, offset);
        securityParametersIndex = NetworkOrder.i32(bytes, offset + 4);
        sequenceNumber = NetworkOrder.i32(bytes, offset + 8);
        if (headerLength() < MIN_HEADER_LENGTH) {
            return Check.BAD_LENGTH;
        }
        return limit - offset < headerLength() ? Check.TRUNCATED : Check.OK;
    }

    public int nextHeader() {
        return word >>> 24;
    }

    /// The field counts units of four bytes less two.
    public int headerLength() {
        return ((word >>> 16 & 0xff) + 2) * 4;
    }

    /// As an unsigned 32-bit number.
    public int securityParametersIndex() {
        return securityParametersIndex;
    }

    /// As an unsigned 32-bit number.
    public int sequenceNumber() {
        return sequenceNumber;
    }
}
