package headgate.flow;

import headgate.flow.app.FieldSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Takes the fields of one side's message and holds them as bytes, so that a flow that waits for
/// its end is one small array: for each a length in one byte and the name, a length in two bytes
/// and the value in UTF-8.
final class Metadata implements FieldSink {
    static final byte[] NONE = {};

    /// Of one side. What a message says first is kept.
    static final int MAX_BYTES = 2048;

    private final byte[] bytes = new byte[MAX_BYTES];
    private int length;
    private String lastName = "";
    private boolean cut;

    /// Begins anew.
    void clear() {
        length = 0;
        lastName = "";
        cut = false;
    }

    /// Whether something was left out since then.
    boolean isCut() {
        return cut;
    }

    byte[] toBytes() {
        return length == 0 ? NONE : Arrays.copyOf(bytes, length);
    }

    @Override
    public void add(String name, long number) {
        add(name, Long.toString(number));
    }

    @Override
    public void add(String name, String text) {
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        int nameLength = name.equals(lastName) ? 0 : name.length();
        if (nameLength > 255 || value.length > bytes.length - length - 1 - nameLength - 2) {
            cut = true;
            return;
        }
        lastName = name;
        bytes[length++] = (byte) nameLength;
        for (int i = 0; i < nameLength; i++) {
            bytes[length++] = (byte) name.charAt(i);
        }
        bytes[length++] = (byte) (value.length >>> 8);
        bytes[length++] = (byte) value.length;
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    static byte[] joined(byte[] first, byte[] second) {
        if (first.length == 0 || second.length == 0) {
            return first.length == 0 ? second : first;
        }
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /// The values by name, each once, in the order in which they were said.
    ///
    /// @throws IllegalArgumentException if the bytes are not such fields
    static Map<String, List<String>> read(byte[] bytes) {
        if (bytes.length == 0) {
            return Map.of();
        }
        var values = new LinkedHashMap<String, List<String>>();
        String name = "";
        for (int at = 0; at < bytes.length; ) {
            int nameEnd = at + 1 + (bytes[at] & 0xff);
            int value = nameEnd + 2;
            int end = value > bytes.length ? value : value + length(bytes, nameEnd);
            if (end > bytes.length) {
                throw new IllegalArgumentException("not the metadata of a flow");
            }
            name = bytes[at] == 0 ? name : text(bytes, at + 1, nameEnd);
            var of = values.computeIfAbsent(name, _ -> new ArrayList<String>(1));
            String text = text(bytes, value, end);
            if (!of.contains(text)) {
                of.add(text);
            }
            at = end;
        }
        values.replaceAll((_, of) -> List.copyOf(of));
        return Collections.unmodifiableMap(values);
    }

    private static int length(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
