package headgate.console.flows;

import headgate.packet.IpAddress;

/// The addresses that begin with the same bits.
///
/// @param first the lowest of them
/// @param length how many bits they share: 0 to 32 or 128
public record Network(IpAddress first, int length) {
    /// The network of so many bits that has the address in it.
    public static Network of(IpAddress address, int length) {
        int bits = address.version() == 4 ? 32 : 128;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "a network of " + address + " has 0 to " + bits + " bits, not " + length);
        }
        int fromTop = 128 - bits + length;
        return new Network(
                new IpAddress(
                        address.version(),
                        address.high() & mask(fromTop),
                        address.low() & mask(fromTop - 64)),
                length);
    }

    /// Reads an address, or a network as `10.0.0.0/8`.
    ///
    /// @throws IllegalArgumentException if it is none
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            var address = IpAddress.parse(text);
            return of(address, address.version() == 4 ? 32 : 128);
        }
        var address = IpAddress.parse(text.substring(0, slash));
        if (!text.substring(slash + 1).matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("'" + text + "' is no network as 10.0.0.0/8");
        }
        return of(address, Integer.parseInt(text.substring(slash + 1)));
    }

    public boolean contains(IpAddress address) {
        return address.version() == first.version() && of(address, length).equals(this);
    }

    @Override
    public String toString() {
        return first + "/" + length;
    }

    /// So many ones at the top of 64 bits.
    private static long mask(int ones) {
        return ones <= 0 ? 0 : -1L << 64 - Math.min(ones, 64);
    }
}
