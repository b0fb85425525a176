package headgate.console;

import headgate.softnet.PathStats;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `--fail-on` asks: `drops>0`, `drops>0.1%`, `delay.p99>5ms`, `time_squeeze>0`.
///
/// @param text as the user wrote it
/// @param limit packets, per cent or nanoseconds, as the quantity has it
record FailCondition(String text, Quantity quantity, boolean orEqual, double limit) {
    private static final Pattern CONDITION =
            Pattern.compile("\\s*([a-z_0-9.]+)\\s*(>=?)\\s*(\\S+)\\s*");

    /// What can be asked for.
    enum Quantity {
        DROPS("drops"),
        DROPS_PER_CENT("drops"),
        DELAY_P50("delay.p50"),
        DELAY_P90("delay.p90"),
        DELAY_P99("delay.p99"),
        DELAY_P999("delay.p999"),
        DELAY_MAX("delay.max"),
        TIME_SQUEEZE("time_squeeze");

        private final String word;

        Quantity(String word) {
            this.word = word;
        }

        private double of(PathStats stats) {
            return switch (this) {
                case DROPS -> stats.dropped();
                case DROPS_PER_CENT -> 100 * stats.dropShare();
                case DELAY_P50 -> stats.waiting().p50Nanos();
                case DELAY_P90 -> stats.waiting().p90Nanos();
                case DELAY_P99 -> stats.waiting().p99Nanos();
                case DELAY_P999 -> stats.waiting().p999Nanos();
                case DELAY_MAX -> stats.waiting().maxNanos();
                case TIME_SQUEEZE -> stats.timeSqueeze();
            };
        }
    }

    /// @throws IllegalArgumentException with what is allowed
    static FailCondition parse(String text) {
        Matcher matcher = CONDITION.matcher(text);
        if (matcher.matches()) {
            String word = matcher.group(1);
            String limit = matcher.group(3);
            boolean orEqual = matcher.group(2).equals(">=");
            if (word.equals("drops") && limit.endsWith("%")) {
                String number = limit.substring(0, limit.length() - 1);
                return new FailCondition(
                        text, Quantity.DROPS_PER_CENT, orEqual, number(number, text));
            }
            for (Quantity quantity : Quantity.values()) {
                if (quantity.word.equals(word)) {
                    double value =
                            word.startsWith("delay.")
                                    ? TimeSpan.parseNanos(limit)
                                    : number(limit, text);
                    return new FailCondition(text, quantity, orEqual, value);
                }
            }
        }
        throw refused(text);
    }

    boolean isMet(PathStats stats) {
        double value = quantity.of(stats);
        return orEqual ? value >= limit : value > limit;
    }

    private static double number(String number, String text) {
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException e) {
            throw refused(text);
        }
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException(
                "'%s' is no condition: write drops>0, drops>0.1%%, delay.p99>5ms".formatted(text)
                        + " (also p50, p90, p999, max) or time_squeeze>0");
    }
}
