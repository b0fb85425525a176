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

    private static final int HARDWARE_TYPE = 0;
    private static final int PROTOCOL_TYPE = 2;
    private static final int HARDWARE_LENGTH = 4;
    private static final int PROTOCOL_LENGTH = 5;
    private static final int OPERATION = 6;
    private static final int SENDER_MAC = 8;
    private static final int SENDER_ADDRESS = 14;
    private static final int TARGET_MAC = 18;
    private static final int TARGET_ADDRESS = 24;

    private MemorySegment bytes = MemorySegment.NULL;
    private long start;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail. After [Check#TRUNCATED] with at least [#HEADER_LENGTH] bytes the lengths,
    /// types and the operation may be read.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        this.bytes = bytes;
        this.start = offset;
        return limit - offset < length() ? Check.TRUNCATED : Check.OK;
    }

    /// Of the whole packet, as its own length fields say: 8 to 1028 bytes.
    public int length() {
        return HEADER_LENGTH + 2 * (hardwareLength() + protocolLength());
    }

    public int hardwareType() {
        return NetworkOrder.u16(bytes, start + HARDWARE_TYPE);
    }

    public int protocolType() {
        return NetworkOrder.u16(bytes, start + PROTOCOL_TYPE);
    }

    public int hardwareLength() {
        return NetworkOrder.u8(bytes, start + HARDWARE_LENGTH);
    }

    public int protocolLength() {
        return NetworkOrder.u8(bytes, start + PROTOCOL_LENGTH);
    }

    /// 1 request, 2 reply.
    public int operation() {
        return NetworkOrder.u16(bytes, start + OPERATION);
    }

    /// Whether the four addresses below are there: IPv4 over 48-bit hardware addresses.
    public boolean isIpv4OverMac() {
        return protocolType() == EtherType.IPV4 && hardwareLength() == 6 && protocolLength() == 4;
    }

    public long senderMac() {
        return NetworkOrder.u48(bytes, start + SENDER_MAC);
    }

    public int senderAddress() {
        return NetworkOrder.i32(bytes, start + SENDER_ADDRESS);
    }

    public long targetMac() {
        return NetworkOrder.u48(bytes, start + TARGET_MAC);
    }

    public int targetAddress() {
        return NetworkOrder.i32(bytes, start + TARGET_ADDRESS);
    }
}
