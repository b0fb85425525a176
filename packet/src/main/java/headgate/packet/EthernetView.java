package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Ethernet header, IEEE 802.3 clause 3.
///
/// ```
///  0                  5 6                 11 12      13
/// +--------------------+--------------------+-----------+
/// | Destination Address|   Source Address   |Length/Type|
/// +--------------------+--------------------+-----------+
/// ```
public final class EthernetView {
    public static final int HEADER_LENGTH = 14;

    private static final int DESTINATION = 0;
    private static final int SOURCE = 6;
    private static final int LENGTH_OR_TYPE = 12;

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

    /// 48 bits, the first byte on the wire highest.
    public long destination() {
        return NetworkOrder.i64(bytes, start + DESTINATION) >>> 16;
    }

    public long source() {
        return NetworkOrder.i64(bytes, start + SOURCE) >>> 16;
    }

    /// An EtherType from 1536 on, or the length of an IEEE 802.3 frame up to 1500.
    public int lengthOrType() {
        return NetworkOrder.u16(bytes, start + LENGTH_OR_TYPE);
    }

    public boolean isType() {
        return lengthOrType() >= EtherType.FIRST_TYPE;
    }
}
