package headgate.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Named values of one frame; a name that several headers have is kept once, with its values from
/// the outer header to the inner.
final class FieldOccurrences {
    private final Map<String, List<Object>> values = new LinkedHashMap<>();

    void clear() {
        values.clear();
    }

    void add(String name, long number) {
        addValue(name, number);
    }

    void add(String name, String text) {
        addValue(name, text);
    }

    /// As 0 or 1.
    void add(String name, boolean flag) {
        addValue(name, flag ? 1L : 0L);
    }

    /// Every value is a `Long` or a `String`.
    Map<String, List<Object>> values() {
        return values;
    }

    private void addValue(String name, Object value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
    }
}
