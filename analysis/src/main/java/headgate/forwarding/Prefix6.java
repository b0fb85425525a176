package headgate.forwarding;

import headgate.packet.IpAddress;

/// An IPv6 prefix; bits of the address behind the length are zero. Ordered by address, then length.
///
/// @param length 0 to 128
public record Prefix6(long high, long low, int length) implements Comparable<Prefix6> {
    public static final Prefix6 DEFAULT = new Prefix6(0, 0, 0);

    public Prefix6 {
        if (length < 0 || length > 128) {
            throw new IllegalArgumentException("prefix length " + length + " is not within 0..128");
        }
        high &= mask(length);
        low &= mask(length - 64);
    }

    /// The netmask of 64 bits of that length; all zeros below 0, all ones above 64.
    static long mask(int length) {
        return length <= 0 ? 0 : length >= 64 ? -1 : -1L << 64 - length;
    }

    public boolean contains(long otherHigh, long otherLow) {
        return (otherHigh & mask(length)) == high && (otherLow & mask(length - 64)) == low;
    }

    @Override
    public int compareTo(Prefix6 other) {
        int order = Long.compareUnsigned(high, other.high);
        order = order != 0 ? order : Long.compareUnsigned(low, other.low);
        return order != 0 ? order : Integer.compare(length, other.length);
    }

    /// Reads `default`, `2001:db8::1` (a host) or `2001:db8::/32`; null if it is none of these.
    public static Prefix6 parse(String text) {
        if (text.equals("default")) {
            return DEFAULT;
        }
        int slash = text.indexOf('/');
        IpAddress address = Inet6.parse(slash < 0 ? text : text.substring(0, slash));
        String length = slash < 0 ? "128" : text.substring(slash + 1);
        return address == null || !length.matches("[0-9]{1,3}") || Integer.parseInt(length) > 128
                ? null
                : new Prefix6(address.high(), address.low(), Integer.parseInt(length));
    }

    /// As `ip -6 route` prints it: `default`, a bare address for /128, otherwise with its length.
    @Override
    public String toString() {
        if (length == 0) {
            return "default";
        }
        return length == 128 ? Inet6.format(high, low) : Inet6.format(high, low) + "/" + length;
    }
}
