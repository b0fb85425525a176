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

    private static final int ETHERNET = 1;
    private static final int IEEE_802 = 6;
    private static final int MAC_LENGTH = 6;

    /// Hardware type, protocol type and their lengths, where the operation is still 0.
    private static final long ETHERNET_AND_IPV4 = 0x0001_0800_0604_0000L;

    /// Bytes 0 to 7: types, lengths, operation.
    private long word0;

    private long senderMac;
    private long targetMac;
    private int senderAddress;
    private int targetAddress;

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
        long sender = offset + HEADER_LENGTH;
        long target = sender + hardwareLength() + protocolLength();
        if (hasMacAddresses()) {
            senderMac = NetworkOrder.u48(bytes, sender);
            targetMac = NetworkOrder.u48(bytes, target);
        }
        if (hasIpv4Addresses()) {
            senderAddress = NetworkOrder.i32(bytes, sender + hardwareLength());
            targetAddress = NetworkOrder.i32(bytes, target + hardwareLength());
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

    /// Whether the hardware is Ethernet (1) or IEEE 802 (6), with addresses of 48 bits.
    public boolean hasMacAddresses() {
        return (hardwareType() == ETHERNET || hardwareType() == IEEE_802)
                && hardwareLength() == MAC_LENGTH;
    }

    /// Whether the protocol addresses are those of IPv4.
    public boolean hasIpv4Addresses() {
        return protocolType() == EtherType.IPV4 && protocolLength() == Integer.BYTES;
    }

    /// Only with [#hasMacAddresses()].
    public long senderMac() {
        return senderMac;
    }

    /// Only with [#hasIpv4Addresses()].
    public int senderAddress() {
        return senderAddress;
    }

    /// Only with [#hasMacAddresses()].
    public long targetMac() {
        return targetMac;
    }

    /// Only with [#hasIpv4Addresses()].
    public int targetAddress() {
        return targetAddress;
    }

    /// Takes values instead of bytes: of a packet between Ethernet and IPv4 addresses.
    void set(int operation, long senderMac, int senderAddress, long targetMac, int targetAddress) {
        word0 = ETHERNET_AND_IPV4 | operation & 0xffff;
        this.senderMac = senderMac;
        this.senderAddress = senderAddress;
        this.targetMac = targetMac;
        this.targetAddress = targetAddress;
    }
}
