package headgate.packet;

import java.lang.foreign.MemorySegment;

/// BSD loopback header: one address family in 32 bits.
///
/// LINKTYPE_NULL has it in the byte order of the capturing host, LINKTYPE_LOOP in network order.
/// Families are small numbers, so whichever half is zero tells the order.
public final class NullLoopbackView {
    public static final int HEADER_LENGTH = 4;

    private static final int AF_INET = 2;

    private int word;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i32(bytes, offset);
        return Check.OK;
    }

    /// `AF_…` as the capturing system numbers it.
    public int family() {
        return word >>> 16 == 0 ? word : Integer.reverseBytes(word);
    }

    /// The EtherType of what follows; -1 if the family is another one.
    public int etherType() {
        return switch (family()) {
            case AF_INET -> EtherType.IPV4;
            // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS.
            case 10, 24, 28, 30 -> EtherType.IPV6;
            default -> -1;
        };
    }
}
