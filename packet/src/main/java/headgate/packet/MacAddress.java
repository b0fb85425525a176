package headgate.packet;

/// 48-bit link-layer addresses, kept as a number whose first byte on the wire is the highest.
public final class MacAddress {
    public static final long BROADCAST = 0xffff_ffff_ffffL;

    private static final String DIGITS = "0123456789abcdef";

    private MacAddress() {}

    /// `02:00:00:00:00:01`.
    public static String format(long address) {
        var text = new StringBuilder(17);
        append(text, address);
        return text.toString();
    }

    /// As [#format], into a buffer that is reused.
    public static void append(StringBuilder text, long address) {
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(DIGITS.charAt((int) (address >>> shift + 4) & 0xf));
            text.append(DIGITS.charAt((int) (address >>> shift) & 0xf));
            if (shift > 0) {
                text.append(':');
            }
        }
    }

    /// Reads six bytes in hex, separated by `:` or `-`.
    ///
    /// @throws IllegalArgumentException if the text is no such address
    public static long parse(String text) {
        if (!text.matches("[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}")) {
            throw new IllegalArgumentException("'" + text + "' is not a MAC address");
        }
        long address = 0;
        for (String part : text.split("[:-]")) {
            address = address << 8 | Integer.parseInt(part, 16);
        }
        return address;
    }

    /// Whether frames to this address go to a group: the lowest bit of the first byte.
    public static boolean isMulticast(long address) {
        return (address >>> 40 & 1) != 0;
    }
}
