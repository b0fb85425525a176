package headgate.console;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Spans of time as people write them: `100us`, `5ms`, `1.5s`, `2m`, `1h`.
final class TimeSpan {
    private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|ms|s|m|h)");
    private static final double MOST = 1e18;

    private TimeSpan() {}

    /// @throws IllegalArgumentException with what is allowed
    static long parseNanos(String text) {
        Matcher matcher = TEXT.matcher(text);
        double nanos =
                matcher.matches()
                        ? Double.parseDouble(matcher.group(1)) * unitNanos(matcher.group(2))
                        : -1;
        if (nanos < 0 || nanos > MOST) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no span of time: write 100us, 5ms, 1.5s, 2m or 1h");
        }
        return Math.round(nanos);
    }

    private static double unitNanos(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
        };
    }

    /// In the unit that leaves one to three digits before the point: 12345 → "12.3 us".
    static String format(long nanos) {
        if (nanos < 1_000) {
            return nanos + " ns";
        }
        String[] units = {"us", "ms", "s"};
        double value = nanos / 1e3;
        int unit = 0;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
