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

    private static final int NEXT_HEADER = 0;
    private static final int HEADER_EXTENSION_LENGTH = 1;
    private static final int ROUTING_TYPE = 2;
    private static final int SEGMENTS_LEFT = 3;

    private MemorySegment bytes = MemorySegment.NULL;
    private long start;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        this.bytes = bytes;
        this.start = offset;
        return limit - offset < headerLength() ? Check.TRUNCATED : Check.OK;
    }

    public int nextHeader() {
        return NetworkOrder.u8(bytes, start + NEXT_HEADER);
    }

    /// 8 to 2048 bytes: the field counts units of eight, without the first.
    public int headerLength() {
        return 8 + 8 * NetworkOrder.u8(bytes, start + HEADER_EXTENSION_LENGTH);
    }

    /// Of a routing header only.
    public int routingType() {
        return NetworkOrder.u8(bytes, start + ROUTING_TYPE);
    }

    /// Of a routing header only.
    public int segmentsLeft() {
        return NetworkOrder.u8(bytes, start + SEGMENTS_LEFT);
    }
}
