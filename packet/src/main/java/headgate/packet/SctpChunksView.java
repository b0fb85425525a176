package headgate.packet;

import java.lang.foreign.MemorySegment;

/// The chunks of an SCTP packet, RFC 9260 section 3.2, one after the other.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |      Type      |     Flags      |    Length, with this header     |
/// +----------------+----------------+---------------------------------+
/// |                Value, padded to four bytes                        |
/// +-------------------------------------------------------------------+
/// ```
public final class SctpChunksView {
    public static final int HEADER_LENGTH = 4;

    public static final int DATA = 0;

    private MemorySegment bytes = MemorySegment.NULL;
    private long at;
    private long next;
    private long limit;
    private int type;
    private int length;

    /// Places this view before the first chunk; no byte at or after `limit` is read.
    public void wrap(MemorySegment bytes, long offset, long limit) {
        this.bytes = bytes;
        this.limit = limit;
        next = offset;
    }

    /// Goes to the next chunk whose header is there. Returns false at the end, or behind a chunk
    /// whose length is less than that of its header.
    public boolean next() {
        if (next < 0 || limit - next < HEADER_LENGTH) {
            return false;
        }
        at = next;
        type = NetworkOrder.u8(bytes, at);
        length = NetworkOrder.u16(bytes, at + 2);
        next = length < HEADER_LENGTH ? -1 : at + (length + 3 & ~3);
        return true;
    }

    public int type() {
        return type;
    }

    /// With header, without padding; as the chunk says.
    public int length() {
        return length;
    }

    /// Where the chunk starts.
    public long offset() {
        return at;
    }
}
