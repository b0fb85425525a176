package headgate.packet;

import java.lang.foreign.MemorySegment;

/// Multicast listener discovery message: RFC 2710 section 3 (version 1) and queries of RFC 9777
/// section 5.1 (version 2). Reports of version 2 list records instead.
///
/// ```
///  0              7 8             15 16                              31
/// +----------------+----------------+---------------------------------+
/// |      Type      |      Code      |            Checksum             |
/// +----------------+----------------+---------------------------------+
/// |     Maximum Response Code       |            Reserved             |
/// +---------------------------------+---------------------------------+
/// |                   Multicast Address (16 bytes)                    |
/// +-------------------------------------------------------------------+
/// ```
public final class MldView {
    public static final int HEADER_LENGTH = 24;

    public static final int QUERY = 130;
    public static final int REPORT = 131;
    public static final int DONE = 132;
    public static final int V2_REPORT = 143;

    private int maxResponseCode;
    private long addressHigh;
    private long addressLow;

    /// Places this view at `offset`; no byte at or after `limit` is read. After [Check#OK] no
    /// accessor can fail.
    public Check wrap(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < HEADER_LENGTH) {
            return Check.TRUNCATED;
        }
        maxResponseCode = NetworkOrder.u16(bytes, offset + 4);
        addressHigh = NetworkOrder.i64(bytes, offset + 8);
        addressLow = NetworkOrder.i64(bytes, offset + 16);
        return Check.OK;
    }

    /// Whether an ICMPv6 message of this type has this form.
    public static boolean is(int icmpType) {
        return icmpType == QUERY || icmpType == REPORT || icmpType == DONE;
    }

    /// Of a query; milliseconds up to 32767, and above it a floating point number in version 2.
    public int maxResponseCode() {
        return maxResponseCode;
    }

    /// The upper 64 bits; all zero in a general query.
    public long multicastAddressHigh() {
        return addressHigh;
    }

    public long multicastAddressLow() {
        return addressLow;
    }
}
