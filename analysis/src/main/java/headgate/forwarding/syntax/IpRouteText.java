package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/// `ip route` and `ip -6 route`, with and without `-d` and `show table all`. A route is one line;
/// the next hops of a multipath route follow it, indented.
final class IpRouteText implements Syntax {
    static final Set<String> TYPES =
            Set.of(
                    "unicast",
                    "local",
                    "broadcast",
                    "anycast",
                    "multicast",
                    "blackhole",
                    "unreachable",
                    "prohibit",
                    "throw");

    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        var lines = new Lines(name, in);
        ObjectNode route = null;
        String place = "";
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (line.isBlank()) {
                continue;
            }
            if (route != null && Character.isWhitespace(line.charAt(0))) {
                readContinuation(new Words(line), route);
                continue;
            }
            if (route != null) {
                sink.add(place, route);
            }
            route = route(new Words(line));
            place = lines.place();
        }
        if (route != null) {
            sink.add(place, route);
        }
    }

    private static ObjectNode route(Words words) {
        ObjectNode route = JsonNodeFactory.instance.objectNode();
        String first = words.next();
        if (TYPES.contains(first)) {
            route.put("type", first);
            first = words.next();
        }
        route.put("dst", first);
        readKeys(words, route);
        return route;
    }

    private static void readContinuation(Words words, ObjectNode route) {
        switch (words.next()) {
            case "nexthop" -> readKeys(words, route.withArray("nexthops").addObject());
            // `-d` repeats the next hop object that the route names.
            case "nh_info" -> {}
            case String other -> route.putNull(other);
        }
    }

    /// Keys that routes and their next hops write alike.
    private static void readKeys(Words words, ObjectNode element) {
        while (words.hasMore()) {
            String word = words.next();
            switch (word) {
                case "via" -> readGateway(words, element);
                case "proto" -> words.putNext(element, "protocol");
                case "src" -> words.putNext(element, "prefsrc");
                case "dev",
                        "table",
                        "scope",
                        "metric",
                        "tos",
                        "from",
                        "nhid",
                        "weight",
                        "pref",
                        "error",
                        "expires" ->
                        words.putNext(element, word);
                case "mtu",
                        "advmss",
                        "window",
                        "rtt",
                        "rttvar",
                        "ssthresh",
                        "cwnd",
                        "initcwnd",
                        "initrwnd",
                        "hoplimit",
                        "reordering",
                        "rto_min",
                        "quickack",
                        "features",
                        "congctl",
                        "fastopen_no_cookie" ->
                        readMetric(words, element, word);
                case "onlink",
                        "pervasive",
                        "dead",
                        "linkdown",
                        "offload",
                        "offload_failed",
                        "trap",
                        "rt_offload",
                        "rt_trap" ->
                        element.withArray("flags").add(word);
                default -> element.putNull(word);
            }
        }
    }

    private static void readGateway(Words words, ObjectNode element) {
        String gateway = words.next();
        if (gateway.equals("inet6") || gateway.equals("inet")) {
            element.putObject("via").put("family", gateway).put("host", words.next());
        } else {
            element.put("gateway", gateway);
        }
    }

    /// A metric that is locked is known by another key, since it means something else.
    private static void readMetric(Words words, ObjectNode element, String key) {
        String value = words.next();
        if (value.equals("lock")) {
            element.put(key + " lock", words.next());
            return;
        }
        var metrics = element.withArray("metrics");
        (metrics.isEmpty() ? metrics.addObject() : (ObjectNode) metrics.get(0)).put(key, value);
    }
}
