package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Token ring header, IEEE 802.5 section 3, with the route that a source may have put there.
///
/// ```
///  0              1             2                    7 8             13
/// +--------------+-------------+---------------------+----------------+
/// |Access Control|Frame Control| Destination Address | Source Address |
/// +--------------+-------------+---------------------+----------------+
/// |  Routing information, 2 to 30 bytes, if the first bit of the      |
/// |  source address is set                                            |
/// +-------------------------------------------------------------------+
/// ```
public final class TokenRingView {
    /// Without routing information.
    public static final int MIN_HEADER_LENGTH = 14;

    private static final int FRAME_TYPE_LLC = 1;

    private int frameControl;
    private int headerLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        frameControl = NetworkOrder.u8(bytes, offset + 1);
        boolean isRouted = (NetworkOrder.u8(bytes, offset + 8) & 0x80) != 0;
        if (isRouted) {
            headerLength += 2;
            if (limit - offset >= headerLength) {
                int length = NetworkOrder.u8(bytes, offset + MIN_HEADER_LENGTH) & 0x1f;
                headerLength = MIN_HEADER_LENGTH + Math.max(2, length);
            }
        }
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    /// 14 to 45 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// Whether IEEE 802.2 LLC follows.
    public boolean isLlc() {
        return frameControl >>> 6 == FRAME_TYPE_LLC;
    }
}
