package headgate.forwarding;

import headgate.packet.Frame;

/// A small IPv6 router for tests: eth0 2001:db8::1/64 and eth1 2001:db8:1::1/64, with link-local
/// addresses fe80::1:0 and fe80::1:1, MACs as those of [RouterFixture], MTU 1500 and 1400, and a
/// default route through 2001:db8:1::2, whose MAC is known. Tests replace what they are about.
public final class Router6Fixture {
    private final RouterFixture router = new RouterFixture();

    public Router6Fixture() {
        router.document(
                "addr.json",
                """
                [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,
                  "address":"00:00:00:00:00:00","addr_info":[
                   {"family":"inet6","local":"::1","prefixlen":128,"scope":"host"}]},
                 {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:00","addr_info":[
                   {"family":"inet6","local":"2001:db8::1","prefixlen":64,"scope":"global"},
                   {"family":"inet6","local":"fe80::1:0","prefixlen":64,"scope":"link"}]},
                 {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1400,
                  "address":"02:aa:00:00:00:01","addr_info":[
                   {"family":"inet6","local":"2001:db8:1::1","prefixlen":64,"scope":"global"},
                   {"family":"inet6","local":"fe80::1:1","prefixlen":64,"scope":"link"}]}]
                """);
        router.document(
                "maddr.json",
                """
                [{"ifname":"eth0","maddr":[
                  {"family":"inet6","address":"ff02::1"},{"family":"inet6","address":"ff02::2"},
                  {"family":"inet6","address":"ff02::1:ff00:1"},
                  {"family":"inet6","address":"ff02::1:ff01:0"}]}]
                """);
        router.document(
                "neigh.json",
                """
                [{"dst":"2001:db8:1::2","dev":"eth1","lladdr":"02:bb:00:01:00:02",
                  "state":["REACHABLE"]},
                 {"dst":"2001:db8::9","dev":"eth0","lladdr":"02:bb:00:00:00:09","state":["STALE"]}]
                """);
        router.document("sockets.txt", "== /proc/net/udp6\n");
        routes("{\"dst\":\"default\",\"gateway\":\"2001:db8:1::2\",\"dev\":\"eth1\"}");
        rules();
        for (String device : new String[] {"all", "lo", "eth0", "eth1"}) {
            conf(device, "forwarding", 1);
            conf(device, "accept_source_route", 0);
            conf(device, "drop_unicast_in_l2_multicast", 0);
            conf(device, "disable_ipv6", 0);
            conf(device, "hop_limit", 64);
            conf(device, "proxy_ndp", 0);
            conf(device, "accept_redirects", 1);
            conf(device, "accept_ra", 0);
            conf(device, "force_forwarding", 0);
        }
        conf("eth0", "mtu", 1500);
        conf("eth1", "mtu", 1400);
        conf("lo", "mtu", 65536);
        sysctl("net.ipv6.fib_multipath_hash_policy", "0");
        sysctl("net.ipv6.fib_multipath_hash_fields", "7");
        sysctl("net.ipv6.icmp.ratelimit", "0");
    }

    /// Replaces the routes beside those of the addresses.
    public Router6Fixture routes(String... more) {
        var all = new StringBuilder();
        for (String route : more) {
            all.append(route).append(",\n");
        }
        return document(
                "route6.json",
                "["
                        + all
                        + """
                        {"dst":"2001:db8::/64","dev":"eth0","protocol":"kernel","metric":256},
                        {"dst":"2001:db8:1::/64","dev":"eth1","protocol":"kernel","metric":256},
                        {"dst":"fe80::/64","dev":"eth0","protocol":"kernel","metric":256},
                        {"dst":"fe80::/64","dev":"eth1","protocol":"kernel","metric":256},
                        {"type":"local","dst":"::1","dev":"lo","table":"local",
                         "protocol":"kernel","metric":0},
                        {"type":"local","dst":"2001:db8::1","dev":"eth0","table":"local",
                         "protocol":"kernel","metric":0},
                        {"type":"local","dst":"2001:db8:1::1","dev":"eth1","table":"local",
                         "protocol":"kernel","metric":0},
                        {"type":"local","dst":"fe80::1:0","dev":"eth0","table":"local",
                         "protocol":"kernel","metric":0},
                        {"type":"local","dst":"fe80::1:1","dev":"eth1","table":"local",
                         "protocol":"kernel","metric":0},
                        {"type":"multicast","dst":"ff00::/8","dev":"eth0","table":"local",
                         "protocol":"kernel","metric":256},
                        {"type":"multicast","dst":"ff00::/8","dev":"eth1","table":"local",
                         "protocol":"kernel","metric":256}]
                        """);
    }

    /// Adds rules to the two that every host starts with.
    public Router6Fixture rules(String... more) {
        var all = new StringBuilder();
        for (String rule : more) {
            all.append(rule).append(",\n");
        }
        return document(
                "rule6.json",
                "[{\"priority\":0,\"src\":\"all\",\"table\":\"local\"},\n"
                        + all
                        + "{\"priority\":32766,\"src\":\"all\",\"table\":\"main\"}]");
    }

    /// Puts a document; null takes it away.
    public Router6Fixture document(String name, String text) {
        router.document(name, text);
        return this;
    }

    public Router6Fixture sysctl(String key, String value) {
        router.sysctl(key, value);
        return this;
    }

    /// A setting of one device.
    public Router6Fixture conf(String device, String key, int value) {
        return sysctl("net.ipv6.conf." + device + "." + key, Integer.toString(value));
    }

    public ForwardingPath path() {
        return router.path();
    }

    /// What becomes of a packet, given as annotated hex from the IPv6 header on, that comes to eth0
    /// in a frame for it.
    public Verdict decide(String hex) {
        return path().decide(frame("02aa00000000 02bb00000009 86dd " + hex), "eth0");
    }

    public static Frame frame(String hex) {
        return RouterFixture.frame(hex);
    }
}
