package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Per-Packet Information header, CACE Technologies, version 1.0.10. Its numbers are little-endian.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |    Version     |     Flags      |             Length              |
/// +----------------+----------------+---------------------------------+
/// |                       Link type of the frame                      |
/// +-------------------------------------------------------------------+
/// |  Fields                                                           |
/// +-------------------------------------------------------------------+
/// ```
public final class PpiView {
    public static final int MIN_HEADER_LENGTH = 8;

    private int headerLength;
    private int linkType;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        if (NetworkOrder.u8(bytes, offset) != 0) {
            return Check.BAD_VERSION;
        }
        headerLength = LittleEndian.u16(bytes, offset + 2);
        linkType = LittleEndian.i32(bytes, offset + 4);
        if (headerLength < MIN_HEADER_LENGTH) {
            return Check.BAD_LENGTH;
        }
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    /// With all fields.
    public int headerLength() {
        return headerLength;
    }

    /// Of the frame behind this header, see [LinkType].
    public int linkType() {
        return linkType;
    }
}
