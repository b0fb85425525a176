package headgate.forwarding.syntax;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/// FRRouting's `show ip route json` and `show ipv6 route json`: an object with a list of routes for
/// each prefix. As with [FrrRouteText], only what is installed counts.
final class FrrRouteJson implements Syntax {
    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        JsonParser json = SnapshotJson.MAPPER.getFactory().createParser(in);
        json.nextToken();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String prefix = json.currentName();
            String place = "line " + json.currentLocation().getLineNr();
            json.nextToken();
            JsonNode routes = SnapshotJson.MAPPER.readTree(json);
            if (!routes.isArray()) {
                sink.add(place, RouteElement.unreadable(prefix));
            }
            for (JsonNode route : routes) {
                if (route.path("installed").asBoolean()) {
                    sink.add(place, route(prefix, route));
                }
            }
        }
    }

    private static ObjectNode route(String prefix, JsonNode from) {
        // A source-specific route is named `2001:db8:bb::/48 from 2001:db8::/64`.
        int space = prefix.indexOf(" from ");
        String destination = space < 0 ? prefix : prefix.substring(0, space);
        ObjectNode route = RouteElement.of(destination, from.path("table").asText("main"));
        if (space >= 0) {
            route.put("from", prefix.substring(space + " from ".length()));
        }
        String protocol = from.path("protocol").asText();
        if (protocol.equals("connected") || protocol.equals("local")) {
            RouteElement.markConnected(route);
        }
        List<ObjectNode> hops = new ArrayList<>();
        for (JsonNode hop : from.path("nexthops")) {
            if (!hop.path("fib").asBoolean()) {
                continue;
            }
            if (hop.path("unreachable").asBoolean()) {
                route.put("type", refusal(hop));
            } else {
                hops.add(hop(hop));
            }
            if (hop.has("source")) {
                route.put("prefsrc", hop.get("source").asText());
            }
        }
        return RouteElement.withHops(route, hops);
    }

    private static String refusal(JsonNode hop) {
        if (hop.path("blackhole").asBoolean()) {
            return "blackhole";
        }
        return hop.path("admin-prohibited").asBoolean() ? "prohibit" : "unreachable";
    }

    private static ObjectNode hop(JsonNode from) {
        ObjectNode hop = RouteElement.hop();
        if (from.has("ip")) {
            hop.put("gateway", from.get("ip").asText());
        }
        hop.put("dev", from.path("interfaceName").asText());
        if (from.has("weight")) {
            hop.put("weight", from.get("weight").asText());
        }
        if (from.path("onLink").asBoolean()) {
            hop.withArray("flags").add("onlink");
        }
        if (from.has("labels") || from.has("seg6") || from.has("seg6local")) {
            hop.putNull("encap");
        }
        return hop;
    }
}
