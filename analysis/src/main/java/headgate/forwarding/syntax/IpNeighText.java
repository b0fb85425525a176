package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/// `ip neigh` and `ip -6 neigh`, with and without `-s`.
final class IpNeighText implements Syntax {
    static final Set<String> STATES =
            Set.of(
                    "PERMANENT",
                    "REACHABLE",
                    "STALE",
                    "DELAY",
                    "PROBE",
                    "NOARP",
                    "INCOMPLETE",
                    "FAILED",
                    "NONE");

    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        var lines = new Lines(name, in);
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (!line.isBlank()) {
                sink.add(lines.place(), neighbour(new Words(line)));
            }
        }
    }

    /// `2/61/1probes 5`: no space stands before the number of probes' name.
    private static void skipTimes(Words words) {
        if (words.next().endsWith("probes")) {
            words.next();
        }
    }

    private static ObjectNode neighbour(Words words) {
        ObjectNode neighbour = JsonNodeFactory.instance.objectNode();
        words.putNext(neighbour, "dst");
        while (words.hasMore()) {
            String word = words.next();
            switch (word) {
                case "dev", "lladdr" -> words.putNext(neighbour, word);
                case "proto" -> words.putNext(neighbour, "protocol");
                case "ref", "probes" -> words.next();
                case "used" -> skipTimes(words);
                default -> {
                    if (STATES.contains(word)) {
                        neighbour.withArray("state").add(word);
                    } else {
                        neighbour.putNull(word);
                    }
                }
            }
        }
        return neighbour;
    }
}
