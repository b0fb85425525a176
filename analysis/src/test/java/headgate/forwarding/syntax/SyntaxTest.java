package headgate.forwarding.syntax;

import static headgate.forwarding.syntax.SyntaxSamples.bytes;
import static headgate.forwarding.syntax.SyntaxSamples.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.SnapshotException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SyntaxTest {
    private static void assertHas(List<String> elements, String... wanted) {
        for (String each : wanted) {
            assertTrue(elements.contains(each), () -> each + "\nis not in\n" + elements);
        }
    }

    @Test
    void readsRoutesAsTheToolsJsonGivesThem() throws Exception {
        assertHas(
                read(Format.IP_ROUTE, SyntaxSamples.IP_ROUTE),
                "line 1 {\"type\":\"throw\",\"dst\":\"10.15.0.0/16\",\"table\":\"100\"}",
                "line 4 {\"dst\":\"10.10.0.0/16\",\"tos\":\"0x10\",\"gateway\":\"10.0.1.2\","
                        + "\"dev\":\"eth1\",\"metric\":\"50\",\"metrics\":[{\"mtu\":\"1400\"}]}",
                "line 5 {\"dst\":\"10.11.0.0/16\",\"nexthops\":["
                        + "{\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\",\"weight\":\"3\"},"
                        + "{\"gateway\":\"10.0.0.9\",\"dev\":\"eth0\",\"weight\":\"1\"}]}",
                "line 9 {\"dst\":\"10.16.0.0/16\","
                        + "\"via\":{\"family\":\"inet6\",\"host\":\"2001:db8:1::2\"},\"dev\":\"eth1\"}",
                "line 11 {\"dst\":\"10.19.0.0/16\",\"gateway\":\"10.99.0.1\",\"dev\":\"eth1\","
                        + "\"protocol\":\"bgp\",\"flags\":[\"onlink\"]}",
                "line 13 {\"dst\":\"2001:db8:bb::/48\",\"from\":\"2001:db8::/64\","
                        + "\"gateway\":\"2001:db8:1::2\",\"dev\":\"eth1\",\"metric\":\"1024\","
                        + "\"pref\":\"medium\"}");
    }

    @Test
    void keepsWordsThatItDoesNotKnowAsKeysThatNobodyKnows() throws Exception {
        assertHas(
                read(
                        Format.IP_ROUTE,
                        "1.0.0.0/8 encap mpls 100 via 10.0.1.2 dev eth1 mtu lock 9\n"),
                "line 1 {\"dst\":\"1.0.0.0/8\",\"encap\":null,\"mpls\":null,\"100\":null,"
                        + "\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\",\"mtu lock\":\"9\"}");
        assertHas(
                read(Format.IP_ROUTE, "RTNETLINK answers: Operation not permitted\n"),
                "line 1 {\"dst\":\"RTNETLINK\",\"answers:\":null,\"Operation\":null,\"not\":null,"
                        + "\"permitted\":null}");
    }

    @Test
    void readsRules() throws Exception {
        assertHas(
                read(Format.IP_RULE4, SyntaxSamples.IP_RULE),
                "line 2 {\"priority\":\"100\",\"not\":null,\"src\":\"10.0.0.0\",\"srclen\":\"24\","
                        + "\"dst\":\"10.10.0.0\",\"dstlen\":\"16\",\"tos\":\"0x10\","
                        + "\"fwmark\":\"0x1\",\"fwmask\":\"0xff\",\"iif\":\"eth0\","
                        + "\"table\":\"100\"}",
                "line 3 {\"priority\":\"110\",\"src\":\"all\",\"ipproto\":\"tcp\","
                        + "\"sport_start\":\"1000\",\"sport_end\":\"2000\",\"dport\":\"443\","
                        + "\"table\":\"200\"}",
                "line 4 {\"priority\":\"120\",\"src\":\"10.0.0.66\",\"action\":\"prohibit\"}",
                "line 7 {\"priority\":\"210\",\"src\":\"all\",\"oif\":\"eth7\","
                        + "\"oif_detached\":null,\"table\":\"100\"}",
                "line 8 {\"priority\":\"220\",\"src\":\"all\",\"uid_start\":\"0\","
                        + "\"uid_end\":\"100\",\"table\":\"100\"}",
                "line 11 {\"priority\":\"270\",\"src\":\"all\",\"l3mdev\":null}");
    }

    @Test
    void readsDevicesWithTheirAddressesAndKinds() throws Exception {
        List<String> devices = read(Format.IP_ADDR, SyntaxSamples.IP_ADDR);
        assertEquals(4, devices.size());
        assertHas(
                devices,
                "line 5 {\"ifindex\":\"90\",\"ifname\":\"eth0\","
                        + "\"flags\":[\"BROADCAST\",\"MULTICAST\",\"UP\",\"LOWER_UP\"],"
                        + "\"mtu\":\"1500\",\"group\":\"default\",\"address\":\"02:aa:00:00:00:00\","
                        + "\"addr_info\":[{\"family\":\"inet\",\"local\":\"10.0.0.1\","
                        + "\"prefixlen\":\"24\",\"scope\":\"global\"},"
                        + "{\"family\":\"inet\",\"local\":\"10.0.0.77\",\"prefixlen\":\"24\","
                        + "\"scope\":\"global\",\"secondary\":true}]}",
                "line 18 {\"ifindex\":\"93\",\"ifname\":\"eth1.5\",\"link\":\"eth1\","
                        + "\"flags\":[\"BROADCAST\",\"UP\"],\"mtu\":\"1500\",\"group\":\"default\","
                        + "\"address\":\"02:aa:00:00:00:01\","
                        + "\"linkinfo\":{\"info_kind\":\"vlan\",\"info_data\":{\"id\":\"5\"}}}");
        assertTrue(devices.get(2).contains("\"local\":\"10.9.9.1\",\"address\":\"10.9.9.2\""));
        assertTrue(devices.get(2).contains("\"master\":\"br0\""));
    }

    @Test
    void readsNeighboursAndGroups() throws Exception {
        assertHas(
                read(Format.IP_NEIGH, SyntaxSamples.IP_NEIGH),
                "line 1 {\"dst\":\"10.0.1.250\",\"dev\":\"eth1\",\"state\":[\"INCOMPLETE\"]}",
                "line 2 {\"dst\":\"10.0.1.2\",\"dev\":\"eth1\",\"lladdr\":\"02:bb:00:01:00:02\","
                        + "\"state\":[\"PERMANENT\"]}",
                "line 4 {\"dst\":\"10.0.0.200\",\"dev\":\"eth0\",\"proxy\":null}");
        assertHas(
                read(Format.IP_MADDR, SyntaxSamples.IP_MADDR),
                "line 4 {\"ifindex\":\"90\",\"ifname\":\"eth0\",\"maddr\":["
                        + "{\"family\":\"inet\",\"address\":\"224.0.0.1\"},"
                        + "{\"family\":\"inet6\",\"address\":\"ff02::1:ff00:0\"}]}");
    }

    @Test
    void readsNextHopObjects() throws Exception {
        assertHas(
                read(Format.IP_NEXTHOP, SyntaxSamples.IP_NEXTHOP),
                "line 2 {\"id\":\"2\",\"gateway\":\"10.0.1.3\",\"dev\":\"eth1\","
                        + "\"scope\":\"link\",\"protocol\":\"static\",\"flags\":[\"onlink\"]}",
                "line 3 {\"id\":\"3\",\"blackhole\":null}",
                "line 5 {\"id\":\"5\",\"group\":[{\"id\":\"1\",\"weight\":\"3\"},"
                        + "{\"id\":\"2\",\"weight\":\"7\"}]}",
                "line 8 {\"id\":\"8\",\"group\":[{\"id\":\"1\"},{\"id\":\"2\"}],"
                        + "\"type\":\"resilient\",\"resilient_args\":{\"buckets\":\"8\","
                        + "\"idle_timer\":\"120\",\"unbalanced_timer\":\"0\","
                        + "\"unbalanced_time\":\"0\"}}");
    }

    private static final String[] OF_FRR = {
        "{\"dst\":\"default\",\"table\":\"%s\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"}",
        "{\"dst\":\"10.0.0.0/24\",\"table\":\"%s\",\"protocol\":\"kernel\",\"scope\":\"link\","
                + "\"dev\":\"eth0\"}",
        "{\"dst\":\"10.11.0.0/16\",\"table\":\"%s\",\"nexthops\":["
                + "{\"gateway\":\"10.0.0.9\",\"dev\":\"eth0\",\"weight\":\"1\"},"
                + "{\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\",\"weight\":\"3\"}]}",
        "{\"dst\":\"10.12.0.0/16\",\"table\":\"%s\",\"type\":\"blackhole\"}",
        "{\"dst\":\"10.13.0.0/16\",\"table\":\"%s\",\"type\":\"unreachable\"}",
        "{\"dst\":\"10.14.0.0/16\",\"table\":\"%s\",\"type\":\"prohibit\"}",
        "{\"dst\":\"10.32.0.0/16\",\"table\":\"%s\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"}",
        "{\"dst\":\"2001:db8:bb::/48\",\"table\":\"%s\",\"pref\":\"medium\","
                + "\"from\":\"2001:db8::/64\",\"gateway\":\"2001:db8:1::2\",\"dev\":\"eth1\"}"
    };

    private static List<String> ofFrr(String table) {
        return List.of(OF_FRR).stream().map(each -> each.formatted(table)).toList();
    }

    private static List<String> withoutPlaces(List<String> elements) {
        return elements.stream().map(each -> each.substring(each.indexOf('{'))).toList();
    }

    @Test
    void takesOfFrroutingWhatIsInTheKernel() throws Exception {
        assertEquals(ofFrr("main"), withoutPlaces(read(Format.FRR, SyntaxSamples.FRR)));
        assertEquals(ofFrr("254"), withoutPlaces(read(Format.FRR_JSON, SyntaxSamples.FRR_JSON)));
    }

    @Test
    void tellsTablesOfFrroutingApart() throws Exception {
        String route = "S>* 1.0.0.0/8 [1/0] via 10.0.1.2, eth1, weight 1, 00:00:15\n";
        assertTrue(read(Format.FRR, "VRF default:\n" + route).getFirst().contains("\"main\""));
        assertTrue(read(Format.FRR, "VRF default table 7:\n" + route).getFirst().contains("\"7\""));
        assertTrue(read(Format.FRR, "VRF blue:\n" + route).getFirst().contains("of VRF blue"));
    }

    @Test
    void takesOfBirdTheBestRouteOfEachPrefix() throws Exception {
        assertHas(
                read(Format.BIRD, SyntaxSamples.BIRD),
                "line 3 {\"dst\":\"default\",\"table\":\"main\",\"gateway\":\"10.0.1.1\","
                        + "\"dev\":\"p1\"}",
                "line 5 {\"dst\":\"20.0.0.0/8\",\"table\":\"main\",\"gateway\":\"10.0.1.1\","
                        + "\"dev\":\"p1\"}",
                "line 10 {\"dst\":\"20.2.0.0/24\",\"table\":\"main\",\"type\":\"unreachable\"}",
                "line 12 {\"dst\":\"20.3.0.0/24\",\"table\":\"main\",\"nexthops\":["
                        + "{\"gateway\":\"10.0.1.1\",\"dev\":\"p1\",\"weight\":\"5\"},"
                        + "{\"gateway\":\"10.0.0.1\",\"dev\":\"p0\",\"weight\":\"2\"}]}",
                "line 19 {\"dst\":\"2001:db8:22::/48\",\"table\":\"main\",\"pref\":\"medium\","
                        + "\"gateway\":\"fe80::1\",\"dev\":\"p1\"}");
        assertEquals(7, read(Format.BIRD, SyntaxSamples.BIRD).size());
    }

    @Test
    void readsWhatTheFirstBirdPrints() throws Exception {
        List<String> routes = read(Format.BIRD, SyntaxSamples.BIRD_1);
        assertEquals(4, routes.size());
        assertHas(
                routes,
                "line 2 {\"dst\":\"20.0.0.0/8\",\"table\":\"main\",\"gateway\":\"10.0.1.1\","
                        + "\"dev\":\"p1\"}",
                "line 8 {\"dst\":\"10.0.0.0/24\",\"table\":\"main\",\"protocol\":\"kernel\","
                        + "\"scope\":\"link\",\"dev\":\"p0\"}");
    }

    @Test
    void readsTheRoutesOfAnMrtDump() throws Exception {
        assertEquals(
                List.of(
                        "offset 95 {\"dst\":\"20.0.0.0/8\",\"table\":\"main\","
                                + "\"protocol\":\"bgp\",\"gateway\":\"10.0.0.9\"}",
                        "offset 144 {\"dst\":\"2001:db8:21::/48\",\"table\":\"main\","
                                + "\"pref\":\"medium\",\"protocol\":\"bgp\","
                                + "\"gateway\":\"2001:db8:1::2\"}"),
                read(Format.MRT, SyntaxSamples.MRT));
    }

    private static final String TWO_PEERS =
            """
            00000000 000d 0001 00000022
            0a000001 0000 0002
            02 0a000002 0a000002 0000fde9
            02 0a000003 0a000003 0000fdea
            """;

    /// 20/8 from both peers, each with its attributes behind ORIGIN IGP and NEXT_HOP.
    private static String chosen(String first, String second) throws Exception {
        String one = route("0000", "0a000002", first);
        String two = route("0001", "0a000003", second);
        int length = 8 + (one.length() + two.length()) / 2;
        String rib = "00000000 000d 0002 %08x 00000000 0814 0002".formatted(length);
        return read(Format.MRT, bytes(TWO_PEERS + rib + one + two)).getFirst();
    }

    private static String route(String peer, String nextHop, String attributes) {
        String all = "40010100" + "400304" + nextHop + attributes.replaceAll("\\s", "");
        return peer + "00000000" + "%04x".formatted(all.length() / 2) + all;
    }

    @Test
    void choosesTheRouteThatBgpWould() throws Exception {
        String longer = "40 02 0a 0202 0000fde9 0000fdeb";
        String shorter = "40 02 06 0201 0000fdea";
        assertTrue(chosen(longer, shorter).contains("10.0.0.3"), "the shorter path");
        assertTrue(
                chosen(longer + "40 05 04 00000065", shorter).contains("10.0.0.2"),
                "local preference before the path");
        assertTrue(chosen(shorter, shorter).contains("10.0.0.2"), "the lower identifier");
        assertTrue(
                chosen(shorter + "80 04 04 00000009", shorter + "80 04 04 00000001")
                        .contains("10.0.0.3"),
                "the lower discriminator of one neighbouring AS");
    }

    @Test
    void refusesLengthsThatLieAndSaysWhere() {
        Map<String, String> lies =
                Map.of(
                        "00000000 000d 0001 ffffffff",
                        "at offset 0: a record says that it has 42",
                        "00000000 000d 0001 00000009 0a",
                        "ends after 1 of 9 bytes",
                        "00000000 000d",
                        "ends inside the header",
                        "00000000 000d 0001 00000008 0a000001 ffff 0001",
                        "points out of it",
                        TWO_PEERS + "00000000 000d 0002 00000008 00000000 21 14 0000",
                        "offset 46: a prefix of 33 bits",
                        TWO_PEERS
                                + "00000000 000d 0002 00000010 00000000 08 14 0001"
                                + "0007 00000000 0000",
                        "a route of peer 7 of 2",
                        TWO_PEERS
                                + "00000000 000d 0002 00000012 00000000 08 14 0001"
                                + "0001 00000000 0002 4003",
                        "points out of it",
                        "00000000 0010 0004 00000000",
                        "only tables are read");
        lies.forEach((hex, words) -> {
            var e = assertThrows(SnapshotException.class, () -> read(Format.MRT, bytes(hex)));
            assertTrue(e.getMessage().contains(words), () -> words + ": " + e.getMessage());
        });
    }

    @Test
    void refusesLinesWithoutEnd() {
        String endless = "1.0.0.0/8 ".repeat(10_000);
        for (Format format : List.of(Format.IP_ROUTE, Format.FRR, Format.BIRD, Format.IP_ADDR)) {
            var e = assertThrows(SnapshotException.class, () -> read(format, endless));
            assertEquals(1, e.line());
        }
    }

    @Test
    void tellsEachFormatByItsContent() {
        SyntaxSamples.all()
                .forEach((format, sample) -> assertEquals(format, Recognition.of(sample)));
        Map<String, Format> others =
                Map.of(
                        "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n",
                        Format.IP_RULE6,
                        SyntaxSamples.BIRD_1,
                        Format.BIRD,
                        "net.ipv4.ip_forward = 1\n",
                        Format.SYSCTL,
                        "[{\"priority\":0,\"src\":\"all\",\"table\":\"default\"}]",
                        Format.JSON_RULE4,
                        "{\"nftables\": [{\"metainfo\": {}}]}",
                        Format.JSON_NFT,
                        "[{\"dst\":\"10.0.0.9\",\"dev\":\"a\",\"state\":[\"STALE\"]}]",
                        Format.JSON_NEIGH,
                        "[{\"dst\":\"default\",\"gateway\":\"10.0.0.9\",\"dev\":\"a\"}]",
                        Format.JSON_ROUTE,
                        "# Generated by iptables-save v1.8.9\n*filter\n",
                        Format.IPTABLES_SAVE,
                        "fe80::1 dev eth0 lladdr 02:bb:00:01:00:02 router STALE\n",
                        Format.IP_NEIGH);
        others.forEach((text, format) ->
                assertEquals(format, Recognition.of(SyntaxSamples.utf8(text)), text));
        assertNull(Recognition.of(SyntaxSamples.utf8("hello\n")));
        assertNull(Recognition.of(new byte[0]));
        assertNull(Recognition.of(SyntaxSamples.utf8("[]")));
    }
}
