package headgate.packet;

import java.lang.foreign.MemorySegment;

/// PPPoE header of both stages, RFC 2516 section 4.
///
/// ```
///  0       3 4     7 8            15 16                              31
/// +---------+-------+---------------+---------------------------------+
/// | Version | Type  |     Code      |           Session_ID            |
/// +---------+-------+---------------+---------------------------------+
/// |             Length              |
/// +---------------------------------+
/// ```
public final class PppoeView {
    public static final int HEADER_LENGTH = 6;

    /// Of every frame in the session stage.
    public static final int SESSION_DATA = 0;

    private int word;
    private int length;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i32(bytes, offset);
        length = NetworkOrder.u16(bytes, offset + 4);
        return Check.OK;
    }

    /// 1.
    public int version() {
        return word >>> 28;
    }

    /// 1.
    public int type() {
        return word >>> 24 & 0xf;
    }

    public int code() {
        return word >>> 16 & 0xff;
    }

    public int sessionIdentifier() {
        return word & 0xffff;
    }

    /// Of what follows this header.
    public int length() {
        return length;
    }
}
