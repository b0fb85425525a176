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

    /// Bytes 0 to 7.
    private long destinationWord;

    /// Bytes 6 to 13.
    private long sourceAndType;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        destinationWord = NetworkOrder.i64(bytes, offset);
        sourceAndType = NetworkOrder.i64(bytes, offset + 6);
        return Check.OK;
    }

    /// 48 bits, the first byte on the wire highest.
    public long destination() {
        return destinationWord >>> 16;
    }

    public long source() {
        return sourceAndType >>> 16;
    }

    /// An EtherType from 1536 on, or the length of an IEEE 802.3 frame up to 1500.
    public int lengthOrType() {
        return (int) sourceAndType & 0xffff;
    }

    public boolean isType() {
        return EtherType.isType(lengthOrType());
    }

    /// Takes values instead of bytes.
    void set(long destination, long source) {
        destinationWord = destination << 16;
        sourceAndType = source << 16;
    }
}
