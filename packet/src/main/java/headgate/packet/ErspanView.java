package headgate.packet;

import java.lang.foreign.MemorySegment;

/// ERSPAN header of type II and III, draft-foschiano-erspan-03 section 4. Type I has none.
///
/// ```
///  0       3 4                    15 16    18 19  20 21 22            31
/// +---------+-----------------------+--------+------+--+---------------+
/// | Version |         VLAN          |  COS   |BSO/En|T |  Session ID   |
/// +---------+-----------------------+--------+------+--+---------------+
/// | II: reserved (12), index (20).  III: timestamp                     |
/// +--------------------------------------------------------------------+
/// | III: SGT (16), P (1), FT (5), Hw ID (6), D (1), Gra (2), O (1)     |
/// | III, if O: platform specific sub-header (8 bytes)                  |
/// +--------------------------------------------------------------------+
/// ```
public final class ErspanView {
    public static final int TYPE_2_HEADER_LENGTH = 8;
    private static final int TYPE_3_HEADER_LENGTH = 12;
    private static final int SUB_HEADER_LENGTH = 8;

    private int word;
    private int headerLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = TYPE_2_HEADER_LENGTH;
        if (limit - offset < TYPE_2_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i32(bytes, offset);
        if (version() != 1 && version() != 2) {
            return Check.BAD_VERSION;
        }
        if (version() == 2) {
            headerLength = TYPE_3_HEADER_LENGTH;
            if (limit - offset >= TYPE_3_HEADER_LENGTH
                    && (NetworkOrder.u8(bytes, offset + 11) & 1) != 0) {
                headerLength += SUB_HEADER_LENGTH;
            }
        }
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    /// 8, 12 or 20 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// 1 for type II, 2 for type III.
    public int version() {
        return word >>> 28;
    }

    public int vlanIdentifier() {
        return word >>> 16 & 0xfff;
    }

    public int sessionIdentifier() {
        return word & 0x3ff;
    }
}
