package headgate.forwarding;

/// An IPv4 prefix; bits of the address behind the length are zero.
///
/// @param address unsigned 32-bit number
/// @param length 0 to 32
public record Prefix(int address, int length) {
    public static final Prefix DEFAULT = new Prefix(0, 0);

    public Prefix {
        if (length < 0 || length > 32) {
            throw new IllegalArgumentException("prefix length " + length + " is not within 0..32");
        }
        address &= mask(length);
    }

    /// The netmask of that length.
    public static int mask(int length) {
        return length == 0 ? 0 : -1 << (32 - length);
    }

    public boolean contains(int other) {
        return (other & mask(length)) == address;
    }

    /// Reads `default`, `192.0.2.1` (a host) or `192.0.2.0/24`; null if it is none of these.
    public static Prefix parse(String text) {
        if (text.equals("default")) {
            return DEFAULT;
        }
        int slash = text.indexOf('/');
        Integer address = Inet4.parse(slash < 0 ? text : text.substring(0, slash));
        int length = slash < 0 ? 32 : length(text, slash + 1);
        return address == null || length > 32 ? null : new Prefix(address, length);
    }

    /// One or two digits up to the end; otherwise more than 32.
    private static int length(String text, int from) {
        int digits = text.length() - from;
        int length = digits == 1 || digits == 2 ? 0 : 33;
        for (int i = from; i < text.length() && length <= 32; i++) {
            int digit = text.charAt(i) - '0';
            length = digit >= 0 && digit <= 9 ? length * 10 + digit : 33;
        }
        return length;
    }

    /// As `ip route` prints it: `default`, a bare address for /32, otherwise with its length.
    @Override
    public String toString() {
        if (length == 0 && address == 0) {
            return "default";
        }
        return length == 32 ? Inet4.format(address) : Inet4.format(address) + "/" + length;
    }
}
