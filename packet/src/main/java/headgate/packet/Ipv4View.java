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

    /// Version 4 and a header of five words, no more fragments, no offset; and where that is said.
    private static final long PLAIN = 0x4500_0000_0000_0000L;

    private static final long PLAIN_BITS = 0xff00_0000_0000_3fffL;

    /// Bytes 0 to 7: version to fragment offset.
    private long word0;

    /// Bytes 8 to 15: time to live to source address.
    private long word1;

    /// Bytes 12 to 19: both addresses.
    private long addresses;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail. After any other answer they may still be used if [#MIN_HEADER_LENGTH]
    /// bytes are there.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word0 = NetworkOrder.i64(bytes, offset);
        word1 = NetworkOrder.i64(bytes, offset + 8);
        addresses = NetworkOrder.i64(bytes, offset + 12);
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

    /// As [#wrap], but for a header without options, of a packet that is no fragment: returns false
    /// for any other, whatever is wrong or merely different.
    boolean wrapPlain(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < MIN_HEADER_LENGTH) {
            return false;
        }
        word0 = NetworkOrder.i64(bytes, offset);
        word1 = NetworkOrder.i64(bytes, offset + 8);
        addresses = NetworkOrder.i64(bytes, offset + 12);
        return (word0 & PLAIN_BITS) == PLAIN && totalLength() >= MIN_HEADER_LENGTH;
    }

    public int version() {
        return (int) (word0 >>> 60);
    }

    /// With options; 20 to 60 bytes.
    public int headerLength() {
        return (int) (word0 >>> 56 & 0xf) * 4;
    }

    public int typeOfService() {
        return (int) (word0 >>> 48) & 0xff;
    }

    /// Of header and payload. 0 in frames that were captured before segmentation offload.
    public int totalLength() {
        return (int) (word0 >>> 32) & 0xffff;
    }

    public int identification() {
        return (int) (word0 >>> 16) & 0xffff;
    }

    public boolean dontFragment() {
        return (word0 & 0x4000) != 0;
    }

    public boolean moreFragments() {
        return (word0 & 0x2000) != 0;
    }

    /// In bytes: the field counts units of eight.
    public int fragmentOffset() {
        return ((int) word0 & 0x1fff) * 8;
    }

    public int timeToLive() {
        return (int) (word1 >>> 56);
    }

    public int protocol() {
        return (int) (word1 >>> 48) & 0xff;
    }

    public int headerChecksum() {
        return (int) (word1 >>> 32) & 0xffff;
    }

    public int sourceAddress() {
        return (int) (addresses >>> 32);
    }

    public int destinationAddress() {
        return (int) addresses;
    }

    /// Takes values instead of bytes: of a header without options and addresses.
    void set(int typeOfService, int totalLength, int timeToLive, int headerChecksum) {
        word0 = 0x45L << 56 | (typeOfService & 0xffL) << 48 | (totalLength & 0xffffL) << 32;
        word1 = (timeToLive & 0xffL) << 56 | (headerChecksum & 0xffffL) << 32;
    }

    /// Takes values instead of bytes, beside those of [#set].
    void setFragment(
            int identification, boolean dontFragment, boolean moreFragments, int fragmentOffset) {
        word0 |= (identification & 0xffffL) << 16 | fragmentOffset >>> 3 & 0x1fff;
        word0 |= (dontFragment ? 0x4000 : 0) | (moreFragments ? 0x2000 : 0);
    }
}
