package headgate.flow.rollup;

import headgate.packet.IpAddress;

/// How large a network is, where flows are summed by network.
///
/// @param ipv4 bits of an IPv4 network
/// @param ipv6 bits of an IPv6 network
public record Prefixes(int ipv4, int ipv6) {
    /// /24, the longest that is routed between providers, and /48, what a site gets (RFC 6177,
    /// section 2).
    public static final Prefixes DEFAULT = new Prefixes(24, 48);

    public Prefixes {
        if (ipv4 < 0 || ipv4 > 32 || ipv6 < 0 || ipv6 > 128) {
            throw new IllegalArgumentException(
                    "prefixes /%d and /%d: 0 to 32 and 0 to 128 are possible"
                            .formatted(ipv4, ipv6));
        }
    }

    /// The upper half of an address's network; 0 for IPv4.
    public long high(int ipVersion, long high) {
        return ipVersion == 4 ? 0 : high & mask(Math.min(ipv6, 64), 64);
    }

    /// The lower half of an address's network; the 32 bits for IPv4.
    public long low(int ipVersion, long low) {
        return low & (ipVersion == 4 ? mask(ipv4, 32) : mask(Math.max(ipv6 - 64, 0), 64));
    }

    private static long mask(int bits, int of) {
        return bits == 0 ? 0 : -1L << of - bits;
    }

    /// A network as people write it, such as `192.0.2.0/24`.
    public String text(int ipVersion, long high, long low) {
        return IpAddress.format(ipVersion, high, low) + "/" + (ipVersion == 4 ? ipv4 : ipv6);
    }
}
