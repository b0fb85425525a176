package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Header of Linux cooked captures, version 2 (LINKTYPE_LINUX_SLL2).
///
/// ```
///  0      1 2      3 4          7 8      9 10     11     12                   19
/// +--------+--------+------------+--------+------+-------+----------------------+
/// |protocol|reserved| interface  | ARPHRD |packet|address|       address        |
/// |        |        |   index    |        | type |length |  (padded to 8 bytes) |
/// +--------+--------+------------+--------+------+-------+----------------------+
/// ```
public final class LinuxSll2View {
    public static final int HEADER_LENGTH = 20;

    private static final int PROTOCOL = 0;
    private static final int INTERFACE_INDEX = 4;
    private static final int ARPHRD_TYPE = 8;
    private static final int PACKET_TYPE = 10;
    private static final int ADDRESS_LENGTH = 11;
    private static final int ADDRESS = 12;

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
        return Check.OK;
    }

    /// An EtherType, or below 1536 a protocol of Linux's own (`ETH_P_802_3` …).
    public int protocol() {
        return NetworkOrder.u16(bytes, start + PROTOCOL);
    }

    /// As `ip link` numbered it on the capturing host.
    public int interfaceIndex() {
        return NetworkOrder.i32(bytes, start + INTERFACE_INDEX);
    }

    /// Hardware type of the device, `ARPHRD_…` of linux/if_arp.h.
    public int arphrdType() {
        return NetworkOrder.u16(bytes, start + ARPHRD_TYPE);
    }

    /// `sll_pkttype` of packet(7): 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing.
    public int packetType() {
        return NetworkOrder.u8(bytes, start + PACKET_TYPE);
    }

    /// May be more than the 8 bytes that are kept.
    public int addressLength() {
        return NetworkOrder.u8(bytes, start + ADDRESS_LENGTH);
    }

    /// The first 48 bits of the sender's link-layer address.
    public long address() {
        return NetworkOrder.u48(bytes, start + ADDRESS);
    }
}
