package headgate.packet;

import java.lang.foreign.MemorySegment;

/// ARCNET header as captures have it: without (BSD) or with the offset bytes of Linux; RFC 1051 is
/// simple, RFC 1201 adds a split flag and a sequence number.
///
/// ```
///  0              7 8             15 16                      31
/// +----------------+----------------+-------------------------+-------+
/// |     Source     |  Destination   | Offset (2), Linux only  | Type  |
/// +----------------+----------------+-------------------------+-------+
/// | RFC 1201: split flag (1), sequence number (2)                     |
/// +-------------------------------------------------------------------+
/// ```
public final class ArcnetView {
    private static final int BSD_LENGTH = 3;
    private static final int LINUX_LENGTH = 5;
    private static final int SPLIT_LENGTH = 3;

    private static final int RFC_1051_IP = 0xf0;
    private static final int RFC_1051_ARP = 0xf1;
    private static final int RFC_1201_IP = 0xd4;
    private static final int RFC_1201_ARP = 0xd5;

    private int type;
    private int splitFlag;
    private int headerLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit, boolean isLinux) {
        headerLength = isLinux ? LINUX_LENGTH : BSD_LENGTH;
        if (limit - offset < headerLength) {
            return Check.TRUNCATED;
        }
        type = NetworkOrder.u8(bytes, offset + headerLength - 1);
        splitFlag = 0;
        if (type == RFC_1051_IP || type == RFC_1051_ARP) {
            return Check.OK;
        }
        headerLength += SPLIT_LENGTH;
        if (limit - offset < headerLength) {
            return Check.TRUNCATED;
        }
        splitFlag = NetworkOrder.u8(bytes, offset + headerLength - SPLIT_LENGTH);
        return Check.OK;
    }

    /// 3 to 8 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// Whether the packet is whole in this frame, and not one fragment of several (RFC 1201).
    public boolean isWhole() {
        return splitFlag == 0;
    }

    /// -1 where the type is neither IP nor ARP.
    public int etherType() {
        return switch (type) {
            case RFC_1051_IP, RFC_1201_IP -> EtherType.IPV4;
            case RFC_1051_ARP, RFC_1201_ARP -> EtherType.ARP;
            default -> -1;
        };
    }
}
