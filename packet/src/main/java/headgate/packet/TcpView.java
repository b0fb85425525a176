package headgate.packet;

import java.lang.foreign.MemorySegment;

/// TCP header, RFC 9293 section 3.1.
///
/// ```
///  0                               15 16                             31
/// +----------------------------------+---------------------------------+
/// |           Source Port            |        Destination Port         |
/// +----------------------------------+---------------------------------+
/// |                          Sequence Number                           |
/// +--------------------------------------------------------------------+
/// |                       Acknowledgment Number                        |
/// +-------------+--------------------+---------------------------------+
/// | Data Offset | Reserved and flags |             Window              |
/// +-------------+--------------------+---------------------------------+
/// |             Checksum             |         Urgent Pointer          |
/// +----------------------------------+---------------------------------+
/// |                       Options, 0 to 40 bytes                       |
/// +--------------------------------------------------------------------+
/// ```
public final class TcpView {
    /// Without options.
    public static final int MIN_HEADER_LENGTH = 20;

    public static final int FIN = 0x001;
    public static final int SYN = 0x002;
    public static final int RST = 0x004;
    public static final int PSH = 0x008;
    public static final int ACK = 0x010;
    public static final int URG = 0x020;
    public static final int ECE = 0x040;
    public static final int CWR = 0x080;

    /// Accurate ECN, RFC 9768; the nonce sum of RFC 3540 before.
    public static final int AE = 0x100;

    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int SEQUENCE_NUMBER = 4;
    private static final int ACKNOWLEDGMENT_NUMBER = 8;
    private static final int DATA_OFFSET_AND_FLAGS = 12;
    private static final int WINDOW = 14;
    private static final int CHECKSUM = 16;
    private static final int URGENT_POINTER = 18;

    private MemorySegment bytes = MemorySegment.NULL;
    private long start;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail. After any other answer they may still be used if [#MIN_HEADER_LENGTH]
    /// bytes are there.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        this.bytes = bytes;
        this.start = offset;
        int headerLength = headerLength();
        if (headerLength < MIN_HEADER_LENGTH) {
            return Check.BAD_LENGTH;
        }
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    public int sourcePort() {
        return NetworkOrder.u16(bytes, start + SOURCE_PORT);
    }

    public int destinationPort() {
        return NetworkOrder.u16(bytes, start + DESTINATION_PORT);
    }

    public int sequenceNumber() {
        return NetworkOrder.i32(bytes, start + SEQUENCE_NUMBER);
    }

    public int acknowledgmentNumber() {
        return NetworkOrder.i32(bytes, start + ACKNOWLEDGMENT_NUMBER);
    }

    /// Data offset in bytes: with options, 20 to 60.
    public int headerLength() {
        return NetworkOrder.u8(bytes, start + DATA_OFFSET_AND_FLAGS) >>> 4 << 2;
    }

    /// The lower 12 bits: reserved (3), AE, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN.
    public int flags() {
        return NetworkOrder.u16(bytes, start + DATA_OFFSET_AND_FLAGS) & 0xfff;
    }

    /// As on the wire, not scaled.
    public int window() {
        return NetworkOrder.u16(bytes, start + WINDOW);
    }

    public int checksum() {
        return NetworkOrder.u16(bytes, start + CHECKSUM);
    }

    public int urgentPointer() {
        return NetworkOrder.u16(bytes, start + URGENT_POINTER);
    }
}
