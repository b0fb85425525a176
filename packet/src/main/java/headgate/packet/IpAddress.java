package headgate.packet;

/// An IPv4 or IPv6 address; the hot path carries its three numbers instead.
///
/// @param version 4 or 6
/// @param high the upper 64 bits of an IPv6 address; 0 for IPv4
/// @param low the lower 64 bits of an IPv6 address; the 32 bits of an IPv4 address
public record IpAddress(int version, long high, long low) {
    private static final int GROUPS = 8;

    public IpAddress {
        if (version != 4 && version != 6) {
            throw new IllegalArgumentException("version " + version + ": must be 4 or 6");
        }
        if (version == 4 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    public static IpAddress v4(int address) {
        return new IpAddress(4, 0, Integer.toUnsignedLong(address));
    }

    /// Reads dotted decimal, or any form of RFC 4291 section 2.2.
    ///
    /// @throws IllegalArgumentException if the text is no address
    public static IpAddress parse(String text) {
        return text.indexOf(':') < 0 ? v4(parseV4(text, text)) : parseV6(text);
    }

    /// Dotted decimal, or the canonical form of RFC 5952; as `inet_ntop(3)`, with the end of mapped
    /// and compatible addresses (RFC 4291 section 2.5.5) in dotted decimal.
    public static String format(int version, long high, long low) {
        var text = new StringBuilder(39);
        append(text, version, high, low);
        return text.toString();
    }

    public static String formatV4(int address) {
        return format(4, 0, Integer.toUnsignedLong(address));
    }

    /// As [#format], into a buffer that is reused.
    public static void append(StringBuilder text, int version, long high, long low) {
        if (version == 4) {
            appendV4(text, low);
        } else if (high == 0 && low >>> 32 == 0xffff) {
            appendV4(text.append("::ffff:"), low);
        } else if (high == 0 && low >>> 32 == 0 && low >>> 16 != 0) {
            appendV4(text.append("::"), low);
        } else {
            appendV6(text, high, low);
        }
    }

    @Override
    public String toString() {
        return format(version, high, low);
    }

    private static void appendV4(StringBuilder text, long address) {
        text.append(address >>> 24 & 0xff).append('.').append(address >>> 16 & 0xff).append('.');
        text.append(address >>> 8 & 0xff).append('.').append(address & 0xff);
    }

    private static void appendV6(StringBuilder text, long high, long low) {
        long run = longestZeroRun(high, low);
        int runStart = (int) (run >>> 32);
        int runEnd = (int) run;
        for (int i = 0; i < GROUPS; i++) {
            if (i == runStart) {
                text.append("::");
                i = runEnd - 1;
                continue;
            }
            if (i > 0 && i != runEnd) {
                text.append(':');
            }
            text.append(Integer.toHexString(group(high, low, i)));
        }
    }

    private static int group(long high, long low, int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> 48 - (index & 3) * 16) & 0xffff;
    }

    /// The first of the longest runs of two or more zero groups (RFC 5952 section 4.2): its start
    /// in the upper half, its end in the lower one; start 8 and end 0 if there is none.
    private static long longestZeroRun(long high, long low) {
        int bestStart = GROUPS;
        int bestLength = 1;
        int start = 0;
        for (int i = 0; i <= GROUPS; i++) {
            if (i < GROUPS && group(high, low, i) == 0) {
                continue;
            }
            if (i - start > bestLength) {
                bestStart = start;
                bestLength = i - start;
            }
            start = i + 1;
        }
        int end = bestStart == GROUPS ? 0 : bestStart + bestLength;
        return (long) bestStart << 32 | end;
    }

    private static int parseV4(String text, String whole) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw notAnAddress(whole);
        }
        int address = 0;
        for (String part : parts) {
            if (!isNumber(part, 3, 10) || Integer.parseInt(part) > 255) {
                throw notAnAddress(whole);
            }
            address = address << 8 | Integer.parseInt(part);
        }
        return address;
    }

    private static IpAddress parseV6(String text) {
        String hex = mappedTailAsHex(text);
        int gap = hex.indexOf("::");
        if (gap != hex.lastIndexOf("::")) {
            throw notAnAddress(text);
        }
        String[] head = groups(gap < 0 ? hex : hex.substring(0, gap));
        String[] tail = groups(gap < 0 ? "" : hex.substring(gap + 2));
        int present = head.length + tail.length;
        if (gap < 0 ? present != GROUPS : present >= GROUPS) {
            throw notAnAddress(text);
        }
        var value = new long[2];
        place(value, head, 0, text);
        place(value, tail, GROUPS - tail.length, text);
        return new IpAddress(6, value[0], value[1]);
    }

    /// `::ffff:1.2.3.4` has its last two groups in dotted decimal.
    private static String mappedTailAsHex(String text) {
        int lastColon = text.lastIndexOf(':');
        if (text.indexOf('.') < lastColon) {
            return text;
        }
        int address = parseV4(text.substring(lastColon + 1), text);
        return text.substring(0, lastColon + 1)
                + Integer.toHexString(address >>> 16)
                + ':'
                + Integer.toHexString(address & 0xffff);
    }

    private static String[] groups(String text) {
        return text.isEmpty() ? new String[0] : text.split(":", -1);
    }

    private static void place(long[] value, String[] groups, int first, String whole) {
        for (int i = 0; i < groups.length; i++) {
            if (!isNumber(groups[i], 4, 16)) {
                throw notAnAddress(whole);
            }
            int at = first + i;
            value[at / 4] |= (long) Integer.parseInt(groups[i], 16) << 48 - (at & 3) * 16;
        }
    }

    private static boolean isNumber(String text, int mostDigits, int radix) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 'f' || Character.digit(text.charAt(i), radix) < 0) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= mostDigits;
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("'" + text + "' is not an IP address");
    }
}
