package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Radiotap header, radiotap.org: what a radio says of an IEEE 802.11 frame. Its numbers are
/// little-endian.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |    Version     |    Padding     |             Length              |
/// +----------------+----------------+---------------------------------+
/// |  Present flags: bit 0 TSFT, bit 1 flags, …, bit 31 another word   |
/// +-------------------------------------------------------------------+
/// |  Fields, each at a multiple of its size                           |
/// +-------------------------------------------------------------------+
/// ```
public final class RadiotapView {
    public static final int MIN_HEADER_LENGTH = 8;

    private static final int PRESENT_TSFT = 1;
    private static final int PRESENT_FLAGS = 1 << 1;
    private static final int PRESENT_ANOTHER = 1 << 31;
    private static final int FRAME_CHECK_SEQUENCE = 0x10;
    private static final int DATA_PADDING = 0x20;

    private int headerLength;
    private int flags;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        flags = 0;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        if (NetworkOrder.u8(bytes, offset) != 0) {
            return Check.BAD_VERSION;
        }
        headerLength = LittleEndian.u16(bytes, offset + 2);
        if (headerLength < MIN_HEADER_LENGTH) {
            return Check.BAD_LENGTH;
        }
        if (limit - offset < headerLength) {
            return Check.TRUNCATED;
        }
        flags = flags(bytes, offset);
        return Check.OK;
    }

    private int flags(MemorySegment bytes, long offset) {
        int present = LittleEndian.i32(bytes, offset + 4);
        int at = MIN_HEADER_LENGTH;
        for (int word = present; (word & PRESENT_ANOTHER) != 0; at += 4) {
            if (headerLength - at < 4) {
                return 0;
            }
            word = LittleEndian.i32(bytes, offset + at);
        }
        if ((present & PRESENT_FLAGS) == 0) {
            return 0;
        }
        if ((present & PRESENT_TSFT) != 0) {
            at = (at + 7 & ~7) + 8;
        }
        return at < headerLength ? NetworkOrder.u8(bytes, offset + at) : 0;
    }

    /// At least 8 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// Whether the IEEE 802.11 frame ends with its frame check sequence.
    public boolean hasFrameCheckSequence() {
        return (flags & FRAME_CHECK_SEQUENCE) != 0;
    }

    /// Whether the IEEE 802.11 header is padded to a multiple of four bytes.
    public boolean hasDataPadding() {
        return (flags & DATA_PADDING) != 0;
    }
}
