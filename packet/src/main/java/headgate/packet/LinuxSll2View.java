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

    /// Bytes 0 to 7.
    private long word0;

    /// Bytes 8 to 15.
    private long word1;

    /// Bytes 12 to 19.
    private long addressWord;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word0 = NetworkOrder.i64(bytes, offset);
        word1 = NetworkOrder.i64(bytes, offset + 8);
        addressWord = NetworkOrder.i64(bytes, offset + 12);
        return Check.OK;
    }

    /// An EtherType, or below 1536 a protocol of Linux's own (`ETH_P_802_3` …).
    public int protocol() {
        return (int) (word0 >>> 48);
    }

    /// As `ip link` numbered it on the capturing host.
    public int interfaceIndex() {
        return (int) word0;
    }

    /// Hardware type of the device, `ARPHRD_…` of linux/if_arp.h.
    public int arphrdType() {
        return (int) (word1 >>> 48);
    }

    /// `sll_pkttype` of packet(7): 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing.
    public int packetType() {
        return (int) (word1 >>> 40) & 0xff;
    }

    /// May be more than the 8 bytes that are kept.
    public int addressLength() {
        return (int) (word1 >>> 32) & 0xff;
    }

    /// The first 48 bits of the sender's link-layer address.
    public long address() {
        return addressWord >>> 16;
    }
}
