package headgate.console;

import headgate.console.live.LiveRouter;
import headgate.forwarding.Fib;
import headgate.forwarding.Fib6;
import headgate.forwarding.FibRule;
import headgate.forwarding.FibRules;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.NetDevice;
import headgate.forwarding.Route;
import headgate.packet.IpAddress;
import headgate.packet.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Sets up a router on this host's kernel: a small one of our own, or one like a snapshot. How like
/// it is does not matter for the comparison, which goes by what the router's own tools then say.
final class LiveSetup {
    /// Names that can neither be options nor anything to a shell.
    private static final String SAFE_NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}";

    /// Settings that decide about forwarding, of devices.
    private static final List<String> DEVICE_SETTINGS =
            List.of(
                    "forwarding",
                    "rp_filter",
                    "accept_local",
                    "route_localnet",
                    "src_valid_mark",
                    "accept_source_route",
                    "send_redirects",
                    "shared_media",
                    "bc_forwarding",
                    "drop_unicast_in_l2_multicast",
                    "ignore_routes_with_linkdown",
                    "arp_ignore",
                    "arp_filter",
                    "proxy_arp");

    private static final List<String> SETTINGS =
            List.of(
                    "net.ipv4.ip_default_ttl",
                    "net.ipv4.icmp_echo_ignore_all",
                    "net.ipv4.icmp_echo_ignore_broadcasts",
                    "net.ipv4.icmp_errors_use_inbound_ifaddr",
                    "net.ipv4.fib_multipath_hash_policy",
                    "net.ipv4.fib_multipath_use_neigh",
                    "net.ipv4.ip_forward_use_pmtu");

    /// No limits on errors, and a seed that is known.
    private static final Map<String, String> QUIET =
            Map.of(
                    "net.ipv4.icmp_ratelimit", "0",
                    "net.ipv4.icmp_ratemask", "0",
                    "net.ipv6.icmp.ratelimit", "0",
                    "net.ipv4.fib_multipath_hash_seed", "305441741",
                    "net.ipv6.auto_flowlabels", "0");

    /// Of devices: no chatter of the router's own.
    private static final List<String> CHATTER =
            List.of("accept_dad", "dad_transmits", "router_solicitations", "accept_ra");

    private final LiveRouter router;
    private final Consumer<String> notes;

    private LiveSetup(LiveRouter router, Consumer<String> notes) {
        this.router = router;
        this.notes = notes;
    }

    /// Three subnets, with neighbours that are known and such that are not; routes of each type; a
    /// device with a smaller MTU.
    static LiveRouter builtIn() throws IOException {
        Map<String, String> devices = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            devices.put("eth" + i, "02:aa:00:00:00:0" + i);
        }
        LiveRouter router = LiveRouter.open(devices);
        try {
            var setup = new LiveSetup(router, _ -> {});
            setup.quieten(devices.keySet());
            router.set(Map.of("net.ipv4.ip_forward", "1", "net.ipv6.conf.all.forwarding", "1"));
            var commands = new ArrayList<String>();
            commands.add("link set lo up");
            for (int i = 0; i < 3; i++) {
                commands.add("link set eth%d up mtu %d".formatted(i, i == 2 ? 1300 : 1500));
                commands.add("addr add 10.0.%d.1/24 dev eth%d".formatted(i, i));
                commands.add("addr add 2001:db8:%d::1/64 dev eth%d nodad".formatted(i, i));
                for (int h = 2; h < 40; h++) {
                    String mac = "02:bb:00:0%d:00:%02x".formatted(i, h);
                    commands.add(
                            "neigh add 10.0.%d.%d lladdr %s dev eth%d".formatted(i, h, mac, i));
                    commands.add(
                            "neigh add 2001:db8:%d::%x lladdr %s dev eth%d"
                                    .formatted(i, h, mac, i));
                }
            }
            commands.add("route add default via 10.0.1.2");
            commands.add("route add blackhole 10.1.0.0/16");
            commands.add("route add unreachable 10.2.0.0/16");
            commands.add("route add prohibit 10.3.0.0/16");
            commands.add("route add throw 10.4.0.0/16");
            commands.add("route add 10.5.0.0/16 via 10.0.1.3 metric 7 mtu 1200");
            commands.add(
                    "route add 10.6.0.0/16 nexthop via 10.0.1.4 weight 3 nexthop via 10.0.2.4");
            commands.add("route add 2001:db8:6::/48 via 2001:db8:1::2");
            commands.add("route add prohibit 2001:db8:7::/48");
            setup.batch(commands);
            return router;
        } catch (IOException e) {
            router.close();
            throw e;
        }
    }

    /// A router with the Ethernet devices, addresses, routes, rules, neighbours, packet filter and
    /// settings of `host`.
    ///
    /// @param nft what `nft -j list ruleset` says of it; empty if nothing
    /// @param notes takes what could not be had here
    static LiveRouter like(HostSnapshot host, String nft, Consumer<String> notes)
            throws IOException {
        Map<String, String> devices = new LinkedHashMap<>();
        for (NetDevice device : host.devices()) {
            if (device.name().matches(SAFE_NAME) && device.mac() >= 0 && !device.isLoopback()) {
                devices.put(device.name(), MacAddress.format(device.mac()));
            } else if (!device.isLoopback()) {
                notes.accept("device " + device + " is no plain Ethernet device");
            }
        }
        LiveRouter router = LiveRouter.open(devices);
        try {
            var setup = new LiveSetup(router, notes);
            setup.copy(host, devices.keySet());
            setup.filter(nft);
            return router;
        } catch (IOException e) {
            router.close();
            throw e;
        }
    }

    private void quieten(Iterable<String> devices) throws IOException {
        var settings = new LinkedHashMap<>(QUIET);
        for (String device : devices) {
            CHATTER.forEach(key -> settings.put("net.ipv6.conf." + device + "." + key, "0"));
        }
        router.set(settings);
    }

    private void copy(HostSnapshot host, Iterable<String> devices) throws IOException {
        quieten(devices);
        var commands = new ArrayList<String>();
        commands.add("link set lo up");
        for (String name : devices) {
            NetDevice device = host.device(name);
            commands.add(
                    "link set %s mtu %d %s"
                            .formatted(name, device.mtuBytes(), device.isUp() ? "up" : "down"));
            device.addresses()
                    .forEach(address ->
                            commands.add(
                                    "addr add %s/%d dev %s"
                                            .formatted(
                                                    IpAddress.formatV4(address.local()),
                                                    address.prefixLength(),
                                                    name)));
            device.inet6().addresses().stream()
                    .filter(address -> address.high() >>> 54 != 0xfe80L >>> 6)
                    .forEach(address ->
                            commands.add(
                                    "addr add %s/%d dev %s nodad"
                                            .formatted(
                                                    IpAddress.format(
                                                            6, address.high(), address.low()),
                                                    address.prefixLength(),
                                                    name)));
        }
        routes(host).forEach(route -> commands.add("route replace " + words(route)));
        rules("-4", host.rules(), commands);
        rules("-6", host.rules6(), commands);
        neighbours(host, commands);
        batch(commands);
        router.set(settings(host, devices)).forEach(key -> notes.accept("no setting " + key));
    }

    /// As `ip` takes them: what is said of the whole route before its next hops, and error routes
    /// without the device that IPv6 has for them.
    private static String words(Route route) {
        return route.toString()
                .replaceFirst("( nexthop .*?)( (?:table|metric|tos|mtu|src) .*)", "$2$1")
                .replaceFirst("^((?:throw|unreachable|prohibit|blackhole) .*) dev lo", "$1");
    }

    /// Those that every host starts with are there already; the kernel treats others as added even
    /// if they are the same.
    private void rules(String family, FibRules<?, ?> rules, List<String> commands) {
        if (!rules.isCustom()) {
            return;
        }
        commands.add(family + " rule flush");
        for (FibRule<?, ?> rule : rules.rules()) {
            String words = rule.toString();
            if (rule.never()) {
                notes.accept("rule " + words + ", which asks for what no packet here has");
            } else if (!words.startsWith("0: from all lookup local")) {
                commands.add(family + " rule add pref " + words.replaceFirst(":", ""));
            }
        }
    }

    /// As permanent ones, so that they stay as they are.
    private static void neighbours(HostSnapshot host, List<String> commands) {
        for (NetDevice device : host.devices()) {
            host.neighbours()
                    .forEach((index, _, low, mac) -> {
                        if (index == device.index() && mac >= 0) {
                            commands.add(neighbour(IpAddress.formatV4((int) low), mac, device));
                        }
                    });
            host.neighbours6()
                    .forEach((index, high, low, mac) -> {
                        if (index == device.index() && mac >= 0) {
                            commands.add(neighbour(IpAddress.format(6, high, low), mac, device));
                        }
                    });
        }
    }

    private static String neighbour(String address, long mac, NetDevice device) {
        return "neigh replace %s lladdr %s dev %s nud permanent"
                .formatted(address, MacAddress.format(mac), device.name());
    }

    /// Loads the rule set as a whole: a part of it would be another one.
    private void filter(String nft) throws IOException {
        if (nft.isEmpty()) {
            return;
        }
        Path file = Files.createTempFile("headgate", ".json");
        try {
            Files.writeString(file, nft);
            router.inside("nft", "-j", "-f", file.toString());
        } catch (IOException e) {
            String words = e.getMessage();
            notes.accept("the packet filter: " + words.substring(0, Math.min(words.length(), 300)));
        } finally {
            Files.delete(file);
        }
    }

    private static Stream<Route> routes(HostSnapshot host) {
        Stream<Route> four = host.tables().stream().map(Fib::routes).flatMap(List::stream);
        Stream<Route> six =
                host.tables6().stream().map(Fib6::routes).flatMap(List::stream).map(r -> (Route) r);
        return Stream.concat(four, six);
    }

    private static Map<String, String> settings(HostSnapshot host, Iterable<String> devices) {
        Map<String, String> settings = new LinkedHashMap<>();
        var scopes = new ArrayList<>(List.of("all"));
        devices.forEach(scopes::add);
        for (String scope : scopes) {
            for (String key : DEVICE_SETTINGS) {
                put(host, "net.ipv4.conf." + scope + "." + key, settings);
            }
            put(host, "net.ipv6.conf." + scope + ".forwarding", settings);
        }
        SETTINGS.forEach(key -> put(host, key, settings));
        return settings;
    }

    private static void put(HostSnapshot host, String key, Map<String, String> settings) {
        long value = host.sysctl(key);
        if (value >= 0) {
            settings.put(key, Long.toString(value));
        }
    }

    private void batch(List<String> commands) throws IOException {
        for (String command : commands) {
            try {
                router.ip(command.split(" "));
            } catch (IOException e) {
                notes.accept(e.getMessage());
            }
        }
    }
}
