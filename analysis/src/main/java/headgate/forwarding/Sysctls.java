package headgate.forwarding;

import java.util.Map;

/// Kernel settings as `sysctl -a` prints them.
final class Sysctls {
    /// The value of a setting that the snapshot does not have.
    static final int UNKNOWN = -1;

    private final Map<String, String> values;

    Sysctls(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /// The setting as an unsigned 32-bit number; [#UNKNOWN] if it is absent or not a number.
    long get(String key) {
        String value = values.get(key);
        if (value == null || !value.matches("-?[0-9]{1,10}")) {
            return UNKNOWN;
        }
        return Long.parseLong(value) & 0xffff_ffffL;
    }
}
