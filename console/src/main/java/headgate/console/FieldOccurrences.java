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
    private final StringBuilder protocols = new StringBuilder();

    void clear() {
        values.clear();
        protocols.setLength(0);
    }

    /// Notes one more protocol, outer to inner, for `frame.protocols`.
    void protocol(String name) {
        if (!protocols.isEmpty()) {
            protocols.append(':');
        }
        protocols.append(name);
    }

    /// With colons between; empty if there are none.
    String protocols() {
        return protocols.toString();
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
