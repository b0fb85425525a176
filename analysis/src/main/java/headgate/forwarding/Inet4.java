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
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        int address = 0;
        for (String part : parts) {
            if (!part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                return null;
            }
            address = address << 8 | Integer.parseInt(part);
        }
        return address;
    }

    public static String format(int address) {
        return IpAddress.formatV4(address);
    }
}
