package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Security tag of MACsec, IEEE 802.1AE section 9.3, behind its EtherType.
///
/// ```
///  0                6  7 8           15 16                          47
/// +------------------+----+------------+------------------------------+
/// | V ES SC SCB E C  | AN |Short Length|        Packet Number         |
/// +------------------+----+------------+------------------------------+
/// |   Secure Channel Identifier (64 bits), if the SC bit is set       |
/// +-------------------------------------------------------------------+
/// ```
public final class MacsecView {
    public static final int MIN_HEADER_LENGTH = 6;

    /// Integrity check value, at the end of the frame.
    public static final int CHECK_VALUE_LENGTH = 16;

    private static final int CHANNEL_LENGTH = 8;
    private static final int VERSION = 0x80;
    private static final int HAS_CHANNEL = 0x20;
    private static final int ENCRYPTED = 0x08;
    private static final int CHANGED = 0x04;

    private int control;
    private int shortLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        control = 0;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        control = NetworkOrder.u8(bytes, offset);
        shortLength = NetworkOrder.u8(bytes, offset + 1) & 0x3f;
        if ((control & VERSION) != 0) {
            return Check.BAD_VERSION;
        }
        return limit - offset < headerLength() ? Check.TRUNCATED : Check.OK;
    }

    public int headerLength() {
        return (control & HAS_CHANNEL) == 0
                ? MIN_HEADER_LENGTH
                : MIN_HEADER_LENGTH + CHANNEL_LENGTH;
    }

    /// Whether what is secured can be read: it is neither encrypted nor otherwise changed.
    public boolean isClear() {
        return (control & (ENCRYPTED | CHANGED)) == 0;
    }

    /// Bytes between the tag and the check value, where they are fewer than 48; else 0.
    public int shortLength() {
        return shortLength;
    }
}
