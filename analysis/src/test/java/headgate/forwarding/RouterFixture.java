package headgate.forwarding;

import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// A small router for tests: eth0 10.0.0.1/24 and eth1 10.0.1.1/24 with MACs 02:aa:…:00 and …:01, a
/// default route through 10.0.1.2, whose MAC is known. Tests replace what they are about.
public final class RouterFixture {
    private final Map<String, String> documents = new TreeMap<>();
    private final Map<String, String> sysctls = new TreeMap<>();

    public RouterFixture() {
        documents.put(
                "link.json",
                """
                [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,
                  "address":"00:00:00:00:00:00"},
                 {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:00"},
                 {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1400,
                  "address":"02:aa:00:00:00:01"}]
                """);
        documents.put(
                "addr.json",
                """
                [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,
                  "address":"00:00:00:00:00:00","addr_info":[
                   {"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"}]},
                 {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:00","addr_info":[
                   {"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global"}]},
                 {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1400,
                  "address":"02:aa:00:00:00:01","addr_info":[
                   {"family":"inet","local":"10.0.1.1","prefixlen":24,"scope":"global"}]}]
                """);
        documents.put("maddr.json", "[{\"ifname\":\"eth0\",\"maddr\":[]}]");
        documents.put(
                "neigh.json",
                """
                [{"dst":"10.0.1.2","dev":"eth1","lladdr":"02:bb:00:01:00:02","state":["REACHABLE"]},
                 {"dst":"10.0.0.9","dev":"eth0","lladdr":"02:bb:00:00:00:09","state":["STALE"]},
                 {"dst":"10.0.1.250","dev":"eth1","state":["FAILED"]}]
                """);
        routes();
        rules();
        for (String device : new String[] {"all", "lo", "eth0", "eth1"}) {
            for (String key :
                    new String[] {
                        "rp_filter",
                        "accept_local",
                        "route_localnet",
                        "src_valid_mark",
                        "accept_source_route",
                        "send_redirects",
                        "bc_forwarding",
                        "mc_forwarding",
                        "drop_unicast_in_l2_multicast",
                        "ignore_routes_with_linkdown",
                        "arp_announce",
                        "arp_ignore",
                        "arp_filter",
                        "proxy_arp",
                        "arp_accept"
                    }) {
                sysctl("net.ipv4.conf." + device + "." + key, "0");
            }
            sysctl("net.ipv4.conf." + device + ".forwarding", "1");
            sysctl("net.ipv4.conf." + device + ".shared_media", "1");
        }
        sysctl("net.ipv4.fib_multipath_hash_policy", "0");
        sysctl("net.ipv4.fib_multipath_hash_seed", "305441741");
        sysctl("net.ipv4.fib_multipath_use_neigh", "0");
    }

    /// Adds routes, as JSON objects without the enclosing brackets, to those of the addresses.
    public RouterFixture routes(String... more) {
        var all = new StringBuilder();
        for (String route : more) {
            all.append(route).append(",\n");
        }
        if (more.length == 0) {
            all.append("{\"dst\":\"default\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"},\n");
        }
        return document(
                "route4.json",
                "["
                        + all
                        + """
                        {"dst":"10.0.0.0/24","dev":"eth0","protocol":"kernel","scope":"link"},
                        {"dst":"10.0.1.0/24","dev":"eth1","protocol":"kernel","scope":"link"},
                        {"type":"local","dst":"10.0.0.1","dev":"eth0","table":"local",
                         "protocol":"kernel","scope":"host"},
                        {"type":"broadcast","dst":"10.0.0.255","dev":"eth0","table":"local",
                         "protocol":"kernel","scope":"link"},
                        {"type":"local","dst":"10.0.1.1","dev":"eth1","table":"local",
                         "protocol":"kernel","scope":"host"},
                        {"type":"local","dst":"127.0.0.0/8","dev":"lo","table":"local",
                         "protocol":"kernel","scope":"host"}]
                        """);
    }

    /// Adds rules, as JSON objects, to the three that every host starts with.
    public RouterFixture rules(String... more) {
        var all = new StringBuilder();
        for (String rule : more) {
            all.append(rule).append(",\n");
        }
        return document(
                "rule4.json",
                "[{\"priority\":0,\"src\":\"all\",\"table\":\"local\"},\n"
                        + all
                        + "{\"priority\":32766,\"src\":\"all\",\"table\":\"main\"},\n"
                        + "{\"priority\":32767,\"src\":\"all\",\"table\":\"default\"}]");
    }

    /// Puts a document; null takes it away.
    public RouterFixture document(String name, String text) {
        if (text == null) {
            documents.remove(name);
        } else {
            documents.put(name, text);
        }
        return this;
    }

    public RouterFixture sysctl(String key, String value) {
        if (value == null) {
            sysctls.remove(key);
        } else {
            sysctls.put(key, value);
        }
        return this;
    }

    /// A setting of one device.
    public RouterFixture conf(String device, String key, int value) {
        return sysctl("net.ipv4.conf." + device + "." + key, Integer.toString(value));
    }

    public Map<String, String> documents() {
        var all = new TreeMap<>(documents);
        var text = new StringBuilder();
        sysctls.forEach((key, value) -> text.append(key + " = " + value + "\n"));
        all.put("sysctl.txt", text.toString());
        return all;
    }

    public HostSnapshot snapshot() {
        try {
            return HostSnapshot.of(documents());
        } catch (SnapshotException e) {
            throw new AssertionError(e);
        }
    }

    public ForwardingPath path() {
        return new ForwardingPath(snapshot());
    }

    /// What becomes of a frame, given as annotated hex, that comes in by `device`.
    public Verdict decide(String device, String hex) {
        return path().decide(frame(hex), device);
    }

    public static Frame frame(String hex) {
        return frame(bytes(hex));
    }

    public static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("#.*|\\s", ""));
    }

    public static Frame frame(byte[] bytes) {
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        new FrameDecoder().decode(frame);
        return frame;
    }

    /// Ethernet to eth0 and an IPv4 header with a right checksum; payload of zeros.
    public static Frame packet(String source, String destination, int timeToLive, int length) {
        return frame(packetBytes(source, destination, timeToLive, length, 17, 0));
    }

    static byte[] packetBytes(
            String source, String destination, int ttl, int length, int protocol, int fragment) {
        byte[] bytes = new byte[14 + Math.max(length, 28)];
        byte[] head = bytes("02aa00000000 02bb00000009 0800 4500");
        System.arraycopy(head, 0, bytes, 0, head.length);
        put16(bytes, 16, length);
        put16(bytes, 20, fragment);
        bytes[22] = (byte) ttl;
        bytes[23] = (byte) protocol;
        put32(bytes, 26, Inet4.parse(source));
        put32(bytes, 30, Inet4.parse(destination));
        int sum = 0;
        for (int i = 14; i < 34; i += 2) {
            sum += (bytes[i] & 255) << 8 | bytes[i + 1] & 255;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        put16(bytes, 24, ~(sum + (sum >>> 16)));
        return bytes;
    }

    private static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    private static void put32(byte[] bytes, int at, int value) {
        put16(bytes, at, value >>> 16);
        put16(bytes, at + 2, value);
    }
}
