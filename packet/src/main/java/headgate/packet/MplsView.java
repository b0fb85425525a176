package headgate.packet;

import java.lang.foreign.MemorySegment;

/// MPLS label stack entry, RFC 3032 section 2.1; the traffic class is RFC 5462's name.
///
/// ```
///  0                              19 20  22 23 24                    31
/// +---------------------------------+------+--+-----------------------+
/// |              Label              |  TC  |S |     Time to Live      |
/// +---------------------------------+------+--+-----------------------+
/// ```
public final class MplsView {
    public static final int HEADER_LENGTH = 4;

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

    /// 20 bits.
    public int label() {
        return word >>> 12;
    }

    public int trafficClass() {
        return word >>> 9 & 7;
    }

    /// Whether the packet follows, and not another entry.
    public boolean isBottomOfStack() {
        return (word & 0x100) != 0;
    }

    public int timeToLive() {
        return word & 0xff;
    }
}
