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

    /// Bytes 0 to 7: version to hop limit.
    private long word0;

    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word0 = NetworkOrder.i64(bytes, offset);
        sourceHigh = NetworkOrder.i64(bytes, offset + 8);
        sourceLow = NetworkOrder.i64(bytes, offset + 16);
        destinationHigh = NetworkOrder.i64(bytes, offset + 24);
        destinationLow = NetworkOrder.i64(bytes, offset + 32);
        return version() == 6 ? Check.OK : Check.BAD_VERSION;
    }

    public int version() {
        return (int) (word0 >>> 60);
    }

    public int trafficClass() {
        return (int) (word0 >>> 52) & 0xff;
    }

    /// 20 bits.
    public int flowLabel() {
        return (int) (word0 >>> 32) & 0xfffff;
    }

    /// Of everything after this header, extension headers with it. 0 in a jumbogram (RFC 2675) and
    /// in frames that were captured before segmentation offload.
    public int payloadLength() {
        return (int) (word0 >>> 16) & 0xffff;
    }

    public int nextHeader() {
        return (int) (word0 >>> 8) & 0xff;
    }

    public int hopLimit() {
        return (int) word0 & 0xff;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    /// Takes values instead of bytes: of a header without addresses.
    void set(int trafficClass, int flowLabel, int payloadLength, int nextHeader, int hopLimit) {
        long lengthToHopLimit =
                (payloadLength & 0xffffL) << 16 | (nextHeader & 0xff) << 8 | hopLimit & 0xff;
        word0 = 6L << 60 | (trafficClass & 0xffL) << 52 | (flowLabel & 0xfffffL) << 32;
        word0 |= lengthToHopLimit;
    }
}
