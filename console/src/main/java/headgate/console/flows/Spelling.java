package headgate.console.flows;

import java.util.Collection;
import java.util.Comparator;

/// Answers to a name that does not exist.
public final class Spelling {
    private Spelling() {}

    /// That there is no such thing, which name may have been meant, and which there are.
    ///
    /// @param what what kind of thing was asked for
    public static String unknown(String what, String name, Collection<String> known) {
        String near = nearest(name, known);
        return "no "
                + what
                + " '"
                + name
                + "'"
                + (near == null ? "" : ", perhaps '" + near + "'")
                + "; there are: "
                + String.join(", ", known);
    }

    /// The name with the fewest letters to change; null if more than a third of them differ.
    private static String nearest(String name, Collection<String> known) {
        String near =
                known.stream()
                        .min(Comparator.comparingInt(each -> distance(name, each)))
                        .orElse(null);
        return near == null || 3 * distance(name, near) > Math.max(name.length(), 3) ? null : near;
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
