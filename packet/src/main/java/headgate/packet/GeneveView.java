package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Geneve header, RFC 8926 section 3.4.
///
/// ```
///  0    1 2        7 8  9 10       15 16                             31
/// +------+----------+--+--+----------+--------------------------------+
/// | Ver  |  Opt Len |O |C | Reserved |         Protocol Type          |
/// +------+----------+--+--+----------+--------------------------------+
/// |           Virtual Network Identifier               |   Reserved   |
/// +----------------------------------------------------+--------------+
/// |                   Options, 0 to 252 bytes                         |
/// +-------------------------------------------------------------------+
/// ```
public final class GeneveView {
    /// Without options.
    public static final int MIN_HEADER_LENGTH = 8;

    private long word;
    private int headerLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i64(bytes, offset);
        if (word >>> 62 != 0) {
            return Check.BAD_VERSION;
        }
        headerLength += (int) (word >>> 56 & 0x3f) * 4;
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    /// With options; 8 to 260 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// An EtherType.
    public int protocolType() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// 24 bits.
    public int networkIdentifier() {
        return (int) word >>> 8;
    }
}
