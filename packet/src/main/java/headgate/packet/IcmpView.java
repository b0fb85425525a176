package headgate.packet;

import java.lang.foreign.MemorySegment;

/// ICMP header, RFC 792, and ICMPv6 header, RFC 4443: the same eight bytes.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |      Type      |      Code      |            Checksum             |
/// +----------------+----------------+---------------------------------+
/// |  depends on the type; echo: identifier (16), sequence number (16) |
/// +-------------------------------------------------------------------+
/// ```
public final class IcmpView {
    public static final int HEADER_LENGTH = 8;

    public static final int ECHO_REPLY = 0;
    public static final int ECHO = 8;
    public static final int V6_ECHO_REQUEST = 128;
    public static final int V6_ECHO_REPLY = 129;

    private long word;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        word = NetworkOrder.i64(bytes, offset);
        return Check.OK;
    }

    public int type() {
        return (int) (word >>> 56);
    }

    public int code() {
        return (int) (word >>> 48) & 0xff;
    }

    public int checksum() {
        return (int) (word >>> 32) & 0xffff;
    }

    /// Of messages that have one: echo, and in ICMP timestamp, information and address mask.
    public int identifier() {
        return (int) (word >>> 16) & 0xffff;
    }

    public int sequenceNumber() {
        return (int) word & 0xffff;
    }

    /// Whether an ICMP message of this type has identifier and sequence number: echo and its reply
    /// (RFC 792), timestamp 13 and 14, information 15 and 16, address mask 17 and 18 (RFC 950).
    public static boolean hasIdentifier(int type) {
        return type == ECHO_REPLY || type == ECHO || type >= 13 && type <= 18;
    }

    /// Whether an ICMPv6 message of this type has identifier and sequence number.
    public static boolean v6HasIdentifier(int type) {
        return type == V6_ECHO_REQUEST || type == V6_ECHO_REPLY;
    }

    /// Takes values instead of bytes: of a message without checksum.
    void set(int type, int code, int identifier, int sequenceNumber) {
        word = (type & 0xffL) << 56 | (code & 0xffL) << 48;
        word |= (identifier & 0xffffL) << 16 | sequenceNumber & 0xffff;
    }
}
