package headgate.forwarding;

import headgate.packet.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The IPv4 routes of `route4.json`, sorted into tables.
final class RouteDocument {
    static final String LOCAL = "local";
    static final String MAIN = "main";
    static final String DEFAULT = "default";

    private static final int LOCAL_RANK = 1;

    /// Routes that point to a device which the snapshot does not have.
    private static final NetDevice NO_DEVICE =
            new NetDevice(
                    0,
                    "?",
                    -1,
                    0,
                    0,
                    "",
                    "",
                    "",
                    -1,
                    "",
                    List.of(),
                    List.of(),
                    InDevice.of(new Sysctls(Map.of()), "?"),
                    Inet6Device.of(new Sysctls(Map.of()), "?", List.of(), List.of()));

    private final SnapshotReader reader;
    private final NextHopObjects objects;
    private final Map<String, Fib.Builder> builders = new LinkedHashMap<>();
    private final Map<FibInfo, FibInfo> shared = new HashMap<>();
    private final Map<String, Fib> built = new HashMap<>();
    private final Map<String, NextHopObjects.Entry> resolved = new HashMap<>();
    private Fib interior;
    private boolean customLocalRoutes;
    private boolean realms;
    private final Set<Integer> broadcasts = new HashSet<>();
    private final Set<Prefix> localPrefixes = new HashSet<>();

    RouteDocument(SnapshotReader reader, NextHopObjects objects) {
        this.reader = reader;
        this.objects = objects;
    }

    /// Broadcast addresses of the local table.
    Set<Integer> broadcasts() {
        return broadcasts;
    }

    /// Prefixes of routes of type `local`.
    Set<Prefix> localPrefixes() {
        return localPrefixes;
    }

    boolean customLocalRoutes() {
        return customLocalRoutes;
    }

    /// Whether a route bears a realm, which no answer tells.
    boolean realms() {
        return realms;
    }

    void read(SnapshotElement element) {
        String destination = element.text("dst");
        if (isIpv6(element, destination)) {
            element.ignoreAll();
            return;
        }
        String tableName = canonical(element.text("table", MAIN));
        Fib.Builder table = builders.computeIfAbsent(tableName, n -> new Fib.Builder(id(n)));
        Prefix prefix = Prefix.parse(destination);
        RouteType type = RouteType.of(element.text("type", "unicast"));
        if (prefix == null || type == null) {
            element.note(prefix == null ? "dst" : "type", "is not known");
            table.unreadable();
            return;
        }
        FibInfo info = readInfo(element, type);
        customLocalRoutes |= type == RouteType.LOCAL && !info.kernelProtocol();
        if (type == RouteType.BROADCAST && prefix.length() == 32) {
            broadcasts.add(prefix.address());
        }
        if (type == RouteType.LOCAL) {
            localPrefixes.add(prefix);
        }
        table.add(prefix, shared.computeIfAbsent(info, i -> i), 0);
    }

    /// `ip route show table all` lists both families; only IPv6 routes have a preference (RFC
    /// 4191).
    static boolean isIpv6(SnapshotElement element, String destination) {
        return element.has("pref")
                || destination.indexOf(':') >= 0
                || element.text("gateway").indexOf(':') >= 0
                || element.text("from").indexOf(':') >= 0;
    }

