package headgate.packet;

import java.lang.foreign.MemorySegment;

/// What Teredo puts between UDP and IPv6, RFC 4380 section 5.1.1: authentication data and the
/// origin indication, both, one or none.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+----------------+----------------+
/// |      0x00      |      0x01      |   ID length    |   AU length    |
/// +----------------+----------------+----------------+----------------+
/// |   Client ID, authentication value, nonce (8 bytes), confirmation  |
/// +----------------+----------------+---------------------------------+
/// |      0x00      |      0x00      |     Origin port, obfuscated     |
/// +----------------+----------------+---------------------------------+
/// |                   Origin IPv4 address, obfuscated                 |
/// +-------------------------------------------------------------------+
/// ```
public final class TeredoView {
    private static final int INDICATOR_LENGTH = 2;
    private static final int ORIGIN = 0x0000;
    private static final int AUTHENTICATION = 0x0001;
    private static final int ORIGIN_LENGTH = 8;
    private static final int AUTHENTICATION_LENGTH = 13;

    private int headerLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. [Check#OK] if an IPv6
    /// header follows; [Check#BAD_VERSION] if something else does.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = 0;
        if (indicator(bytes, offset, limit) == AUTHENTICATION) {
            if (limit - offset < 4) {
                headerLength = AUTHENTICATION_LENGTH;
                return Check.TRUNCATED;
            }
            headerLength =
                    AUTHENTICATION_LENGTH
                            + NetworkOrder.u8(bytes, offset + 2)
                            + NetworkOrder.u8(bytes, offset + 3);
        }
        if (indicator(bytes, offset + headerLength, limit) == ORIGIN) {
            headerLength += ORIGIN_LENGTH;
        }
        if (limit - offset < headerLength + INDICATOR_LENGTH) {
            return Check.TRUNCATED;
        }
        int version = NetworkOrder.u8(bytes, offset + headerLength) >>> 4;
        return version == 6 ? Check.OK : Check.BAD_VERSION;
    }

    /// Where IPv6 begins; 0 if there is neither authentication data nor origin indication.
    public int headerLength() {
        return headerLength;
    }

    private static int indicator(MemorySegment bytes, long offset, long limit) {
        return limit - offset < INDICATOR_LENGTH ? -1 : NetworkOrder.u16(bytes, offset);
    }
}
