package headgate.console;

import headgate.softnet.ProfileKey;
import headgate.softnet.SettingName;
import headgate.softnet.SoftnetProfile;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The search for a value of a setting without drops: the smallest where more room is better, the
/// largest where the setting is a cost. Each pass over the traffic tries up to [#VALUES_PER_PASS]
/// values at once and leaves the range between a value that drops and the next one that does not.
///
/// Other settings have no such order. Of these one pass is made, and nothing is concluded about
/// values that it did not try.
final class PathSweep {
    /// Values tried in one pass over the traffic.
    static final int VALUES_PER_PASS = 16;

    private static final Pattern RANGE = Pattern.compile("([^=\\s]+)=(-?\\d+)\\.\\.(-?\\d+)");

    private final String text;
    private final SettingName setting;
    private final ProfileKey key;
    private final SoftnetProfile base;
    private final long least;
    private final long most;

    /// Places in the range count from its better end for users: the least room, the highest cost.
    /// All places below this one that were tried dropped.
    private long from;

    private long foundPlace = -1;
    private int passes;
    private List<PathRun> trying = List.of();
    private final SortedMap<Long, PathRun> tried = new TreeMap<>();
    private Set<Long> triedFirst = Set.of();

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
        this.setting = SettingName.of(matcher.group(1));
        this.key = setting.key();
        this.base = base;
        if (!key.isNumber()) {
            throw new IllegalArgumentException(
                    "--sweep tries numbers; %s takes %s".formatted(setting, key.allowed()));
        }
        setting.requireEffect(base);
        least = number(matcher.group(2));
        most = number(matcher.group(3));
        if (least > most) {
            throw new IllegalArgumentException("'" + text + "': the range is empty");
        }
        // Both ends are values that the setting takes, or this says why not.
        run(least);
        run(most);
    }

    private long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s=%s is not allowed: %s".formatted(setting, digits, key.allowed()), e);
        }
    }

    /// The runs that the next pass has to feed.
    List<PathRun> next() {
        long last = foundPlace < 0 ? most - least : foundPlace - 1;
        var places = new TreeSet<Long>();
        for (int i = 0; i < VALUES_PER_PASS; i++) {
            long step = Math.round(between(last - from, (double) i / (VALUES_PER_PASS - 1)));
            places.add(Math.clamp(from + step, from, last));
        }
        passes++;
        trying = places.stream().map(this::valueAt).map(this::run).toList();
        return trying;
    }

    /// Values lie closer together at the lower end of a wide range of room.
    private double between(long span, double share) {
        return span < VALUES_PER_PASS || isCost()
                ? span * share
                : Math.expm1(share * Math.log1p(span));
    }

    private long valueAt(long place) {
        return isCost() ? most - place : least + place;
    }

    private long placeOf(PathRun run) {
        long value = Long.parseLong(run.name());
        return isCost() ? most - value : value - least;
    }

    private PathRun run(long value) {
        String word = Long.toString(value);
        return new PathRun(word, base.with(setting.toString(), word));
    }

    /// Takes in what the runs of the last pass did.
    ///
    /// @return whether another pass would tell more
    boolean narrow() {
        trying.forEach(run -> tried.put(Long.parseLong(run.name()), run));
        if (triedFirst.isEmpty()) {
            triedFirst = Set.copyOf(tried.keySet());
        }
        for (PathRun run : trying) {
            if (run.stats().dropped() == 0) {
                foundPlace = placeOf(run);
                break;
            }
            from = placeOf(run) + 1;
        }
        return isOrdered() && isCoarse();
    }

    private boolean isCost() {
        return key.isCost();
    }

    private boolean isOrdered() {
        return isCost() || key.isRoom();
    }

    /// The value found without drops; null if there is none.
    Long found() {
        return foundPlace < 0 ? null : valueAt(foundPlace);
    }

    /// Whether values between one that drops and [#found] were not tried.
    boolean isCoarse() {
        return foundPlace >= 0 && from < foundPlace;
    }

    /// The profile with the value found.
    SoftnetProfile foundProfile() {
        return base.with(setting.toString(), found().toString());
    }

    String key() {
        return setting.toString();
    }

    /// Passes made or under way.
    int passes() {
        return passes;
    }

    /// Every value tried, ascending, with what it did.
    SortedMap<Long, PathRun> tried() {
        return tried;
    }

    /// Of the values tried, those that show the course: the first pass over the range, the value
    /// found and the one before it.
    SortedMap<Long, PathRun> course() {
        var course = new TreeMap<>(tried);
        course.keySet()
                .removeIf(value ->
                        !triedFirst.contains(value)
                                && !value.equals(found())
                                && value != valueAt(from - 1));
        return course;
    }

    String sentence() {
        if (foundPlace < 0) {
            long last = isCost() ? tried.firstKey() : tried.lastKey();
            return String.format(
                    Locale.ROOT,
                    "%s: no value%s removes the drops; at %d there are still %,d",
                    text,
                    isOrdered() ? "" : " tried",
                    last,
                    tried.get(last).stats().dropped());
        }
        String extreme = isCost() ? "largest" : "smallest";
        if (!isOrdered()) {
            return "%s: %d is the smallest of %d values tried without drops; %s has no order in which"
                            .formatted(text, found(), tried.size(), setting)
                    + " drops only fall";
        }
        return isCoarse()
                ? "%s: %d is enough; this traffic comes only once, so %d values next to it were not tried"
                        .formatted(text, found(), foundPlace - from)
                : "%s: %d is the %s value without drops".formatted(text, found(), extreme);
    }
}
