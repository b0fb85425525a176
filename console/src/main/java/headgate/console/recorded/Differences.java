package headgate.console.recorded;

import java.util.ArrayList;
import java.util.List;

/// What is not equal in one run, in words.
final class Differences {
    private final List<String> words = new ArrayList<>();

    void compare(String what, Object ours, Object theirs) {
        if (!ours.equals(theirs)) {
            add(what, ours, theirs);
        }
    }

    void add(String what, Object ours, Object theirs) {
        words.add("%s %s, kernel %s".formatted(what, ours, theirs));
    }

    List<String> words() {
        return words;
    }
}
