package headgate.console.flows;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// Answers to a name that does not exist.
public final class Spelling {
    private static final int MOST_SUGGESTIONS = 3;

    /// In fewer letters than these half of all names have a part.
    private static final int SHORTEST_PART = 3;

    private static final String ORIGINATORS = "orig_";
    private static final String RESPONDERS = "resp_";

    private Spelling() {}

    /// That there is no such thing, which name may have been meant, and which there are.
    ///
    /// @param what what kind of thing was asked for
    public static String unknown(String what, String name, Collection<String> known) {
        return "%s; there are: %s"
                .formatted(unknownButNear(what, name, known), String.join(", ", known));
    }

    /// The same of names that are too many for a message: without a near one those that either side
    /// has are left out.
    ///
    /// @param listing what the user may type to see them all
    public static String unknown(
            String what, String name, Collection<String> known, String listing) {
        String begin = unknownButNear(what, name, known);
        String some =
                nearest(name, known).isEmpty()
                        ? "; there are: " + String.join(", ", ofFlow(known)) + ", and more"
                        : "";
        return "%s%s; %s lists all %d".formatted(begin, some, listing, known.size());
    }

    private static String unknownButNear(String what, String name, Collection<String> known) {
        String near =
                nearest(name, known).stream()
                        .map(each -> "'" + each + "'")
                        .collect(Collectors.joining(" or "));
        return "no %s '%s'%s".formatted(what, name, near.isEmpty() ? "" : ", perhaps " + near);
    }

    /// The names with the fewest letters to change, none with more than a third of them, and then
    /// those that have the name in them.
    private static List<String> nearest(String name, Collection<String> known) {
        return known.stream()
                .filter(each ->
                        3 * distance(name, each) <= Math.max(name.length(), 3)
                                || name.length() >= SHORTEST_PART && each.contains(name))
                .sorted(Comparator.comparingInt(each -> distance(name, each)))
                .limit(MOST_SUGGESTIONS)
                .toList();
    }

    /// Those that not both sides have.
    private static List<String> ofFlow(Collection<String> known) {
        return known.stream()
                .filter(each ->
                        !known.contains(other(each, ORIGINATORS, RESPONDERS))
                                && !known.contains(other(each, RESPONDERS, ORIGINATORS)))
                .toList();
    }

    /// The name that the other side has for it; empty if it is of no side.
    private static String other(String name, String side, String otherSide) {
        return name.startsWith(side) ? otherSide + name.substring(side.length()) : "";
    }

    /// Levenshtein's: letters to put in, leave out or replace.
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[b.length()];
    }
}
