package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Protocol Independent Multicast, RFC 7761 section 4.9.
///
/// ```
///  0      3 4       7 8               15 16                         31
/// +--------+---------+------------------+-----------------------------+
/// |Version |  Type   |     Reserved     |          Checksum           |
/// +--------+---------+------------------+-----------------------------+
/// |              Flags, in a Register message only                    |
/// +-------------------------------------------------------------------+
/// ```
public final class PimView {
    private static final int MIN_HEADER_LENGTH = 4;

    private static final int REGISTER_HEADER_LENGTH = 8;

    private static final int VERSION = 2;
    private static final int REGISTER = 1;

    private int word;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        word = 0;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i32(bytes, offset);
        return limit - offset < headerLength() ? Check.TRUNCATED : Check.OK;
    }

    public int headerLength() {
        return isRegister() ? REGISTER_HEADER_LENGTH : MIN_HEADER_LENGTH;
    }

    /// 0 Hello, 1 Register, 2 Register-Stop, 3 Join/Prune, …
    public int type() {
        return word >>> 24 & 0xf;
    }

    public int checksum() {
        return word & 0xffff;
    }

    /// Whether the multicast packet of a source follows, on its way to the rendezvous point.
    public boolean isRegister() {
        return word >>> 28 == VERSION && type() == REGISTER;
    }
}
