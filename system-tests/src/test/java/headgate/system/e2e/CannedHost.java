package headgate.system.e2e;

import headgate.forwarding.HostDocuments;
import headgate.schema.HostSnapshotCodec;
import headgate.schema.WhatIf;
import headgate.softnet.SoftnetProfile;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/// The office's router: clients behind eth0, everything else by a gateway behind eth1.
final class CannedHost {
    /// Five milliseconds a packet, and a short queue: it drops some of this traffic.
    static final SoftnetProfile SLOW =
            SoftnetProfile.LINUX_6
                    .with(Map.of("backlog", "3", "packet_ns", "5000000"))
                    .named("slow");

    /// An interface with a short ring, whose packets are steered to another CPU: four stages, which
    /// drop in two places.
    static final SoftnetProfile STEERED =
            SoftnetProfile.LINUX_6
                    .with(
                            Map.of(
                                    "rx_queues",
                                    "1",
                                    "ring",
                                    "4",
                                    "rx_usecs",
                                    "20000",
                                    "cpus",
                                    "2",
                                    "rps",
                                    "1",
                                    "backlog",
                                    "1",
                                    "packet_ns",
                                    "5000000"))
                    .named("steered");

    /// The rule set of this name sends nothing to the world.
    static final String CLOSED = "closed";

    private static final String TRACKING =
            """
            {"nftables":[{"table":{"family":"ip","name":"f","handle":1}},
             {"chain":{"family":"ip","table":"f","name":"pre","handle":1,"type":"nat",
              "hook":"prerouting","prio":-100,"policy":"accept"}},
             {"chain":{"family":"ip","table":"f","name":"through","handle":2,"type":"filter",
              "hook":"forward","prio":0,"policy":"drop"}},
             {"rule":{"family":"ip","table":"f","chain":"pre","handle":3,"expr":[
              {"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},
               "right":53}},
              {"dnat":{"addr":"10.0.1.9"}}]}},
             {"rule":{"family":"ip","table":"f","chain":"through","handle":4,"expr":[
              {"match":{"op":"in","left":{"ct":{"key":"state"}},
               "right":["established","related"]}},
              {"accept":null}]}},
             {"rule":{"family":"ip","table":"f","chain":"through","handle":5,"expr":[
              {"match":{"op":"in","left":{"ct":{"key":"state"}},"right":"new"}},
              {"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},
               ["syn","ack"]]},"right":"syn"}},
              {"accept":null}]}},
             {"rule":{"family":"ip","table":"f","chain":"through","handle":6,"expr":[
              {"match":{"op":"in","left":{"ct":{"key":"state"}},"right":"new"}},
              {"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"udp"}},
              {"accept":null}]}}]}
            """;

    private static final String TO_THE_WORLD =
            "{\"dst\":\"default\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\",\"flags\":[]}";
    private static final String NOT_TO_THE_WORLD =
            "{\"type\":\"prohibit\",\"dst\":\"default\",\"flags\":[]}";
    private static final String NOT_TO_ONE_SERVER =
            "{\"type\":\"unreachable\",\"dst\":\"192.0.2.3\",\"flags\":[]}";

    private static final Map<String, String> DEVICE_SETTINGS =
            Map.ofEntries(
                    Map.entry("accept_local", "0"),
                    Map.entry("accept_source_route", "0"),
                    Map.entry("arp_filter", "0"),
                    Map.entry("arp_ignore", "0"),
                    Map.entry("bc_forwarding", "0"),
                    Map.entry("disable_policy", "0"),
                    Map.entry("drop_unicast_in_l2_multicast", "0"),
                    Map.entry("forwarding", "1"),
                    Map.entry("ignore_routes_with_linkdown", "0"),
                    Map.entry("mc_forwarding", "0"),
                    Map.entry("proxy_arp", "0"),
                    Map.entry("route_localnet", "0"),
                    Map.entry("rp_filter", "1"),
                    Map.entry("send_redirects", "1"),
                    Map.entry("shared_media", "1"),
                    Map.entry("src_valid_mark", "0"));

    private CannedHost() {}

    /// The host before somebody adds a route to it, and after that.
    static List<HostDocuments> history() {
        return List.of(
                documents(CannedTraffic.START_NANOS, TO_THE_WORLD),
                documents(
                        CannedTraffic.START_NANOS + 10_500_000_000L,
                        TO_THE_WORLD + "," + NOT_TO_ONE_SERVER));
    }

