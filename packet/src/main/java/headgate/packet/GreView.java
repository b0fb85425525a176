package headgate.packet;

import java.lang.foreign.MemorySegment;

/// GRE header: RFC 2784 with the key and sequence number of RFC 2890 (version 0), and the enhanced
/// one of PPTP, RFC 2637 section 4.1 (version 1).
///
/// ```
///  0  1  2  3  4            12 13   15 16                            31
/// +--+--+--+--+---------------+-------+-------------------------------+
/// |C |R |K |S |  0 (A: bit 8) |Version|         Protocol Type         |
/// +--+--+--+--+---------------+-------+-------------------------------+
/// |    Checksum and Reserved1, if C or R                              |
/// |    Key, if K; version 1: payload length (16), call ID (16)        |
/// |    Sequence Number, if S                                          |
/// |    Acknowledgment Number, if A (version 1)                        |
/// +-------------------------------------------------------------------+
/// ```
public final class GreView {
    /// Without the optional fields.
    public static final int MIN_HEADER_LENGTH = 4;

    private static final int CHECKSUM = 0x8000;
    private static final int ROUTING = 0x4000;
    private static final int KEY = 0x2000;
    private static final int SEQUENCE = 0x1000;
    private static final int ACKNOWLEDGMENT = 0x0080;
    private static final int VERSION = 0x0007;

    private int flags;
    private int protocolType;
    private int headerLength;
    private int key;
    private int sequenceNumber;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        flags = NetworkOrder.u16(bytes, offset);
        protocolType = NetworkOrder.u16(bytes, offset + 2);
        if (version() > 1) {
            return Check.BAD_VERSION;
        }
        int keyAt = MIN_HEADER_LENGTH + ((flags & (CHECKSUM | ROUTING)) != 0 ? 4 : 0);
        int sequenceAt = keyAt + (hasKey() ? 4 : 0);
        headerLength = sequenceAt + (hasSequenceNumber() ? 4 : 0);
        if (version() == 1 && (flags & ACKNOWLEDGMENT) != 0) {
            headerLength += 4;
        }
        if (limit - offset < headerLength) {
            return Check.TRUNCATED;
        }
        key = hasKey() ? NetworkOrder.i32(bytes, offset + keyAt) : 0;
        sequenceNumber = hasSequenceNumber() ? NetworkOrder.i32(bytes, offset + sequenceAt) : 0;
        return Check.OK;
    }

    /// 4 to 20 bytes; without the list of source routes, see [#hasRouting()].
    public int headerLength() {
        return headerLength;
    }

    /// The first 16 bits as they are.
    public int flagsAndVersion() {
        return flags;
    }

    public int version() {
        return flags & VERSION;
    }

    /// Whether source routes of RFC 1701 follow the header.
    public boolean hasRouting() {
        return (flags & ROUTING) != 0;
    }

    public boolean hasKey() {
        return (flags & KEY) != 0;
    }

    public boolean hasSequenceNumber() {
        return (flags & SEQUENCE) != 0;
    }

    /// An EtherType.
    public int protocolType() {
        return protocolType;
    }

    /// As an unsigned 32-bit number; 0 if there is none.
    public int key() {
        return key;
    }

    /// As an unsigned 32-bit number; 0 if there is none.
    public int sequenceNumber() {
        return sequenceNumber;
    }
}
