package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// BIRD's `show route` of versions 1 to 3, with and without `all`. The best route of each prefix
/// counts, which bears a `*`; tables called `master`, `master4` and `master6` stand for `main`.
final class BirdRoutes implements Syntax {
    private static final Pattern TABLE = Pattern.compile("Table (\\S+?):");

    /// Version 1 writes the way into the first line, later ones into those that follow.
    private static final Pattern ROUTE =
            Pattern.compile(
                    "(?<prefix>[0-9a-fA-F.:]+/[0-9]+)?(?: from (?<from>\\S+))?\\s+"
                            + "(?<way>via \\S+ on \\S+|dev \\S+|[a-z]+)\\s+"
                            + "\\[(?<protocol>[^\\]\\s]*)[^\\]]*\\](?<rest>.*)");

    private static final Pattern HOP =
            Pattern.compile(
                    "(?:via (?<gateway>\\S+) on (?<via>\\S+)|dev (?<dev>\\S+))"
                            + "(?<flags>(?: mpls \\S+| onlink)*)(?: weight (?<weight>\\d+))?");

    /// `Type: static univ`, `BGP.origin: IGP`
    private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z_0-9. ]+:(?: .*)?");

    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        new Reading(new Lines(name, in), sink).read();
    }

    private static final class Reading {
        private final Lines lines;
        private final Sink sink;
        private final List<ObjectNode> hops = new ArrayList<>();
        private String table = "main";
        private String prefix = "";
        private ObjectNode route;
        private String place;

        Reading(Lines lines, Sink sink) {
            this.lines = lines;
            this.sink = sink;
        }

        void read() throws IOException, SnapshotException {
            for (String line = lines.next(); line != null; line = lines.next()) {
                boolean talk = line.startsWith("BIRD ") || line.startsWith("Access restricted");
                if (!line.isBlank() && !talk) {
                    readLine(line);
                }
            }
            finish();
        }

        private void readLine(String line) throws SnapshotException {
            Matcher heading = TABLE.matcher(line);
            if (heading.matches()) {
                finish();
                table = heading.group(1).matches("master[46]?") ? "main" : heading.group(1);
                return;
            }
            if (line.startsWith("\t")) {
                readDetail(line.strip());
                return;
            }
            Matcher match = ROUTE.matcher(line);
            if (!match.matches() || match.group("prefix") == null && prefix.isEmpty()) {
                finish();
                sink.add(lines.place(), RouteElement.unreadable(line));
                return;
            }
            finish();
            begin(match);
        }

        private void begin(Matcher match) {
            prefix = match.group("prefix") == null ? prefix : match.group("prefix");
            if (!match.group("rest").contains("*")) {
                return;
            }
            place = lines.place();
            route = RouteElement.of(prefix, table);
            if (match.group("from") != null) {
                route.put("from", match.group("from"));
            }
            if (match.group("protocol").startsWith("direct")) {
                RouteElement.markConnected(route);
            }
            readWay(match.group("way"));
        }

        private void readWay(String way) {
            switch (way) {
                case "blackhole", "unreachable" -> route.put("type", way);
                case "prohibit", "prohibited" -> route.put("type", "prohibit");
                // The next hops follow.
                case "unicast", "multipath" -> {}
                default -> {
                    Matcher hop = HOP.matcher(way);
                    if (hop.matches()) {
                        readHop(hop);
                    } else {
                        route.putNull(way);
                    }
                }
            }
        }

        private void readDetail(String detail) {
            if (route == null || ATTRIBUTE.matcher(detail).matches()) {
                return;
            }
            Matcher hop = HOP.matcher(detail);
            if (hop.matches()) {
                readHop(hop);
            } else {
                route.putNull(detail);
            }
        }

        private void readHop(Matcher match) {
            ObjectNode hop = RouteElement.hop();
            hops.add(hop);
            if (match.group("gateway") != null) {
                hop.put("gateway", match.group("gateway"));
            }
            hop.put(
                    "dev",
                    match.group("gateway") == null ? match.group("dev") : match.group("via"));
            if (match.group("weight") != null) {
                hop.put("weight", match.group("weight"));
            }
            if (match.group("flags").contains("mpls")) {
                hop.putNull("encap");
            }
            if (match.group("flags").contains("onlink")) {
                hop.withArray("flags").add("onlink");
            }
        }

        private void finish() throws SnapshotException {
            if (route != null) {
                sink.add(place, RouteElement.withHops(route, hops));
            }
            route = null;
            hops.clear();
        }
    }
}
