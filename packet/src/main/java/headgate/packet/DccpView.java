package headgate.packet;

import java.lang.foreign.MemorySegment;

/// DCCP generic header, RFC 4340 section 5.1, up to the sequence number.
///
/// ```
///  0                              15 16                              31
/// +---------------------------------+---------------------------------+
/// |           Source Port           |        Destination Port         |
/// +-----------------+-------+-------+---------------------------------+
/// |   Data Offset   | CCVal | CsCov |            Checksum             |
/// +-----+-------+---+-------+-------+---------------------------------+
/// | Res | Type  | X | X = 1: reserved (8), sequence number (48)       |
/// +-----+-------+---+ X = 0: sequence number (24)                     |
/// ```
public final class DccpView {
    /// With short sequence numbers.
    public static final int MIN_HEADER_LENGTH = 12;

    private long word;
    private int typeByte;
    private int needed;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        needed = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i64(bytes, offset);
        typeByte = NetworkOrder.u8(bytes, offset + 8);
        int shortest = (typeByte & 1) == 0 ? MIN_HEADER_LENGTH : MIN_HEADER_LENGTH + 4;
        needed = dataOffset();
        if (needed < shortest) {
            needed = shortest;
            return Check.BAD_LENGTH;
        }
        return limit - offset < needed ? Check.TRUNCATED : Check.OK;
    }

    /// Bytes of the header as its own field says.
    public int dataOffset() {
        return (int) (word >>> 24 & 0xff) * 4;
    }

    /// What the header needs: with options 12 to 1020 bytes.
    public int headerLength() {
        return needed;
    }

    public int sourcePort() {
        return (int) (word >>> 48);
    }

    public int destinationPort() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// Of the header and as much payload as the checksum coverage says.
    public int checksum() {
        return (int) word & 0xffff;
    }

    /// 0 request, 1 response, 2 data, … (RFC 4340 section 5.1).
    public int type() {
        return typeByte >>> 1 & 0xf;
    }
}
