package headgate.forwarding;

import headgate.packet.IpAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The IPv6 routes of `route6.json`, sorted into tables.
final class Route6Document {
    private static final int SMALLEST_MTU = 1280;

    private final NextHopObjects objects;
    private final Map<String, Fib6.Builder> builders = new LinkedHashMap<>();
    private final Map<Fib6Info, Fib6Info> shared = new HashMap<>();
    private final Map<String, Fib6> built = new HashMap<>();

    private final Map<String, NextHopObjects.Entry> resolved = new HashMap<>();
    private Fib6 interior;

    Route6Document(NextHopObjects objects) {
        this.objects = objects;
    }

    void read(SnapshotElement element) {
        String destination = element.text("dst");
        String tableName = RouteDocument.canonical(element.text("table", RouteDocument.MAIN));
        Fib6.Builder table =
                builders.computeIfAbsent(tableName, n -> new Fib6.Builder(RouteDocument.id(n)));
        Prefix6 prefix = Prefix6.parse(destination);
        RouteType type = RouteType.of(element.text("type", "unicast"));
        if (prefix == null || type == null) {
            element.note(prefix == null ? "dst" : "type", "is not known");
            table.unreadable();
            return;
        }
        Fib6Info info = readInfo(element, type);
        table.add(prefix, shared.computeIfAbsent(info, i -> i));
    }

    private Fib6Info readInfo(SnapshotElement element, RouteType type) {
        String from = element.text("from", "default");
        Prefix6 source = Prefix6.parse(from.equals("all") ? "default" : from);
        long metric = element.number("metric", 0);
        int preference = preference(element.text("pref", "medium"));
        boolean kernel = element.text("protocol").equals("kernel");
        String preferred = element.text("prefsrc");
        IpAddress preferredSource = Inet6.parse(preferred);
        int mtu = RouteDocument.readMtu(element);
        boolean object = element.has("nhid");
        NextHopObjects.Entry hops = nextHops(element);
        if (type == RouteType.UNICAST && hops.leadsNowhere()) {
            element.note("dev", "is missing");
        }
        element.ignore("expires", "cache", "age", "users", "used", "error", "scope");
        if (source == null
                || metric < 0
                || preference < 0
                || !preferred.isEmpty() && preferredSource == null) {
            element.note("", "has a source, metric or preference that is not known");
        }
        String unmodelled = element.noteUnread();
        return new Fib6Info(
                hops.blackhole() ? RouteType.BLACKHOLE : type,
                source == null ? Prefix6.DEFAULT : source,
                (int) metric,
                Math.max(0, preference),
                kernel,
                preferredSource,
                mtu == 0 ? 0 : Math.max(mtu, SMALLEST_MTU),
                object,
                hops.hops(),
                unmodelled.isEmpty() ? hops.unmodelled() : unmodelled);
    }

    private NextHopObjects.Entry nextHops(SnapshotElement element) {
        return RouteDocument.isRecursive(element)
                ? resolved.computeIfAbsent(element.text("gateway"), this::resolve)
                : objects.ofRoute(element, true);
    }

    /// As for IPv4.
    private NextHopObjects.Entry resolve(String gateway) {
        if (interior == null) {
            int main = RouteDocument.id(RouteDocument.MAIN);
            interior = builders.getOrDefault(RouteDocument.MAIN, new Fib6.Builder(main)).build();
        }
        IpAddress address = Inet6.parse(gateway);
        var flow = new Flowi6();
        flow.destinationHigh = address == null ? 0 : address.high();
        flow.destinationLow = address == null ? 0 : address.low();
        var result = new Fib6Result();
        if (address == null
                || interior.lookup(flow, false, result) != Errno.NONE
                || result.prefixLength() == 0) {
            return RouteDocument.unreachable(gateway);
        }
        NextHop hop = result.nextHop();
        NextHop way =
                hop.hasGateway()
                        ? hop
                        : new NextHop(
                                hop.device(), 0, address.high(), address.low(), 1, true, false, -1);
        return new NextHopObjects.Entry(List.of(way), false, "");
    }

    /// RFC 4191, ordered as the kernel scores it; -1 if it is not known.
    private static int preference(String name) {
        return switch (name) {
            case "low" -> 1;
            case "medium" -> Fib6Info.MEDIUM;
            case "high" -> 3;
            default -> -1;
        };
    }

    /// The table of that name; null if it has no routes.
    Fib6 table(String name) {
        String canonical = RouteDocument.canonical(name);
        Fib6.Builder builder = builders.get(canonical);
        return builder == null ? null : built.computeIfAbsent(canonical, _ -> builder.build());
    }

    /// Whether the routes are those of all tables: each host has some in `local`.
    boolean isOfAllTables() {
        return builders.containsKey(RouteDocument.LOCAL);
    }

    Map<String, Fib6> tables() {
        builders.keySet().forEach(this::table);
        return built;
    }
}
