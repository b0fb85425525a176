package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Header between a wireless access point and its controller, RFC 5415 sections 4.2 and 4.3; before
/// what is encrypted it has four bytes.
///
/// ```
///  0     3 4     7 8     12 13   17 18   22 23 24 25 26 27 28 29   31
/// +-------+-------+--------+-------+-------+--+--+--+--+--+--+-------+
/// |Version|  Type |  HLEN  |  RID  | WBID  |T |F |L |W |M |K | Flags |
/// +-------+-------+--------+-------+-------+--+--+--+--+--+--+-------+
/// |          Fragment ID           |     Fragment Offset     | Rsvd  |
/// +--------------------------------+-------------------------+-------+
/// |  Radio MAC Address (if M), Wireless Specific Information (if W)  |
/// +------------------------------------------------------------------+
/// ```
public final class CapwapView {
    public static final int MIN_HEADER_LENGTH = 8;

    private static final int DTLS_HEADER_LENGTH = 4;
    private static final int TYPE_DTLS = 1;
    private static final int BINDING_IEEE_802_11 = 1;
    private static final int NATIVE_FRAME = 0x100;
    private static final int FRAGMENT = 0x80;
    private static final int KEEP_ALIVE = 0x08;

    private int word;

    /// Places this view at `offset`; no byte at or after `limit` is read. [Check#BAD_VERSION] if it
    /// is of no known version or type, [Check#BAD_LENGTH] if its length is less than that of its
    /// fixed part. After [Check#OK] no accessor can fail; after [Check#TRUNCATED] [#headerLength()]
    /// tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        word = MIN_HEADER_LENGTH / 4 << 19;
        if (limit - offset < DTLS_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i32(bytes, offset);
        if (word >>> 24 > TYPE_DTLS) {
            return Check.BAD_VERSION;
        }
        if (headerLength() < MIN_HEADER_LENGTH && !isEncrypted()) {
            return Check.BAD_LENGTH;
        }
        return limit - offset < headerLength() ? Check.TRUNCATED : Check.OK;
    }

    public int headerLength() {
        return isEncrypted() ? DTLS_HEADER_LENGTH : 4 * (word >>> 19 & 0x1f);
    }

    /// Whether DTLS follows.
    public boolean isEncrypted() {
        return word >>> 24 == TYPE_DTLS;
    }

    /// Whether a whole frame of IEEE 802.11 follows, if this is a data packet.
    public boolean isIeee80211() {
        boolean isNative = (word & NATIVE_FRAME) != 0;
        return isWholeFrame() && isNative && (word >>> 9 & 0x1f) == BINDING_IEEE_802_11;
    }

    /// Whether a whole frame of IEEE 802.3 follows, if this is a data packet.
    public boolean isIeee8023() {
        return isWholeFrame() && (word & NATIVE_FRAME) == 0;
    }

    private boolean isWholeFrame() {
        return !isEncrypted() && (word & (FRAGMENT | KEEP_ALIVE)) == 0;
    }
}
