package headgate.forwarding;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// The routes that the kernel puts into the table `local` when a device gets its addresses (kernel:
/// `fib_add_ifaddr`, `addrconf_join_anycast`, `addrconf_add_dev`), as elements of `ip -j route`.
final class LocalRoutes {
    private static final Prefix6 ALL_GROUPS = new Prefix6(0xff00L << 48, 0, 8);

    private LocalRoutes() {}

    static List<ObjectNode> of(NetDevice device) {
        var routes = new ArrayList<ObjectNode>();
        for (NetDevice.Address address : device.addresses()) {
            if (!device.isUp()) {
                continue;
            }
            int length = address.prefixLength();
            routes.add(
                    route("local", new Prefix(address.local(), 32), device).put("scope", "host"));
            if (device.isLoopback() && length < 32) {
                routes.add(
                        route("local", new Prefix(address.local(), length), device)
                                .put("scope", "host"));
            }
            if (!address.secondary() && length < 31) {
                int broadcast = address.peer() | ~Prefix.mask(length);
                routes.add(
                        route("broadcast", new Prefix(broadcast, 32), device).put("scope", "link"));
            }
        }
        return routes;
    }

    /// A router has the anycast address of each of its subnets (RFC 4291 section 2.6.1).
    static List<ObjectNode> of6(NetDevice device) {
        var routes = new ArrayList<ObjectNode>();
        List<Inet6Device.Address> addresses = device.inet6().addresses();
        if (!device.isUp() || addresses.isEmpty()) {
            return routes;
        }
        for (Inet6Device.Address address : addresses) {
            int length = address.prefixLength();
            routes.add(route("local", new Prefix6(address.high(), address.low(), 128), device));
            if (device.inet6().forwarding() == 1 && length < 127 && !device.isLoopback()) {
                var subnet = new Prefix6(address.high(), address.low(), length);
                var anycast = new Prefix6(subnet.high(), subnet.low(), 128);
                routes.add(route("anycast", anycast, device));
            }
        }
        if (!device.isLoopback()) {
            routes.add(route("multicast", ALL_GROUPS, device).put("metric", 256));
        }
        routes.forEach(route -> route.put("pref", "medium"));
        return routes;
    }

    private static ObjectNode route(String type, Record prefix, NetDevice device) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", type)
                .put("dst", prefix.toString())
                .put("dev", device.name())
                .put("table", RouteDocument.LOCAL)
                .put("protocol", "kernel");
    }
}