    /// The host with rules that go by connections: what belongs to none is let through only if it
    /// begins one, and questions go to a server of its own.
    static List<HostDocuments> tracking() {
        HostDocuments plain = documents(CannedTraffic.START_NANOS, TO_THE_WORLD);
        var documents = new TreeMap<>(plain.documents());
        documents.put("nft.json", TRACKING);
        // The transport checksums of this traffic are 0.
        documents.put(
                "sysctl.txt",
                sysctls().replace("rp_filter = 1", "rp_filter = 0")
                        + "net.netfilter.nf_conntrack_checksum = 0\n");
        return List.of(
                new HostDocuments(
                        plain.agent(), plain.timeNanos(), plain.kernelRelease(), documents));
    }

    static WhatIf closed() {
        var routes = new TreeMap<String, String>();
        routes.put("route4.json", routes(NOT_TO_THE_WORLD));
        return new WhatIf(CLOSED, null, CannedTraffic.AGENT, routes);
    }

    private static String routes(String others) {
        return "["
                + others
                + """
                ,{"dst":"10.0.0.0/24","dev":"eth0","protocol":"kernel","scope":"link","flags":[]},
                 {"dst":"10.0.1.0/24","dev":"eth1","protocol":"kernel","scope":"link","flags":[]},
                 {"type":"local","dst":"10.0.0.1","dev":"eth0","table":"local","protocol":"kernel",
                  "scope":"host","flags":[]},
                 {"type":"local","dst":"10.0.1.1","dev":"eth1","table":"local","protocol":"kernel",
                  "scope":"host","flags":[]}]
                """;
    }

    private static HostDocuments documents(long takenNanos, String routes) {
        var documents = new TreeMap<String, String>();
        documents.put("link.json", "[" + link(1, "lo") + link(2, "eth0") + link(3, "eth1") + "]");
        documents.put(
                "addr.json",
                "[%s%s%s]"
                        .formatted(
                                addresses(1, "lo", "127.0.0.1", 8),
                                addresses(2, "eth0", "10.0.0.1", 24),
                                addresses(3, "eth1", "10.0.1.1", 24)));
        documents.put("route4.json", routes(routes));
        documents.put(
                "rule4.json",
                """
                [{"priority":0,"src":"all","table":"local"},
                 {"priority":32766,"src":"all","table":"main"},
                 {"priority":32767,"src":"all","table":"default"}]
                """);
        documents.put(
                "neigh.json",
                """
                [{"dst":"10.0.1.2","dev":"eth1","lladdr":"02:00:00:00:00:22",
                  "state":["REACHABLE"]}]
                """);
        documents.put("maddr.json", "[]");
        documents.put("nexthop.json", "[]");
        documents.put("sysctl.txt", sysctls());
        return new HostDocuments(CannedTraffic.AGENT, takenNanos, "6.18.0", documents);
    }

    static List<byte[]> written(List<HostDocuments> history) {
        return history.stream().map(HostSnapshotCodec::write).toList();
    }

    static List<WhatIf> whatIfs() {
        return List.of(WhatIf.of(SLOW), WhatIf.of(STEERED), closed());
    }

    private static String link(int number, String name) {
        boolean loopback = name.equals("lo");
        return """
        {"ifindex":%d,"ifname":"%s","flags":[%s"UP","LOWER_UP"],"mtu":1500,
         "operstate":"UP","link_type":"%s","address":"02:00:00:00:00:0%d"}%s
        """
                .formatted(
                        number,
                        name,
                        loopback ? "\"LOOPBACK\"," : "\"BROADCAST\",\"MULTICAST\",",
                        loopback ? "loopback" : "ether",
                        loopback ? 0 : number,
                        number == 3 ? "" : ",");
    }

    private static String addresses(int number, String name, String address, int prefixLength) {
        String link = link(number, name);
        return link.substring(0, link.lastIndexOf('}'))
                + """
                ,"addr_info":[{"family":"inet","local":"%s","prefixlen":%d,"scope":"global"}]}%s
                """
                        .formatted(address, prefixLength, number == 3 ? "" : ",");
    }

    private static String sysctls() {
        var lines = new StringJoiner("\n", "", "\n");
        for (String device : List.of("all", "default", "lo", "eth0", "eth1")) {
            DEVICE_SETTINGS.forEach((key, value) ->
                    lines.add("net.ipv4.conf.%s.%s = %s".formatted(device, key, value)));
        }
        lines.add("net.ipv4.ip_forward = 1");
        lines.add("net.core.netdev_max_backlog = 1000");
        lines.add("net.core.netdev_budget_usecs = 8000");
        return lines.toString();
    }
}
