package headgate.forwarding;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// One element of a JSON document, which remembers what was read of it: the keys that nobody read
/// are those that are not known.
final class SnapshotElement {
    private final SnapshotReader reader;
    private final String document;
    private final String place;
    private final JsonNode node;

    /// Those keys of the element that were asked for; few, so that a list does.
    private final List<String> read = new ArrayList<>();

    private String unknown = "";

    SnapshotElement(SnapshotReader reader, String document, String place, JsonNode node) {
        this.reader = reader;
        this.document = document;
        this.place = place;
        this.node = node;
    }

    JsonNode node() {
        return node;
    }

    String place() {
        return place;
    }

    boolean has(String key) {
        boolean has = node.has(key);
        if (has && !read.contains(key)) {
            read.add(key);
        }
        return has;
    }

    /// The value as text; empty if it is absent or not a scalar.
    String text(String key) {
        return has(key) ? node.get(key).asText("") : "";
    }

    String text(String key, String absent) {
        return has(key) ? text(key) : absent;
    }

    /// The value as an unsigned 32-bit number, also where it is written in hexadecimal; `absent` if
    /// it is absent, -1 (and noted) if it is not such a number.
    long number(String key, long absent) {
        if (!has(key)) {
            return absent;
        }
        String text = text(key);
        try {
            long value = Long.decode(text);
            if (value >= 0 && value <= 0xffff_ffffL) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Falls through to the note, as numbers out of range do.
        }
        note(key, "'" + shortened(text) + "' is not a number");
        return -1;
    }

    List<String> texts(String key) {
        if (!has(key)) {
            return List.of();
        }
        var texts = new ArrayList<String>();
        node.path(key).forEach(value -> texts.add(value.asText()));
        return texts;
    }

    /// The elements of the array at `key`; none if it is absent.
    List<SnapshotElement> elements(String key) {
        if (!has(key)) {
            return List.of();
        }
        var elements = new ArrayList<SnapshotElement>();
        int i = 0;
        for (JsonNode value : node.path(key)) {
            elements.add(
                    new SnapshotElement(reader, document, place + "/" + key + "/" + i++, value));
        }
        return elements;
    }

    /// The object at `key`; one without keys if it is absent.
    SnapshotElement object(String key) {
        has(key);
        return new SnapshotElement(reader, document, place + "/" + key, node.path(key));
    }

    /// Whether this is an IPv6 route: only those have a preference (RFC 4191), and only they colons
    /// in their addresses, but for the `via` of an IPv4 route.
    boolean isIpv6Route() {
        return node.has("pref")
                || List.of("dst", "gateway", "from", "prefsrc").stream()
                        .anyMatch(key -> node.path(key).asText().indexOf(':') >= 0);
    }

    /// Declares keys that change no answer.
    void ignore(String... keys) {
        for (String key : keys) {
            has(key);
        }
    }

    void ignoreAll() {
        node.fieldNames().forEachRemaining(this::has);
    }

    /// Lists something about this element that is not known.
    void note(String key, String what) {
        unknown = reader.note(document, key.isEmpty() ? place : place + "/" + key, what);
    }

    /// Lists the keys that were not read; returns what is not known of this element, in words, or
    /// the empty string.
    String noteUnread() {
        if (!node.isObject()) {
            note("", "is not an object");
            return unknown;
        }
        node.fieldNames()
                .forEachRemaining(key -> {
                    if (!read.contains(key)) {
                        read.add(key);
                        note(shortened(key), "is not known");
                    }
                });
        return unknown;
    }

    /// 48 bits; -1 if it is not a MAC address of six bytes.
    static long mac(String text) {
        if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
            return -1;
        }
        return Long.parseLong(text.replace(":", ""), 16);
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
