package headgate.packet;

import java.lang.foreign.MemorySegment;

/// ARP packet, RFC 826; the addresses for IPv4 over 48-bit hardware addresses.
///
/// ```
///  0              7 8             15 16            23 24            31
/// +----------------+----------------+----------------+----------------+
/// |          Hardware Type          |          Protocol Type          |
/// +----------------+----------------+----------------+----------------+
/// | Hardware Length| Protocol Length|            Operation            |
/// +----------------+----------------+----------------+----------------+
/// |  Sender Hardware Address (6), Sender Protocol Address (4),        |
/// |  Target Hardware Address (6), Target Protocol Address (4)         |
/// +-------------------------------------------------------------------+
/// ```
public final class ArpView {
    /// Without the addresses.
    public static final int HEADER_LENGTH = 8;

    /// Bytes 0 to 7: types, lengths, operation.
    private long word0;

    /// Bytes 8 to 15 and 16 to 23, if these are IPv4 and 48-bit addresses.
    private long word1;

    private long word2;

    /// Bytes 24 to 27, as above.
    private int word3;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail. After [Check#TRUNCATED] with at least [#HEADER_LENGTH] bytes the lengths,
    /// types and the operation may be read.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word0 = NetworkOrder.i64(bytes, offset);
        if (limit - offset < length()) {
            return Check.TRUNCATED;
        }
        if (isIpv4OverMac()) {
            word1 = NetworkOrder.i64(bytes, offset + 8);
            word2 = NetworkOrder.i64(bytes, offset + 16);
            word3 = NetworkOrder.i32(bytes, offset + 24);
        }
        return Check.OK;
    }

    /// Of the whole packet, as its own length fields say: 8 to 1028 bytes.
    public int length() {
        return HEADER_LENGTH + 2 * (hardwareLength() + protocolLength());
    }

    public int hardwareType() {
        return (int) (word0 >>> 48);
    }

    public int protocolType() {
        return (int) (word0 >>> 32) & 0xffff;
    }

    public int hardwareLength() {
        return (int) (word0 >>> 24) & 0xff;
    }

    public int protocolLength() {
        return (int) (word0 >>> 16) & 0xff;
    }

    /// 1 request, 2 reply.
    public int operation() {
        return (int) word0 & 0xffff;
    }

    /// Whether the four addresses below are there: IPv4 over 48-bit hardware addresses.
    public boolean isIpv4OverMac() {
        return protocolType() == EtherType.IPV4 && hardwareLength() == 6 && protocolLength() == 4;
    }

    public long senderMac() {
        return word1 >>> 16;
    }

    public int senderAddress() {
        return (int) word1 << 16 | (int) (word2 >>> 48);
    }

    public long targetMac() {
        return word2 & 0xffff_ffff_ffffL;
    }

    public int targetAddress() {
        return word3;
    }
}
