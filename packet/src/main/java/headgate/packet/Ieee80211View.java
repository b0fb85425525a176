package headgate.packet;

import java.lang.foreign.MemorySegment;

/// IEEE 802.11 MAC header, IEEE 802.11 section 9.2.4; its numbers travel least significant byte
/// first.
///
/// ```
///  0               1 2            3 4             9 10           15 16
/// +-----------------+--------------+---------------+---------------+--
/// |  Frame Control  | Duration/ID  |   Address 1   |   Address 2   |
/// +-----------------+--------------+---------------+---------------+--
/// |  Address 3, Sequence Control, Address 4 (if to and from DS),     |
/// |  QoS Control (2, if QoS), HT Control (4, if QoS and +HTC)         |
/// +-------------------------------------------------------------------+
/// ```
public final class Ieee80211View {
    /// Of a control frame: frame control, duration and one address.
    public static final int MIN_HEADER_LENGTH = 10;

    private static final int DATA_HEADER_LENGTH = 24;
    private static final int TYPE_DATA = 2;
    private static final int SUBTYPE_NO_DATA = 4;
    private static final int SUBTYPE_QOS = 8;
    private static final int TO_AND_FROM_DS = 0x03;
    private static final int PROTECTED = 0x40;
    private static final int HT_CONTROL = 0x80;
    private static final int AGGREGATE = 0x80;

    private int frameControl;
    private int flags;
    private int fragmentNumber;
    private boolean isAggregate;
    private int headerLength;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail; after any other answer [#headerLength()] tells what is needed.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        return wrap(bytes, offset, limit, 0);
    }

    /// As [#wrap], of a frame that an access point and its controller hand each other. The first
    /// two bytes may be exchanged: the one that says "data" is the one with the type. The frame is
    /// whole, whatever its fragment number is.
    Check wrapTunnelled(MemorySegment bytes, long offset, long limit) {
        boolean isExchanged =
                limit - offset >= 2
                        && !isData(NetworkOrder.u8(bytes, offset))
                        && isData(NetworkOrder.u8(bytes, offset + 1));
        Check check = wrap(bytes, offset, limit, isExchanged ? 1 : 0);
        fragmentNumber = 0;
        return check;
    }

    /// Version 0, type 2.
    private static boolean isData(int frameControl) {
        return (frameControl & 0xf) == TYPE_DATA << 2;
    }

    /// @param typeAt which of the two bytes of frame control has the type
    private Check wrap(MemorySegment bytes, long offset, long limit, int typeAt) {
        headerLength = MIN_HEADER_LENGTH;
        if (limit - offset < MIN_HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        frameControl = NetworkOrder.u8(bytes, offset + typeAt);
        flags = NetworkOrder.u8(bytes, offset + 1 - typeAt);
        isAggregate = false;
        fragmentNumber = 0;
        return type() == TYPE_DATA ? data(bytes, offset, limit) : Check.OK;
    }

    private Check data(MemorySegment bytes, long offset, long limit) {
        int qosAt = DATA_HEADER_LENGTH + ((flags & TO_AND_FROM_DS) == TO_AND_FROM_DS ? 6 : 0);
        boolean isQos = (subtype() & SUBTYPE_QOS) != 0;
        headerLength = qosAt + (isQos ? 2 : 0) + (isQos && (flags & HT_CONTROL) != 0 ? 4 : 0);
        if (limit - offset < headerLength) {
            return Check.TRUNCATED;
        }
        fragmentNumber = NetworkOrder.u8(bytes, offset + 22) & 0xf;
        isAggregate = isQos && (NetworkOrder.u8(bytes, offset + qosAt) & AGGREGATE) != 0;
        return Check.OK;
    }

    /// Of a data frame 24 to 36 bytes.
    public int headerLength() {
        return headerLength;
    }

    /// 0 management, 1 control, 2 data.
    public int type() {
        return frameControl >>> 2 & 3;
    }

    public int subtype() {
        return frameControl >>> 4;
    }

    /// Whether IEEE 802.2 LLC follows in the clear: a data frame that is not empty, not encrypted,
    /// not an aggregate, and no later fragment.
    public boolean isLlc() {
        return isReadable() && !isAggregate;
    }

    /// Whether an aggregate of frames (A-MSDU) follows in the clear.
    public boolean isAggregate() {
        return isReadable() && isAggregate;
    }

    private boolean isReadable() {
        return type() == TYPE_DATA
                && (subtype() & SUBTYPE_NO_DATA) == 0
                && (flags & PROTECTED) == 0
                && fragmentNumber == 0;
    }
}
