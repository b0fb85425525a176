package headgate.benchmarks;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// A router with a table shaped like the Internet's: prefix lengths as in BGP tables (six in ten
/// are /24, some longer ones inside), drawn with a fixed seed.
final class BgpLikeTable {
    /// Share of each length in thousands, from /8 on; the rest are /24.
    private static final int[] SHARES = {
        0, 0, 0, 0, 1, 1, 2, 2, 15, 9, 15, 27, 45, 54, 115, 105, 600, 2, 2, 1, 1, 1, 1, 0, 1
    };

    private BgpLikeTable() {}

    static int length(Random random) {
        int draw = random.nextInt(1000);
        for (int i = 0; i < SHARES.length; i++) {
            draw -= SHARES[i];
            if (draw < 0) {
                return 8 + i;
            }
        }
        return 24;
    }

    /// Between 11.0.0.0 and 222.255.255.255, so that the router's own addresses stay out of it.
    static int address(Random random, int length) {
        int first = 11 + random.nextInt(212);
        int address = first << 24 | random.nextInt(1 << 24);
        return address & -1 << 32 - length;
    }

    /// The documents of a router with two devices, eight gateways and so many prefixes.
    static Map<String, String> router(int prefixes) {
        var documents = new TreeMap<String, String>();
        documents.put(
                "addr.json",
                """
                [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,"addr_info":[]},
                 {"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:00","addr_info":[
                   {"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global"}]},
                 {"ifindex":3,"ifname":"eth1","flags":["UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:01","addr_info":[
                   {"family":"inet","local":"10.0.1.1","prefixlen":24,"scope":"global"}]}]
                """);
        documents.put(
                "rule4.json",
                """
                [{"priority":0,"src":"all","table":"local"},
                 {"priority":32766,"src":"all","table":"main"},
                 {"priority":32767,"src":"all","table":"default"}]
                """);
        documents.put("route4.json", routes(prefixes));
        var neighbours = new StringBuilder("[");
        for (int i = 2; i < 10; i++) {
            neighbours.append(i == 2 ? "" : ",");
            neighbours.append(
                    "{\"dst\":\"10.0.1.%d\",\"dev\":\"eth1\",\"lladdr\":\"02:bb:00:01:00:0%d\",\"state\":[\"REACHABLE\"]}"
                            .formatted(i, i));
        }
        documents.put("neigh.json", neighbours.append("]").toString());
        documents.put("sysctl.txt", settings());
        return documents;
    }

    private static String routes(int prefixes) {
        var random = new Random(7);
        var routes =
                new StringBuilder(
                        "[{\"dst\":\"default\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"}");
        for (int i = 1; i < prefixes; i++) {
            int length = length(random);
            int address = address(random, length);
            routes.append(",\n{\"dst\":\"");
            routes.append(address >>> 24).append('.').append(address >>> 16 & 255).append('.');
            routes.append(address >>> 8 & 255).append('.').append(address & 255);
            routes.append('/').append(length).append("\",\"gateway\":\"10.0.1.");
            routes.append(2 + random.nextInt(8))
                    .append("\",\"dev\":\"eth1\",\"protocol\":\"bgp\"}");
        }
        return routes.append("]").toString();
    }

    private static String settings() {
        var text = new StringBuilder();
        for (String device : new String[] {"all", "eth0", "eth1"}) {
            for (String key :
                    new String[] {
                        "rp_filter",
                        "accept_local",
                        "route_localnet",
                        "send_redirects",
                        "bc_forwarding",
                        "mc_forwarding",
                        "drop_unicast_in_l2_multicast"
                    }) {
                text.append("net.ipv4.conf.%s.%s = 0\n".formatted(device, key));
            }
            text.append("net.ipv4.conf.%s.forwarding = 1\n".formatted(device));
        }
        return text.toString();
    }

    /// A UDP packet of 50 bytes from 10.0.0.9 that eth0 of the router receives.
    static byte[] frameTo(int destination) {
        ByteBuffer frame = ByteBuffer.allocate(64);
        frame.putShort((short) 0x02aa).putInt(0).putShort((short) 0x02bb).putInt(9);
        frame.putShort((short) 0x0800).putShort((short) 0x4500).putShort((short) 50);
        frame.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
        frame.putInt(0x0a000009).putInt(destination);
        frame.putShort((short) 4242).putShort((short) 53).putShort((short) 30);
        int sum = 0;
        for (int i = 14; i < 34; i += 2) {
            sum += Short.toUnsignedInt(frame.getShort(i));
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        frame.putShort(24, (short) ~(sum + (sum >>> 16)));
        return frame.array();
    }
}
