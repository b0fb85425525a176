package headgate.packet;

import java.lang.foreign.MemorySegment;

/// PKTAP header of Apple's systems, bsd/net/pktap.h. Its numbers are little-endian.
///
/// ```
///  0                                                                31
/// +-------------------------------------------------------------------+
/// |                           Header length                           |
/// +-------------------------------------------------------------------+
/// |                      Record type, 1: a packet                     |
/// +-------------------------------------------------------------------+
/// |                       Link type of the frame                      |
/// +-------------------------------------------------------------------+
/// |  Interface, process, service class, …                             |
/// +-------------------------------------------------------------------+
/// ```
public final class PktapView {
    /// Up to the link type.
    public static final int MIN_HEADER_LENGTH = 12;

    private static final int RECORD_PACKET = 1;

    private int headerLength;
    private int recordType;
    private int linkType;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        headerLength = LittleEndian.i32(bytes, offset);
        recordType = LittleEndian.i32(bytes, offset + 4);
        linkType = LittleEndian.i32(bytes, offset + 8);
        if (headerLength < MIN_HEADER_LENGTH) {
            return Check.BAD_LENGTH;
        }
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    /// At least 12 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// Whether a frame follows.
    public boolean isPacket() {
        return recordType == RECORD_PACKET;
    }

    /// Of the frame behind this header, see [LinkType].
    public int linkType() {
        return linkType;
    }
}
