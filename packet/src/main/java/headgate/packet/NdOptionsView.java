package headgate.packet;

import java.lang.foreign.MemorySegment;

/// The options of a neighbour discovery message, RFC 4861 section 4.6, one after the other.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |      Type      | Length, in units of eight bytes  |     Value     |
/// +----------------+----------------+---------------------------------+
/// ```
public final class NdOptionsView {
    public static final int SOURCE_LINK_LAYER_ADDRESS = 1;
    public static final int TARGET_LINK_LAYER_ADDRESS = 2;
    public static final int PREFIX_INFORMATION = 3;
    public static final int MTU = 5;

    /// Of the shortest option: the length counts units of eight bytes.
    private static final int UNIT = 8;

    private static final int PREFIX_UNITS = 4;

    private MemorySegment bytes = MemorySegment.NULL;
    private long at;
    private long next;
    private long limit;

    /// Where the options of a message of this ICMPv6 type start, counted from the message's first
    /// byte; -1 if it has none.
    public static int offset(int icmpType) {
        return switch (icmpType) {
            case 133 -> 8; // router solicitation
            case 134 -> 16; // router advertisement
            case 135, 136 -> 24; // neighbour solicitation, advertisement
            case 137 -> 40; // redirect
            default -> -1;
        };
    }

    /// Places this view before the first option; no byte at or after `limit` is read.
    public void wrap(MemorySegment bytes, long offset, long limit) {
        this.bytes = bytes;
        this.limit = limit;
        next = offset;
    }

    /// Goes to the next whole option. Returns false at the end, or before one that is cut or has
    /// length 0, with which a receiver discards the message (section 4.6).
    public boolean next() {
        if (limit - next < UNIT) {
            return false;
        }
        int length = NetworkOrder.u8(bytes, next + 1) * UNIT;
        if (length == 0 || limit - next < length) {
            return false;
        }
        at = next;
        next += length;
        return true;
    }

    public int type() {
        return NetworkOrder.u8(bytes, at);
    }

    /// With type and length.
    public int length() {
        return (int) (next - at);
    }

    /// Whether this is a link-layer address of six bytes.
    public boolean isLinkLayerAddress() {
        return (type() == SOURCE_LINK_LAYER_ADDRESS || type() == TARGET_LINK_LAYER_ADDRESS)
                && length() == UNIT;
    }

    /// Only after [#isLinkLayerAddress()]: 48 bits, the first byte on the wire highest.
    public long linkLayerAddress() {
        return NetworkOrder.u48(bytes, at + 2);
    }

    /// Whether this is prefix information of its only length (section 4.6.2).
    public boolean isPrefix() {
        return type() == PREFIX_INFORMATION && length() == PREFIX_UNITS * UNIT;
    }

    /// Only after [#isPrefix()].
    public int prefixLength() {
        return NetworkOrder.u8(bytes, at + 2);
    }

    /// Only after [#isPrefix()]: the upper 64 bits.
    public long prefixHigh() {
        return NetworkOrder.i64(bytes, at + 16);
    }

    /// Only after [#isPrefix()]: the lower 64 bits.
    public long prefixLow() {
        return NetworkOrder.i64(bytes, at + 24);
    }

    /// Whether this is the link's MTU.
    public boolean isMtu() {
        return type() == MTU && length() == UNIT;
    }

    /// Only after [#isMtu()], in bytes, as an unsigned 32-bit number.
    public int mtu() {
        return NetworkOrder.i32(bytes, at + 4);
    }
}
