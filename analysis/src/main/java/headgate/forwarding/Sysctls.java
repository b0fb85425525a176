package headgate.forwarding;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Kernel settings as `sysctl -a` prints them.
final class Sysctls {
    /// The value of a setting that the snapshot does not have.
    static final int UNKNOWN = -1;

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,10}");

    /// Those that are numbers.
    private final Map<String, Long> values = new HashMap<>();

    Sysctls(Map<String, String> values) {
        values.forEach((key, value) -> {
            if (NUMBER.matcher(value).matches()) {
                this.values.put(key, Long.parseLong(value) & 0xffff_ffffL);
            }
        });
    }

    /// The setting as an unsigned 32-bit number; [#UNKNOWN] if it is absent or not a number.
    long get(String key) {
        Long value = values.get(key);
        return value == null ? UNKNOWN : value;
    }
}
