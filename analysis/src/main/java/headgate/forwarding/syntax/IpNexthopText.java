package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;

/// `ip nexthop`: next hop objects and their groups.
final class IpNexthopText implements Syntax {
    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        var lines = new Lines(name, in);
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (!line.isBlank()) {
                sink.add(lines.place(), nextHop(new Words(line)));
            }
        }
    }

    private static ObjectNode nextHop(Words words) {
        ObjectNode hop = JsonNodeFactory.instance.objectNode();
        while (words.hasMore()) {
            String word = words.next();
            switch (word) {
                case "id", "dev", "scope", "type" -> words.putNext(hop, word);
                case "via" -> words.putNext(hop, "gateway");
                case "proto" -> words.putNext(hop, "protocol");
                case "group" -> readGroup(words.next(), hop);
                case "buckets", "idle_timer", "unbalanced_timer", "unbalanced_time" ->
                        words.putNext(hop.withObjectProperty("resilient_args"), word);
                case "onlink", "linkdown", "dead", "offload", "trap" ->
                        hop.withArray("flags").add(word);
                // `blackhole` and `fdb`, and what is not known.
                default -> hop.putNull(word);
            }
        }
        return hop;
    }

    /// `1,3/2,7`: each with its weight, unless that is 1.
    private static void readGroup(String members, ObjectNode hop) {
        for (String member : members.split("/")) {
            int comma = member.indexOf(',');
            ObjectNode one = hop.withArray("group").addObject();
            one.put("id", comma < 0 ? member : member.substring(0, comma));
            if (comma >= 0) {
                one.put("weight", member.substring(comma + 1));
            }
        }
    }
}
