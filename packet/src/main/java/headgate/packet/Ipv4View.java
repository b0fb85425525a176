package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IPv4 header, RFC 791 section 3.1.
///
/// ```
///  0       3 4     7 8            15 16   18 19                     31
/// +---------+-------+---------------+---------------------------------+
/// | Version |  IHL  |Type of Service|          Total Length           |
/// +---------+-------+---------------+-------+-------------------------+
/// |         Identification          | Flags |     Fragment Offset     |
/// +-----------------+---------------+-------+-------------------------+
/// |  Time to Live   |   Protocol    |         Header Checksum         |
/// +-----------------+---------------+---------------------------------+
/// |                          Source Address                           |
/// +-------------------------------------------------------------------+
/// |                        Destination Address                        |
/// +-------------------------------------------------------------------+
/// |                        Options, 0 to 40 bytes                     |
/// +-------------------------------------------------------------------+
/// ```
public final class Ipv4View {
    /// Without options.
    public static final int MIN_HEADER_LENGTH = 20;

    private static final int VERSION_AND_IHL = 0;
    private static final int TYPE_OF_SERVICE = 1;
    private static final int TOTAL_LENGTH = 2;
    private static final int IDENTIFICATION = 4;
    private static final int FLAGS_AND_FRAGMENT_OFFSET = 6;
    private static final int TIME_TO_LIVE = 8;
    private static final int PROTOCOL = 9;
    private static final int HEADER_CHECKSUM = 10;
    private static final int SOURCE_ADDRESS = 12;
    private static final int DESTINATION_ADDRESS = 16;

    private MemorySegment bytes = MemorySegment.NULL;
    private long start;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail. After any other answer they may still be used if [#MIN_HEADER_LENGTH]
    /// bytes are there.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        this.bytes = bytes;
        this.start = offset;
        if (version() != 4) {
            return Check.BAD_VERSION;
        }
        int headerLength = headerLength();
        if (headerLength < MIN_HEADER_LENGTH
                || totalLength() != 0 && totalLength() < headerLength) {
            return Check.BAD_LENGTH;
        }
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    public int version() {
        return NetworkOrder.u8(bytes, start + VERSION_AND_IHL) >>> 4;
    }

    /// With options; 20 to 60 bytes.
    public int headerLength() {
        return (NetworkOrder.u8(bytes, start + VERSION_AND_IHL) & 0xf) * 4;
    }

    public int typeOfService() {
        return NetworkOrder.u8(bytes, start + TYPE_OF_SERVICE);
    }

    /// Of header and payload. 0 in frames that were captured before segmentation offload.
    public int totalLength() {
        return NetworkOrder.u16(bytes, start + TOTAL_LENGTH);
    }

    public int identification() {
        return NetworkOrder.u16(bytes, start + IDENTIFICATION);
    }

    public boolean dontFragment() {
        return (flagsAndFragmentOffset() & 0x4000) != 0;
    }

    public boolean moreFragments() {
        return (flagsAndFragmentOffset() & 0x2000) != 0;
    }

    /// In bytes: the field counts units of eight.
    public int fragmentOffset() {
        return (flagsAndFragmentOffset() & 0x1fff) * 8;
    }

    public int timeToLive() {
        return NetworkOrder.u8(bytes, start + TIME_TO_LIVE);
    }

    public int protocol() {
        return NetworkOrder.u8(bytes, start + PROTOCOL);
    }

    public int headerChecksum() {
        return NetworkOrder.u16(bytes, start + HEADER_CHECKSUM);
    }

    public int sourceAddress() {
        return NetworkOrder.i32(bytes, start + SOURCE_ADDRESS);
    }

    public int destinationAddress() {
        return NetworkOrder.i32(bytes, start + DESTINATION_ADDRESS);
    }

    private int flagsAndFragmentOffset() {
        return NetworkOrder.u16(bytes, start + FLAGS_AND_FRAGMENT_OFFSET);
    }
}
