package headgate.console;

import headgate.flow.app.FieldSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Named values of one frame; a name that several headers have is kept once, with its values from
/// the outer header to the inner.
final class FieldOccurrences implements FieldSink {
    private final Map<String, List<Object>> values = new LinkedHashMap<>();

    void clear() {
        values.clear();
    }

    @Override
    public void add(String name, long number) {
        addValue(name, number);
    }

    @Override
    public void add(String name, String text) {
        addValue(name, text);
    }

    /// Every value is a `Long` or a `String`.
    Map<String, List<Object>> values() {
        return values;
    }

    private void addValue(String name, Object value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
    }
}
