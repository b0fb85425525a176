package headgate.console;

import headgate.softnet.ProfileKey;
import headgate.softnet.SoftnetProfile;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The search for the smallest value of a setting without drops. Each pass over the traffic tries
/// up to [#VALUES_PER_PASS] values at once and leaves the range between a value that drops and the
/// next one that does not.
final class PathSweep {
    /// Values tried in one pass over the traffic.
    static final int VALUES_PER_PASS = 16;

    private static final Pattern RANGE = Pattern.compile("([a-z_]+)=(-?\\d+)\\.\\.(-?\\d+)");

    private final String text;
    private final String key;
    private final SoftnetProfile base;

    /// All values below this one that were tried dropped.
    private long least;

    private final long most;
    private Long found;
    private long fewestDrops;
    private List<PathRun> tried = List.of();

    /// @param base the profile whose setting is varied
    /// @throws IllegalArgumentException with what is allowed
    PathSweep(String text, SoftnetProfile base) {
        Matcher matcher = RANGE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no range to sweep: write KEY=A..B, such as backlog=300..8192");
        }
        this.text = text;
        this.key = matcher.group(1);
        this.base = base;
        if (!ProfileKey.of(key).isNumber()) {
            throw new IllegalArgumentException(
                    "--sweep tries numbers; " + key + " takes " + ProfileKey.of(key).allowed());
        }
        least = Long.parseLong(matcher.group(2));
        most = Long.parseLong(matcher.group(3));
        if (least > most) {
            throw new IllegalArgumentException("'" + text + "': the range is empty");
        }
        // Both ends are values that the setting takes, or this says why not.
        run(least);
        run(most);
    }

    /// The runs that the next pass has to feed.
    List<PathRun> next() {
        long last = found == null ? most : found - 1;
        var values = new TreeSet<Long>();
        for (int i = 0; i < VALUES_PER_PASS; i++) {
            long step = Math.round(between(last - least, (double) i / (VALUES_PER_PASS - 1)));
            values.add(Math.clamp(least + step, least, last));
        }
        tried = values.stream().map(this::run).toList();
        return tried;
    }

    /// Values lie closer together at the lower end of a wide range.
    private static double between(long span, double share) {
        return span < VALUES_PER_PASS ? span * share : Math.expm1(share * Math.log1p(span));
    }

    private PathRun run(long value) {
        String text = Long.toString(value);
        return new PathRun(text, base.with(key, text));
    }

    /// Takes in what the runs of the last pass did.
    ///
    /// @return whether another pass would tell more
    boolean narrow() {
        for (PathRun run : tried) {
            long value = Long.parseLong(run.name());
            if (run.stats().dropped() == 0) {
                found = value;
                break;
            }
            least = value + 1;
            fewestDrops = run.stats().dropped();
        }
        return isCoarse();
    }

    /// The smallest value found without drops; null if there is none.
    Long found() {
        return found;
    }

    /// Whether values between one that drops and [#found] were not tried.
    boolean isCoarse() {
        return found != null && least < found;
    }

    /// The profile with the value found.
    SoftnetProfile foundProfile() {
        return base.with(key, found.toString());
    }

    String key() {
        return key;
    }

    String sentence() {
        if (found == null) {
            return String.format(
                    Locale.ROOT,
                    "%s: no value removes the drops; at %d there are still %,d",
                    text,
                    most,
                    fewestDrops);
        }
        return isCoarse()
                ? "%s: %d is enough; this traffic comes only once, so %d to %d were not all tried"
                        .formatted(text, found, least, found - 1)
                : "%s: %d is the smallest value without drops".formatted(text, found);
    }
}
