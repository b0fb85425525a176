package headgate.forwarding;

import headgate.packet.IpAddress;

/// IPv4 addresses as unsigned 32-bit numbers, and the ranges that the input route treats apart.
public final class Inet4 {
    public static final int LIMITED_BROADCAST = -1;
    public static final int LOOPBACK = 0x7f000000;

    private Inet4() {}

    /// 224.0.0.0/4.
    public static boolean isMulticast(int address) {
        return address >>> 28 == 0xe;
    }

    /// 224.0.0.0/24, never forwarded.
    public static boolean isLocalMulticast(int address) {
        return address >>> 8 == 0xe00000;
    }

    /// 127.0.0.0/8.
    public static boolean isLoopback(int address) {
        return address >>> 24 == 127;
    }

    /// Reads dotted decimal notation with exactly four parts; null if it is not that.
    public static Integer parse(String text) {
        int address = 0;
        int parts = 0;
        int digits = 0;
        int part = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '.';
            if (c == '.') {
                if (digits == 0 || part > 255) {
                    return null;
                }
                address = address << 8 | part;
                parts++;
                part = digits = 0;
            } else if (c >= '0' && c <= '9' && digits < 3) {
                part = part * 10 + c - '0';
                digits++;
            } else {
                return null;
            }
        }
        return parts == 4 ? address : null;
    }

    public static String format(int address) {
        return IpAddress.formatV4(address);
    }
}
