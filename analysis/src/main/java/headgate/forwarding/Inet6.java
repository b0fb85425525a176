package headgate.forwarding;

import headgate.packet.IpAddress;

/// IPv6 addresses as pairs of 64-bit numbers, and the ranges that the kernel treats apart (kernel:
/// `ipv6_addr_type`).
public final class Inet6 {
    /// Upper half of all IPv4 addresses in IPv6 form; their lower half starts with 0xffff.
    private static final long MAPPED_LOW = 0xffffL;

    private Inet6() {}

    /// `::`.
    public static boolean isUnspecified(long high, long low) {
        return (high | low) == 0;
    }

    /// `::1`.
    public static boolean isLoopback(long high, long low) {
        return high == 0 && low == 1;
    }

    /// `ff00::/8`.
    public static boolean isMulticast(long high) {
        return high >>> 56 == 0xff;
    }

    /// Scope of a multicast address (RFC 4291, section 2.7): 1 interface, 2 link, 14 global.
    public static int multicastScope(long high) {
        return (int) (high >>> 48) & 0xf;
    }

    /// `fe80::/10`.
    public static boolean isLinkLocal(long high) {
        return high >>> 54 == 0xfe80 >>> 6;
    }

    /// An IPv4 address in IPv6 form, `::ffff:0:0/96`.
    static boolean isMapped(long high, long low) {
        return high == 0 && low >>> 32 == MAPPED_LOW;
    }

    /// `fec0::/10`.
    static boolean isSiteLocal(long high) {
        return high >>> 54 == 0xfec0 >>> 6;
    }

    /// Whether a lookup may only answer with the device that the packet came in by, or leaves by
    /// (kernel: `rt6_need_strict`).
    public static boolean needsDevice(long high, long low) {
        return isMulticast(high) || isLinkLocal(high) || isLoopback(high, low);
    }

    /// Scope of an address in the sense of RFC 6724, section 3.1, numbered as for multicast.
    static int scope(long high, long low) {
        if (isMulticast(high)) {
            return multicastScope(high);
        }
        if (isLinkLocal(high) || isLoopback(high, low)) {
            return 2;
        }
        return isSiteLocal(high) ? 5 : 14;
    }

    /// Label of RFC 6724, section 2.1, as the kernel has it without `ip addrlabel`.
    static int label(long high, long low) {
        if (isLoopback(high, low)) {
            return 0;
        }
        if (high == 0) {
            return low >>> 32 == MAPPED_LOW ? 4 : low >>> 32 == 0 ? 3 : 1;
        }
        if (high >>> 32 == 0x2001_0000L) {
            return 6;
        }
        if (high >>> 36 == 0x2001_001) {
            return 7;
        }
        if (high >>> 48 == 0x2002) {
            return 2;
        }
        if (high >>> 48 == 0x3ffe) {
            return 12;
        }
        if (isSiteLocal(high)) {
            return 11;
        }
        return high >>> 57 == 0xfc >>> 1 ? 5 : 1;
    }

    /// How many leading bits two addresses share.
    static int commonPrefix(long high, long low, long otherHigh, long otherLow) {
        return high == otherHigh
                ? 64 + Long.numberOfLeadingZeros(low ^ otherLow)
                : Long.numberOfLeadingZeros(high ^ otherHigh);
    }

    /// Null if the text is no IPv6 address.
    public static IpAddress parse(String text) {
        if (text.indexOf(':') < 0 || text.length() > 45) {
            return null;
        }
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    public static String format(long high, long low) {
        return IpAddress.format(6, high, low);
    }
}
