package headgate.packet;

import java.lang.foreign.MemorySegment;

/// FDDI header, ISO 9314-2.
///
/// ```
///  0             1                   6 7                  12
/// +-------------+---------------------+---------------------+
/// |Frame Control| Destination Address |   Source Address    |
/// +-------------+---------------------+---------------------+
/// ```
public final class FddiView {
    public static final int HEADER_LENGTH = 13;

    private static final int LENGTH_AND_FORMAT = 0x70;
    private static final int LONG_ADDRESSES_LLC = 0x50;

    private int frameControl;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        frameControl = NetworkOrder.u8(bytes, offset);
        return Check.OK;
    }

    /// Whether IEEE 802.2 LLC follows.
    public boolean isLlc() {
        return (frameControl & LENGTH_AND_FORMAT) == LONG_ADDRESSES_LLC;
    }
}
