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

    /// Bytes 0 to 7: ports and sequence number.
    private long word0;

    /// Bytes 8 to 15: acknowledgment number to window.
    private long word1;

    /// Bytes 12 to 19: data offset to urgent pointer.
    private long word2;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail. After any other answer they may still be used if [#MIN_HEADER_LENGTH]
    /// bytes are there.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word0 = NetworkOrder.i64(bytes, offset);
        word1 = NetworkOrder.i64(bytes, offset + 8);
        word2 = NetworkOrder.i64(bytes, offset + 12);
        int headerLength = headerLength();
        if (headerLength < MIN_HEADER_LENGTH) {
            return Check.BAD_LENGTH;
        }
        return limit - offset < headerLength ? Check.TRUNCATED : Check.OK;
    }

    public int sourcePort() {
        return (int) (word0 >>> 48);
    }

    public int destinationPort() {
        return (int) (word0 >>> 32) & 0xffff;
    }

    public int sequenceNumber() {
        return (int) word0;
    }

    public int acknowledgmentNumber() {
        return (int) (word1 >>> 32);
    }

    /// Data offset in bytes: with options, 20 to 60.
    public int headerLength() {
        return (int) (word1 >>> 28 & 0xf) * 4;
    }

    /// The lower 12 bits: reserved (3), AE, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN.
    public int flags() {
        return (int) (word1 >>> 16) & 0xfff;
    }

    /// As on the wire, not scaled.
    public int window() {
        return (int) word1 & 0xffff;
    }

    public int checksum() {
        return (int) (word2 >>> 16) & 0xffff;
    }

    public int urgentPointer() {
        return (int) word2 & 0xffff;
    }

    /// Takes values instead of bytes: of a header without ports and checksum.
    void set(
            int sequenceNumber,
            int acknowledgmentNumber,
            int headerLength,
            int flags,
            int window,
            int urgentPointer) {
        long offsetToWindow = (headerLength / 4L & 0xf) << 28 | (flags & 0xfffL) << 16;
        offsetToWindow |= window & 0xffff;
        word0 = Integer.toUnsignedLong(sequenceNumber);
        word1 = (long) acknowledgmentNumber << 32 | offsetToWindow;
        word2 = offsetToWindow << 32 | urgentPointer & 0xffff;
    }
}
