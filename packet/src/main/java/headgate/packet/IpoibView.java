package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IP over InfiniBand as captures have it: the addresses of a Global Route Header, and the header
/// of RFC 4391 section 6.
///
/// ```
///  0                                                                31
/// +-------------------------------------------------------------------+
/// |        20 bytes reserved, destination QPN and GID (20 bytes)      |
/// +---------------------------------+---------------------------------+
/// |            EtherType            |            Reserved             |
/// +---------------------------------+---------------------------------+
/// ```
public final class IpoibView {
    public static final int HEADER_LENGTH = 44;

    private int etherType;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        etherType = NetworkOrder.u16(bytes, offset + 40);
        return Check.OK;
    }

    public int etherType() {
        return etherType;
    }
}