    private FibInfo readInfo(SnapshotElement element, RouteType type) {
        int tos = dsfield(element, "tos");
        long metric = element.number("metric", 0);
        int scope = scope(element.text("scope", type == RouteType.LOCAL ? "host" : "global"));
        Integer source = Inet4.parse(element.text("prefsrc", "0.0.0.0"));
        boolean kernel = element.text("protocol").equals("kernel");
        int mtu = readMtu(element);
        boolean object = element.has("nhid");
        NextHopObjects.Entry hops = nextHops(element);
        boolean blackhole = hops.blackhole();
        if (type == RouteType.UNICAST && hops.leadsNowhere()) {
            element.note("dev", "is missing");
        }
        realms |= element.has("flow");
        element.ignore("flow", "pref", "expires", "cache", "age", "users", "used", "uid", "error");
        if (tos < 0 || scope < 0 || source == null || metric < 0) {
            element.note("", "has a tos, scope, source or metric that is not known");
        }
        String unmodelled = element.noteUnread();
        return new FibInfo(
                blackhole ? RouteType.BLACKHOLE : type,
                Math.max(0, tos),
                (int) metric,
                Math.max(0, scope),
                kernel,
                source == null ? 0 : source,
                mtu,
                object,
                hops.hops(),
                unmodelled.isEmpty() ? hops.unmodelled() : unmodelled);
    }

    private NextHopObjects.Entry nextHops(SnapshotElement element) {
        return isRecursive(element)
                ? resolved.computeIfAbsent(element.text("gateway"), this::resolve)
                : objects.ofRoute(element, false);
    }

    /// Whether a route names a gateway only, as BGP knows them, and not the way to it.
    static boolean isRecursive(SnapshotElement element) {
        return element.has("gateway")
                && !element.has("dev")
                && !element.has("nhid")
                && !element.has("nexthops");
    }

    static NextHopObjects.Entry unreachable(String gateway) {
        return new NextHopObjects.Entry(
                List.of(), false, "no route of the snapshot leads to gateway " + gateway);
    }

    /// The way is that of the routes of `main` that came before, but for the default route (RFC
    /// 4271 section 5.1.3).
    private NextHopObjects.Entry resolve(String gateway) {
        if (interior == null) {
            interior = builders.getOrDefault(MAIN, new Fib.Builder(id(MAIN))).build();
        }
        Integer address = Inet4.parse(gateway);
        var flow = new Flowi4();
        flow.destination = address == null ? 0 : address;
        var result = new FibResult();
        if (address == null
                || interior.lookup(flow, false, result) != Errno.NONE
                || result.prefix().length() == 0) {
            return unreachable(gateway);
        }
        NextHop hop = result.nextHop();
        NextHop way =
                hop.hasGateway()
                        ? hop
                        : new NextHop(hop.device(), address, 0, 0, 1, true, false, -1);
        return new NextHopObjects.Entry(List.of(way), false, "");
    }

    /// Reads `gateway`, `via`, `dev`, `weight` and `flags`, which routes, their next hops and next
    /// hop objects write alike.
    ///
    /// @param ipv6 whether it is one of IPv6, which has a setting of its own for links that are
    ///   down
    static NextHop nextHop(SnapshotElement element, SnapshotReader reader, boolean ipv6) {
        IpAddress gateway = gateway(element);
        NetDevice device = reader.devices.get(element.text("dev"));
        if (device == null) {
            element.note("dev", "device is not in the snapshot");
            device = NO_DEVICE;
        }
        boolean dead = false;
        boolean linkdown = false;
        for (String flag : element.texts("flags")) {
            switch (flag) {
                case "dead" -> dead = true;
                case "linkdown" -> linkdown = true;
                case "onlink", "pervasive", "offload", "trap", "rt_offload", "rt_trap" -> {}
                default -> element.note("flags", "flag '" + flag + "' is not known");
            }
        }
        int ignoresLinkdown =
                ipv6
                        ? device.inet6().ignoreRoutesWithLinkdown()
                        : device.conf().ignoreRoutesWithLinkdown();
        if (linkdown && ignoresLinkdown < 0) {
            element.note("flags", "ignore_routes_with_linkdown is not in the snapshot");
        }
        boolean usable = !dead && !(linkdown && ignoresLinkdown == 1);
        long weight = Math.clamp(element.number("weight", 1), 1, 65536);
        return new NextHop(
                device,
                gateway.version() == 4 ? (int) gateway.low() : 0,
                gateway.high(),
                gateway.version() == 6 ? gateway.low() : 0,
                (int) weight,
                usable,
                linkdown && !dead,
                -1);
    }

