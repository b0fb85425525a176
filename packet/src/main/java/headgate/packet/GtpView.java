package headgate.packet;

import java.lang.foreign.MemorySegment;

/// GTP version 1 header with its extension headers, 3GPP TS 29.281 section 5 (user plane) and TS
/// 29.060 section 6 (control plane).
///
/// ```
///  0      2  3  4  5  6  7 8            15 16                        31
/// +--------+--+--+--+--+--+---------------+---------------------------+
/// | Version|PT|* |E |S |PN| Message Type  |          Length           |
/// +--------+--+--+--+--+--+---------------+---------------------------+
/// |                   Tunnel Endpoint Identifier                      |
/// +---------------------------------------+-------------+-------------+
/// |  Sequence Number, if E, S or PN       | N-PDU Number| Next Ext.   |
/// +---------------------------------------+-------------+-------------+
/// |  Extension headers: length in units of four bytes, …, next type   |
/// +-------------------------------------------------------------------+
/// ```
public final class GtpView {
    public static final int MIN_HEADER_LENGTH = 8;

    /// The message that carries a user's packet.
    public static final int G_PDU = 255;

    private static final int OPTIONAL_LENGTH = 4;
    private static final int EXTENSION = 0x04;
    private static final int ANY_OPTIONAL = 0x07;

    private long word;
    private int headerLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed. GTP of
    /// other versions is [Check#BAD_VERSION].
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i64(bytes, offset);
        if (version() != 1) {
            return Check.BAD_VERSION;
        }
        if ((flags() & ANY_OPTIONAL) == 0) {
            return Check.OK;
        }
        headerLength += OPTIONAL_LENGTH;
        if (limit - offset < headerLength) {
            return Check.TRUNCATED;
        }
        return (flags() & EXTENSION) == 0 ? Check.OK : extensions(bytes, offset, limit);
    }

    private Check extensions(MemorySegment bytes, long offset, long limit) {
        while (NetworkOrder.u8(bytes, offset + headerLength - 1) != 0) {
            if (limit - offset <= headerLength) {
                headerLength += OPTIONAL_LENGTH;
                return Check.TRUNCATED;
            }
            int units = NetworkOrder.u8(bytes, offset + headerLength);
            if (units == 0) {
                return Check.BAD_LENGTH;
            }
            headerLength += units * 4;
            if (limit - offset < headerLength) {
                return Check.TRUNCATED;
            }
        }
        return Check.OK;
    }

    /// With optional fields and extension headers; at least 8 bytes.
    public int headerLength() {
        return headerLength;
    }

    public int version() {
        return (int) (word >>> 61);
    }

    /// Whether this is GTP, and not the charging protocol GTP'.
    public boolean isGtp() {
        return (flags() & 0x10) != 0;
    }

    public int messageType() {
        return (int) (word >>> 48) & 0xff;
    }

    /// Of all that follows the first 8 bytes.
    public int length() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// As an unsigned 32-bit number.
    public int tunnelEndpointIdentifier() {
        return (int) word;
    }

    private int flags() {
        return (int) (word >>> 56);
    }
}
