package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Frame relay header, ITU-T Q.922 section 3, and what says which packet follows: the control field
/// and NLPID of RFC 2427 section 3, or the EtherType that Cisco puts there.
///
/// ```
///  0         5  6  7 8          11 12 13 14 15 16            23 24    31
/// +-----------+--+--+-------------+--+--+--+--+---------------+--------+
/// |Upper DLCI |CR|0 | Lower DLCI  |FE|BE|DE|1 |Control (0x03) | NLPID  |
/// +-----------+--+--+-------------+--+--+--+--+---------------+--------+
/// ```
///
/// Addresses of three and four bytes have the last bit of each byte but the last clear.
public final class FrameRelayView {
    /// The shortest address, and an EtherType.
    public static final int MIN_HEADER_LENGTH = 4;

    private static final int MAX_ADDRESS_LENGTH = 4;
    private static final int LAST_BYTE = 1;
    private static final int UNNUMBERED_INFORMATION = 0x03;
    private static final int NLPID_SNAP = 0x80;
    private static final int NLPID_IPV4 = 0xcc;
    private static final int NLPID_IPV6 = 0x8e;
    private static final int SNAP_LENGTH = 5;

    private int headerLength;
    private int etherType;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        int address = 1;
        while ((NetworkOrder.u8(bytes, offset + address - 1) & LAST_BYTE) == 0) {
            if (address++ == MAX_ADDRESS_LENGTH) {
                return Check.BAD_LENGTH;
            }
        }
        headerLength = address + 2;
        if (limit - offset < headerLength) {
            return Check.TRUNCATED;
        }
        long at = offset + address;
        if (NetworkOrder.u8(bytes, at) != UNNUMBERED_INFORMATION) {
            etherType = NetworkOrder.u16(bytes, at);
            return Check.OK;
        }
        return multiprotocol(bytes, at, limit);
    }

    private Check multiprotocol(MemorySegment bytes, long control, long limit) {
        int padding = NetworkOrder.u8(bytes, control + 1) == 0 ? 1 : 0;
        headerLength += padding;
        if (limit - control < 2 + padding) {
            return Check.TRUNCATED;
        }
        long at = control + 1 + padding;
        switch (NetworkOrder.u8(bytes, at)) {
            case NLPID_IPV4 -> etherType = EtherType.IPV4;
            case NLPID_IPV6 -> etherType = EtherType.IPV6;
            case NLPID_SNAP -> {
                headerLength += SNAP_LENGTH;
                if (limit - at < 1 + SNAP_LENGTH) {
                    return Check.TRUNCATED;
                }
                boolean isEtherType = NetworkOrder.i32(bytes, at) << 8 == 0;
                etherType = isEtherType ? NetworkOrder.u16(bytes, at + 4) : -1;
            }
            default -> etherType = -1;
        }
        return Check.OK;
    }

    /// 3 to 12 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// Of what follows; -1 where it is not named by one.
    public int etherType() {
        return etherType;
    }
}
