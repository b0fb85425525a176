package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.StringTokenizer;

/// The words of one line, taken from the left.
final class Words {
    private final StringTokenizer rest;

    Words(String line) {
        rest = new StringTokenizer(line);
    }

    boolean hasMore() {
        return rest.hasMoreTokens();
    }

    /// The next word; empty behind the last one.
    String next() {
        return rest.hasMoreTokens() ? rest.nextToken() : "";
    }

    /// Puts the next word under `key`.
    void putNext(ObjectNode element, String key) {
        element.put(key, next());
    }

    /// Takes `address` or `address/length` as `ip -j` gives it: in two keys.
    void putPrefix(ObjectNode element, String key) {
        String prefix = next();
        int slash = prefix.indexOf('/');
        element.put(key, slash < 0 ? prefix : prefix.substring(0, slash));
        if (slash >= 0) {
            element.put(key + "len", prefix.substring(slash + 1));
        }
    }

    /// Takes `low-high`, or one number for both.
    void putRange(ObjectNode element, String key, boolean singleKey) {
        String range = next();
        int dash = range.indexOf('-');
        if (dash < 0 && singleKey) {
            element.put(key, range);
            return;
        }
        element.put(key + "_start", dash < 0 ? range : range.substring(0, dash));
        element.put(key + "_end", dash < 0 ? range : range.substring(dash + 1));
    }
}
