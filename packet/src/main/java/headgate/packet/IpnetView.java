package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Header of Solaris' ipnet devices, LINKTYPE_IPNET.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |    Version     | Address family |            Hook type            |
/// +----------------+----------------+---------------------------------+
/// |  Packet length, interface, group interface, zones (4 bytes each)  |
/// +-------------------------------------------------------------------+
/// ```
public final class IpnetView {
    public static final int HEADER_LENGTH = 24;

    private static final int FAMILY_IPV4 = 2;
    private static final int FAMILY_IPV6 = 26;

    private int family;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        family = NetworkOrder.u8(bytes, offset + 1);
        return Check.OK;
    }

    /// -1 where the family is not that of IPv4 or IPv6.
    public int etherType() {
        return switch (family) {
            case FAMILY_IPV4 -> EtherType.IPV4;
            case FAMILY_IPV6 -> EtherType.IPV6;
            default -> -1;
        };
    }
}
