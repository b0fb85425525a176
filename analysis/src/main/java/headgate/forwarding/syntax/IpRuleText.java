package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;

/// `ip rule` and `ip -6 rule`.
final class IpRuleText implements Syntax {
    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        var lines = new Lines(name, in);
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (!line.isBlank()) {
                sink.add(lines.place(), rule(new Words(line)));
            }
        }
    }

    private static ObjectNode rule(Words words) {
        ObjectNode rule = JsonNodeFactory.instance.objectNode();
        String priority = words.next();
        boolean isRule = priority.endsWith(":");
        rule.put("priority", isRule ? priority.substring(0, priority.length() - 1) : priority);
        String device = "";
        while (words.hasMore()) {
            String word = words.next();
            switch (word) {
                case "from" -> words.putPrefix(rule, "src");
                case "to" -> words.putPrefix(rule, "dst");
                case "fwmark" -> readMark(words, rule);
                case "iif", "oif" -> {
                    device = word;
                    words.putNext(rule, word);
                }
                case "[detached]" -> rule.putNull(device + "_detached");
                case "uidrange" -> words.putRange(rule, "uid", false);
                case "sport", "dport" -> words.putRange(rule, word, true);
                case "lookup" -> readTable(words, rule);
                case "suppress_prefixlength" -> words.putNext(rule, "suppress_prefixlen");
                case "goto", "tos", "dscp", "ipproto", "tun_id", "suppress_ifgroup" ->
                        words.putNext(rule, word);
                case "proto" -> words.putNext(rule, "protocol");
                case "unreachable", "prohibit", "blackhole" -> rule.put("action", word);
                case "[unresolved]" -> rule.putNull("unresolved");
                // `not` and `nop`, and what is not known.
                default -> rule.putNull(word);
            }
        }
        return rule;
    }

    private static void readMark(Words words, ObjectNode rule) {
        String mark = words.next();
        int slash = mark.indexOf('/');
        rule.put("fwmark", slash < 0 ? mark : mark.substring(0, slash));
        if (slash >= 0) {
            rule.put("fwmask", mark.substring(slash + 1));
        }
    }

    private static void readTable(Words words, ObjectNode rule) {
        String table = words.next();
        if (table.equals("[l3mdev-table]")) {
            rule.putNull("l3mdev");
        } else {
            rule.put("table", table);
        }
    }
}
