package headgate.packet;

import java.util.HexFormat;

/// The hash by which network interfaces spread flows over receive queues (receive side scaling):
/// Microsoft's RSS specification, in Linux `ethtool -x`.
///
/// For each set bit of the input, the 32 bits of the key that start at the bit's position are added
/// without carry. The sums for the 256 values of each input byte are made once.
public final class ToeplitzHash {
    /// Two IPv6 addresses and two ports.
    private static final int MAX_INPUT_LENGTH = 36;

    /// Four more than the input, so that each bit has 32 key bits.
    public static final int KEY_LENGTH = MAX_INPUT_LENGTH + 4;

    private final int[] sums = new int[MAX_INPUT_LENGTH * 256];

    /// @param key at least 40 bytes; what is beyond is not used
    public ToeplitzHash(byte[] key) {
        if (key.length < KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "RSS key has " + key.length + " bytes: must have " + KEY_LENGTH);
        }
        for (int at = 0; at < MAX_INPUT_LENGTH; at++) {
            for (int value = 0; value < 256; value++) {
                sums[at * 256 + value] = sum(key, at, value);
            }
        }
    }

    /// The key of Microsoft's verification suite, which many drivers use as their default.
    public static byte[] microsoftKey() {
        return HexFormat.of()
                .parseHex(
                        "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b4"
                                + "77cb2da38030f20c6a42b73bbeac01fa");
    }

    /// Over the addresses of a decoded frame; 0 if it carries no IP packet.
    public int ofAddresses(Frame frame) {
        return switch (frame.ipVersion) {
            case 4 -> word(0, (int) frame.sourceLow) ^ word(4, (int) frame.destinationLow);
            case 6 ->
                    word(0, (int) (frame.sourceHigh >>> 32))
                            ^ word(4, (int) frame.sourceHigh)
                            ^ word(8, (int) (frame.sourceLow >>> 32))
                            ^ word(12, (int) frame.sourceLow)
                            ^ word(16, (int) (frame.destinationHigh >>> 32))
                            ^ word(20, (int) frame.destinationHigh)
                            ^ word(24, (int) (frame.destinationLow >>> 32))
                            ^ word(28, (int) frame.destinationLow);
            default -> 0;
        };
    }

    /// Over the addresses and ports; over the addresses alone if the frame has no ports or is a
    /// fragment.
    public int ofAddressesAndPorts(Frame frame) {
        int addresses = ofAddresses(frame);
        if (frame.sourcePort < 0 || frame.isFragment()) {
            return addresses;
        }
        int ports = frame.sourcePort << 16 | frame.destinationPort;
        return addresses ^ word(frame.ipVersion == 4 ? 8 : 32, ports);
    }

    private int word(int at, int value) {
        return sums[at * 256 + (value >>> 24)]
                ^ sums[at * 256 + 256 + (value >>> 16 & 0xff)]
                ^ sums[at * 256 + 512 + (value >>> 8 & 0xff)]
                ^ sums[at * 256 + 768 + (value & 0xff)];
    }

    private static int sum(byte[] key, int at, int value) {
        long window = 0;
        for (int i = 0; i < 5; i++) {
            window = window << 8 | Byte.toUnsignedLong(key[at + i]);
        }
        int sum = 0;
        for (int bit = 0; bit < 8; bit++) {
            if ((value & 0x80 >>> bit) != 0) {
                sum ^= (int) (window >>> 8 - bit);
            }
        }
        return sum;
    }
}
