package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Routes of routing daemons as elements of `ip -j route`.
final class RouteElement {
    private RouteElement() {}

    /// @param table its number or name
    static ObjectNode of(String prefix, String table) {
        ObjectNode route = JsonNodeFactory.instance.objectNode();
        route.put("dst", isDefault(prefix) ? "default" : prefix).put("table", table);
        // `default` alone does not tell the families apart; only IPv6 routes have a preference.
        if (prefix.indexOf(':') >= 0) {
            route.put("pref", "medium");
        }
        return route;
    }

    private static boolean isDefault(String prefix) {
        return prefix.equals("0.0.0.0/0") || prefix.equals("::/0");
    }

    /// A line that is no route: its table cannot be trusted.
    static ObjectNode unreadable(String line) {
        return JsonNodeFactory.instance.objectNode().put("dst", line.strip());
    }

    /// Marks a route that the kernel itself added with an address.
    static void markConnected(ObjectNode route) {
        route.put("protocol", "kernel").put("scope", "link");
    }

    static ObjectNode hop() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// Gives the route its next hops, as the tool writes them: one in the route, several in a list.
    static ObjectNode withHops(ObjectNode route, List<ObjectNode> hops) {
        if (hops.size() == 1) {
            ObjectNode only = hops.getFirst();
            only.remove("weight");
            route.setAll(only);
        } else if (!hops.isEmpty()) {
            route.putArray("nexthops").addAll(hops);
        }
        return route;
    }
}
