package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// FRRouting's `show ip route` and `show ipv6 route`. Only what it has put into the kernel counts:
/// routes and next hops marked with `*`.
///
/// FRRouting's own tables lack what it has no notion of (`tos` of a kernel route, IPv6 gateways of
/// IPv4 routes); where it can be had, `ip route` says more.
final class FrrRouteText implements Syntax {
    private static final Pattern HEADING =
            Pattern.compile("(?:.* )?(?:VRF (\\S+?))?(?: ?[Tt]able (\\S+?))?:");

    private static final Pattern LINE =
            Pattern.compile(
                    "(?<code>\\S?)\\s?(?<marks>[>*qrbto ]{0,3}?)\\s*"
                            + "(?:(?<prefix>[0-9a-fA-F.:]+/[0-9]+)"
                            + "(?: from (?<from>\\S+))?(?: \\[\\d+/\\d+])?)?"
                            + "\\s*(?<way>via .*|is directly connected, .*|unreachable .*)");

    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        new Reading(new Lines(name, in), sink).read();
    }

    private static final class Reading {
        private final Lines lines;
        private final Sink sink;
        private final List<ObjectNode> hops = new ArrayList<>();
        private String table = "main";
        private ObjectNode route;
        private String place;
        private boolean installed;

        Reading(Lines lines, Sink sink) {
            this.lines = lines;
            this.sink = sink;
        }

        void read() throws IOException, SnapshotException {
            boolean legend = false;
            for (String line = lines.next(); line != null; line = lines.next()) {
                legend = line.startsWith("Codes:") || legend && !line.isBlank();
                if (!legend && !line.isBlank()) {
                    readLine(line);
                }
            }
            finish();
        }

        private void readLine(String line) throws SnapshotException {
            Matcher heading = HEADING.matcher(line);
            if (line.endsWith(":") && heading.matches()) {
                finish();
                table = table(heading.group(1), heading.group(2));
                return;
            }
            Matcher match = LINE.matcher(line);
            boolean begins = !Character.isWhitespace(line.charAt(0));
            if (!match.matches() || begins != (match.group("prefix") != null)) {
                finish();
                sink.add(lines.place(), RouteElement.unreadable(line));
                return;
            }
            if (begins) {
                finish();
                begin(match);
            }
            if (route != null && match.group("marks").contains("*")) {
                installed = true;
                readWay(match.group("way"));
            }
        }

        /// The number of another VRF's table is not told.
        private static String table(String vrf, String number) {
            if (number != null) {
                return number;
            }
            return vrf == null || vrf.equals("default") ? "main" : "of VRF " + vrf;
        }

        private void begin(Matcher match) {
            place = lines.place();
            route = RouteElement.of(match.group("prefix"), table);
            if (match.group("from") != null) {
                route.put("from", match.group("from"));
            }
            if (match.group("code").equals("C") || match.group("code").equals("L")) {
                RouteElement.markConnected(route);
            }
        }

        /// `via 10.0.1.2, eth1, src 10.0.1.1, weight 3, 00:00:15`, `is directly connected, eth0,
        /// …`, `unreachable (blackhole), …`
        private void readWay(String way) {
            String[] parts = way.split(", ?");
            if (way.startsWith("unreachable")) {
                route.put("type", refusal(way));
                return;
            }
            ObjectNode hop = RouteElement.hop();
            hops.add(hop);
            if (way.startsWith("via ")) {
                hop.put("gateway", parts[0].substring("via ".length()));
            }
            for (int i = 1; i < parts.length; i++) {
                String part = parts[i];
                if (i == 1) {
                    readDevice(part, hop);
                } else if (part.startsWith("weight ")) {
                    hop.put("weight", part.substring("weight ".length()));
                } else if (part.startsWith("src ")) {
                    route.put("prefsrc", part.substring("src ".length()));
                } else if (part.startsWith("label") || part.startsWith("seg6")) {
                    hop.putNull("encap");
                }
            }
        }

        private static void readDevice(String part, ObjectNode hop) {
            int space = part.indexOf(' ');
            hop.put("dev", space < 0 ? part : part.substring(0, space));
            if (part.endsWith(" onlink")) {
                hop.withArray("flags").add("onlink");
            }
        }

        private static String refusal(String way) {
            if (way.contains("blackhole")) {
                return "blackhole";
            }
            return way.contains("prohibited") ? "prohibit" : "unreachable";
        }

        private void finish() throws SnapshotException {
            if (route != null && installed) {
                sink.add(place, RouteElement.withHops(route, hops));
            }
            route = null;
            installed = false;
            hops.clear();
        }
    }
}
