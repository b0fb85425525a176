package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Header of Linux cooked captures, version 1 (LINKTYPE_LINUX_SLL).
///
/// ```
///  0      1 2      3 4      5 6                    13 14     15
/// +--------+--------+--------+-----------------------+--------+
/// | packet | ARPHRD | address|        address        |protocol|
/// |  type  |        | length | (padded to 8 bytes)   |        |
/// +--------+--------+--------+-----------------------+--------+
/// ```
public final class LinuxSllView {
    public static final int HEADER_LENGTH = 16;

    /// Hardware type of a GRE tunnel, whose frames have GRE's protocol type where others have an
    /// EtherType: the numbers are the same.
    public static final int ARPHRD_IPGRE = 778;

    /// `ETH_P_802_2`: IEEE 802.2 LLC follows.
    static final int PROTOCOL_LLC = 4;

    /// Bytes 0 to 7.
    private long word0;

    /// Bytes 8 to 15.
    private long word1;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word0 = NetworkOrder.i64(bytes, offset);
        word1 = NetworkOrder.i64(bytes, offset + 8);
        return Check.OK;
    }

    /// `sll_pkttype` of packet(7): 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing.
    public int packetType() {
        return (int) (word0 >>> 48);
    }

    /// Hardware type of the device, `ARPHRD_…` of linux/if_arp.h.
    public int arphrdType() {
        return (int) (word0 >>> 32) & 0xffff;
    }

    /// May be more than the 8 bytes that are kept.
    public int addressLength() {
        return (int) (word0 >>> 16) & 0xffff;
    }

    /// The first 48 bits of the sender's link-layer address.
    public long address() {
        return (word0 & 0xffff) << 32 | word1 >>> 32;
    }

    /// An EtherType, or below 1536 a protocol of Linux's own (`ETH_P_802_3` …).
    public int protocol() {
        return (int) word1 & 0xffff;
    }
}
