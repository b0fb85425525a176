package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IPv6 hop-by-hop options, routing and destination options header, RFC 8200 sections 4.3, 4.4 and
/// 4.6: three kinds that share their first two fields.
///
/// ```
///  0              7 8             15 16            23 24            31
/// +----------------+----------------+----------------+----------------+
/// |  Next Header   |  Hdr Ext Len   |  Routing Type  | Segments Left  |
/// +----------------+----------------+----------------+----------------+
/// |            options, or routing data: 4 + 8 × Hdr Ext Len bytes    |
/// +-------------------------------------------------------------------+
/// ```
public final class Ipv6ExtensionView {
    public static final int MIN_HEADER_LENGTH = 8;

    private int word;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i32(bytes, offset);
        return limit - offset < headerLength() ? Check.TRUNCATED : Check.OK;
    }

    public int nextHeader() {
        return word >>> 24;
    }

    /// 8 to 2048 bytes: the field counts units of eight, without the first.
    public int headerLength() {
        return 8 + 8 * (word >>> 16 & 0xff);
    }

    /// Of a routing header only.
    public int routingType() {
        return word >>> 8 & 0xff;
    }

    /// Of a routing header only.
    public int segmentsLeft() {
        return word & 0xff;
    }
}
