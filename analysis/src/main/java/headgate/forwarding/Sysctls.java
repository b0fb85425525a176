package headgate.forwarding;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Kernel settings as `sysctl -a` prints them.
final class Sysctls {
    /// The value of a setting that the snapshot does not have.
    static final int UNKNOWN = -1;

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,10}");

    /// ICMPv6 types whose rate is limited, as `0-1,3-127`; that is what kernels start with.
    private static final String LIMITED_TYPES = "net.ipv6.icmp.ratemask";

    private static final Pattern RANGES =
            Pattern.compile("[0-9]{1,3}(-[0-9]{1,3})?(,[0-9]{1,3}(-[0-9]{1,3})?)*");
    private static final int TYPES = 256;

    /// Settings have no more numbers than this.
    private static final int MOST_NUMBERS = 3;

    /// Those that are numbers; of several, each under its index: `net.ipv4.tcp_rmem.2`.
    private final Map<String, Long> values = new HashMap<>();

    private final BitSet limitedTypes = new BitSet(TYPES);

    Sysctls(Map<String, String> values) {
        String limited = values.getOrDefault(LIMITED_TYPES, "");
        for (String range :
                (RANGES.matcher(limited).matches() ? limited : "0-1,3-127").split(",")) {
            String[] ends = range.split("-");
            int first = Integer.parseInt(ends[0]);
            limitedTypes.set(first, Math.max(first, Integer.parseInt(ends[ends.length - 1])) + 1);
        }
        values.forEach((key, value) -> {
            String[] numbers = value.split("\\s+", MOST_NUMBERS + 1);
            for (int i = 0; i < Math.min(numbers.length, MOST_NUMBERS); i++) {
                if (NUMBER.matcher(numbers[i]).matches()) {
                    this.values.put(
                            numbers.length == 1 ? key : key + "." + i,
                            Long.parseLong(numbers[i]) & 0xffff_ffffL);
                }
            }
        });
    }

    /// Whether the rate of these ICMPv6 messages is limited (kernel: `icmpv6_mask_allow`).
    boolean limitsIcmp6(int type) {
        return limitedTypes.get(type);
    }

    /// The setting as an unsigned 32-bit number; [#UNKNOWN] if it is absent or not a number.
    long get(String key) {
        Long value = values.get(key);
        return value == null ? UNKNOWN : value;
    }
}