    /// `gateway` for one of the route's own family, `via` for one of the other; 0.0.0.0 if it has
    /// none.
    private static IpAddress gateway(SnapshotElement element) {
        String own = element.text("gateway");
        SnapshotElement via = element.object("via");
        String family = via.text("family");
        String text = own.isEmpty() ? via.text("host") : own;
        Integer gateway = text.isEmpty() ? Integer.valueOf(0) : Inet4.parse(text);
        IpAddress gateway6 = Inet6.parse(text);
        if (gateway != null) {
            return IpAddress.v4(gateway);
        }
        if (gateway6 == null || !family.isEmpty() && !family.equals("inet6")) {
            element.note("gateway", "is not an address that is known");
            return IpAddress.v4(0);
        }
        return gateway6;
    }

    static int readMtu(SnapshotElement element) {
        long mtu = 0;
        for (SnapshotElement metrics : element.elements("metrics")) {
            mtu = Math.max(mtu, metrics.number("mtu", 0));
        }
        return (int) Math.min(mtu, Integer.MAX_VALUE);
    }

    /// Routes of the tables that have names of their own in iproute2.
    static String canonical(String table) {
        return switch (table) {
            case "255" -> LOCAL;
            case "254" -> MAIN;
            case "253" -> DEFAULT;
            default -> table;
        };
    }

    static int id(String table) {
        return switch (table) {
            case LOCAL -> 255;
            case MAIN -> 254;
            case DEFAULT -> 253;
            default -> table.matches("[0-9]{1,9}") ? Integer.parseInt(table) : -1;
        };
    }

    /// The table of that name; null if it has no routes.
    Fib table(String name) {
        Fib.Builder builder = builders.get(canonical(name));
        return builder == null
                ? null
                : built.computeIfAbsent(canonical(name), _ -> builder.build());
    }

    /// Whether the routes are those of all tables: each host has some in `local`.
    boolean isOfAllTables() {
        return builders.containsKey(LOCAL);
    }

    Map<String, Fib> tables() {
        builders.keySet().forEach(this::table);
        return built;
    }

    /// `local` and `main` in one, as the kernel keeps them while there are no rules of the user's
    /// own; lookups in it report table 254.
    Fib merged() {
        var both = new Fib.Builder(id(MAIN));
        if (builders.containsKey(LOCAL)) {
            both.addAll(builders.get(LOCAL), LOCAL_RANK);
        }
        if (builders.containsKey(MAIN)) {
            both.addAll(builders.get(MAIN), 0);
        }
        return both.build();
    }

    /// Numbered as in rtnetlink(7); -1 if it is not known.
    static int scope(String name) {
        return switch (name) {
            case "global", "0" -> FibInfo.SCOPE_UNIVERSE;
            case "site", "200" -> 200;
            case "link", "253" -> FibInfo.SCOPE_LINK;
            case "host", "254" -> FibInfo.SCOPE_HOST;
            case "nowhere", "255" -> 255;
            default -> -1;
        };
    }

    /// A type-of-service value as a number or under its name in iproute2's `rt_dsfield`; 0 if it is
    /// absent, -1 if it is not known.
    static int dsfield(SnapshotElement element, String key) {
        if (!element.has(key)) {
            return 0;
        }
        String text = element.text(key);
        if (text.matches("0x[0-9a-fA-F]{1,2}|[0-9]{1,3}")) {
            return Integer.decode(text) & 0xff;
        }
        return switch (text) {
            case "default", "CS0" -> 0;
            case "lowdelay" -> 0x10;
            case "throughput" -> 0x08;
            case "reliability" -> 0x04;
            case "EF" -> 0xb8;
            case String s when s.matches("CS[1-7]") -> (s.charAt(2) - '0') << 5;
            case String s when s.matches("AF[1-4][1-3]") ->
                    (s.charAt(2) - '0') << 5 | (s.charAt(3) - '0') << 3;
            default -> -1;
        };
    }
}
