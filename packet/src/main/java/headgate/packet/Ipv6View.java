package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IPv6 header, RFC 8200 section 3.
///
/// ```
///  0      3 4            11 12                                      31
/// +--------+---------------+------------------------------------------+
/// |Version | Traffic Class |                Flow Label                |
/// +--------+---------------+--------+------------------+--------------+
/// |         Payload Length          |    Next Header   |  Hop Limit   |
/// +---------------------------------+------------------+--------------+
/// |                     Source Address (16 bytes)                     |
/// +-------------------------------------------------------------------+
/// |                  Destination Address (16 bytes)                   |
/// +-------------------------------------------------------------------+
/// ```
public final class Ipv6View {
    public static final int HEADER_LENGTH = 40;

    private static final int VERSION_CLASS_LABEL = 0;
    private static final int PAYLOAD_LENGTH = 4;
    private static final int NEXT_HEADER = 6;
    private static final int HOP_LIMIT = 7;
    private static final int SOURCE_ADDRESS = 8;
    private static final int DESTINATION_ADDRESS = 24;

    private MemorySegment bytes = MemorySegment.NULL;
    private long start;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        this.bytes = bytes;
        this.start = offset;
        return version() == 6 ? Check.OK : Check.BAD_VERSION;
    }

    public int version() {
        return NetworkOrder.u8(bytes, start + VERSION_CLASS_LABEL) >>> 4;
    }

    public int trafficClass() {
        return NetworkOrder.u16(bytes, start + VERSION_CLASS_LABEL) >>> 4 & 0xff;
    }

    /// 20 bits.
    public int flowLabel() {
        return NetworkOrder.i32(bytes, start + VERSION_CLASS_LABEL) & 0xfffff;
    }

    /// Of everything after this header, extension headers with it. 0 in a jumbogram (RFC 2675) and
    /// in frames that were captured before segmentation offload.
    public int payloadLength() {
        return NetworkOrder.u16(bytes, start + PAYLOAD_LENGTH);
    }

    public int nextHeader() {
        return NetworkOrder.u8(bytes, start + NEXT_HEADER);
    }

    public int hopLimit() {
        return NetworkOrder.u8(bytes, start + HOP_LIMIT);
    }

    public long sourceHigh() {
        return NetworkOrder.i64(bytes, start + SOURCE_ADDRESS);
    }

    public long sourceLow() {
        return NetworkOrder.i64(bytes, start + SOURCE_ADDRESS + 8);
    }

    public long destinationHigh() {
        return NetworkOrder.i64(bytes, start + DESTINATION_ADDRESS);
    }

    public long destinationLow() {
        return NetworkOrder.i64(bytes, start + DESTINATION_ADDRESS + 8);
    }
}
