package headgate.flow;

import java.util.Arrays;

/// Which ICMP messages answer which: these are one flow. All others are flows of their own in each
/// direction. As in the Community ID specification, version 1, and in Zeek.
final class IcmpPairs {
    private static final int NONE = -1;
    private static final int[] ICMP = pairs(0, 8, 9, 10, 13, 14, 15, 16, 17, 18);
    private static final int[] ICMPV6 =
            pairs(128, 129, 130, 131, 133, 134, 135, 136, 139, 140, 144, 145);

    private IcmpPairs() {}

    private static int[] pairs(int... types) {
        var partners = new int[256];
        Arrays.fill(partners, NONE);
        for (int i = 0; i < types.length; i += 2) {
            partners[types[i]] = types[i + 1];
            partners[types[i + 1]] = types[i];
        }
        return partners;
    }

    /// The type that answers `type`, or that it answers; -1 if there is none.
    static int partner(int ipVersion, int type) {
        return (ipVersion == 4 ? ICMP : ICMPV6)[type & 0xff];
    }
}
