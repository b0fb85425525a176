package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Time stamp that switches of Arista put before the EtherType of a frame (Arista vendor specific
/// protocol, EtherType 0xd28b).
///
/// ```
///  0               15 16              31
/// +------------------+------------------+-----------------------------+
/// |     Subtype      |     Version      |  Time stamp of 6 or 8 bytes |
/// +------------------+------------------+-----------------------------+
/// ```
public final class AristaView {
    private static final int MIN_HEADER_LENGTH = 4;
    private static final int TIMESTAMP = 1;

    /// Low byte of the version; the high byte tells TAI from UTC.
    private static final int OF_64_BITS = 0x10;

    private static final int OF_48_BITS = 0x20;

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
        return MIN_HEADER_LENGTH + timestampLength();
    }

    /// 0 if it is no time stamp of a known form.
    public int timestampLength() {
        if (word >>> 16 != TIMESTAMP) {
            return 0;
        }
        return switch (word & 0xff) {
            case OF_64_BITS -> 8;
            case OF_48_BITS -> 6;
            default -> 0;
        };
    }
}
