package headgate.finding;

import java.util.Locale;

/// Phrases that findings share.
final class Wording {
    private Wording() {}

    static String examples(Evidence evidence) {
        return "for example " + String.join(", ", evidence.examples());
    }

    static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
    }
}
