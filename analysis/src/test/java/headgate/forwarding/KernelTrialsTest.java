package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import headgate.forwarding.EgressFrames.Kind;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What routers with settings drawn at random, on a 6.18 kernel, did otherwise than it was thought.
class KernelTrialsTest {
    private static final String FROM = "2001 0db8 0000 0000 0000 0000 0000 0009 ";
    private static final String TO_THE_WORLD = "2a00 0000 0000 0000 0000 0000 0000 0005 ";
    private static final String TO_ETH0 = "2001 0db8 0000 0000 0000 0000 0000 0001 ";

    /// From 4242 to 53, with four bytes that nobody looks at.
    private static final String UDP = "1092 0035 000c 0000 00000000";

    private static int counter(Verdict verdict, String name) {
        return verdict.trail().counters().getOrDefault(name, 0);
    }

    private static List<Kind> sent(Verdict verdict) {
        return verdict.trail().consequences().egress().stream()
                .map(Verdict.EgressFrame::kind)
                .toList();
    }

    private static String withoutCarrier(String device) {
        return """
        [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,"address":"00:00:00:00:00:00"},
         {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,"address":"02:aa:00:00:00:00",
          "addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global"},
                       {"family":"inet6","local":"2001:db8::1","prefixlen":64,"scope":"global"}]},
         {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1400,"address":"02:aa:00:00:00:01",
          "addr_info":[{"family":"inet","local":"10.0.1.1","prefixlen":24,"scope":"global"},
                       {"family":"inet6","local":"2001:db8:1::1","prefixlen":64,"scope":"global"}]}]
        """
                .replace(
                        "\"%s\",\"flags\":[".formatted(device),
                        "\"%s\",\"flags\":[\"NO-CARRIER\",".formatted(device));
    }

    @Test
    void losesWhatLeavesByALinkThatIsDown() {
        ForwardingPath path =
                new RouterFixture().document("addr.json", withoutCarrier("eth1")).path();
        Verdict verdict = path.decide(RouterFixture.packet("10.0.0.9", "8.8.8.8", 64, 60), "eth0");
        var refused = assertInstanceOf(Verdict.Refused.class, verdict);
        assertEquals(Verdict.Reason.NO_CARRIER, refused.reason());
        assertEquals(DropReason.QDISC_DROP, refused.dropReason());
        assertEquals(List.of(), sent(verdict));
        assertEquals(1, counter(verdict, "Ip.OutTransmits"));
        // The second fragment is not tried any more.
        Verdict large = path.decide(RouterFixture.packet("10.0.0.9", "8.8.8.8", 64, 1480), "eth0");
        assertEquals(1, counter(large, "Ip.FragFails"));
        assertEquals(0, counter(large, "Ip.FragOKs"));
        assertEquals(1, counter(large, "Ip.OutTransmits"));
        assertEquals(1396, counter(large, "IpExt.OutOctets"));
    }

    @Test
    void losesWhatTheHostItselfSendsByALinkThatIsDown() {
        ForwardingPath path =
                new RouterFixture().document("addr.json", withoutCarrier("eth0")).path();
        Verdict verdict = path.decide(RouterFixture.packet("10.0.0.9", "8.8.8.8", 1, 60), "eth0");
        assertEquals(List.of(), sent(verdict));
        assertEquals(1, counter(verdict, "Icmp.OutTimeExcds"));
    }

    @Test
    void losesIpv6ByALinkThatIsDown() {
        Verdict verdict =
                new Router6Fixture()
                        .document("addr.json", withoutCarrier("eth1"))
                        .decide("60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP);
        assertEquals(
                Verdict.Reason.NO_CARRIER,
                assertInstanceOf(Verdict.Refused.class, verdict).reason());
        assertEquals(1, counter(verdict, "Ip6OutTransmits"));
    }

    /// As `ip -j rule` prints it.
    @Test
    void passesOverTheRuleForVrfDevicesWhereThereAreNone() {
        Verdict verdict =
                new RouterFixture()
                        .rules("{\"priority\":1000,\"src\":\"all\",\"l3mdev\":null}")
                        .path()
                        .decide(RouterFixture.packet("10.0.0.9", "8.8.8.8", 64, 60), "eth0");
        assertEquals("forward", verdict.kind());
    }

    @Test
    void doesNotSumUpALongBroadcastThatNoSocketReads() {
        ForwardingPath path =
                new RouterFixture().document("sockets.txt", "== /proc/net/udp\n").path();
        assertEquals(1, counter(broadcast(path, 100), "Udp.IgnoredMulti"));
        assertEquals(1, counter(broadcast(path, 60), "Udp.InCsumErrors"));
    }

    /// UDP to 10.0.0.255 with a checksum that is wrong.
    private static Verdict broadcast(ForwardingPath path, int length) {
        byte[] bytes = RouterFixture.packetBytes("10.0.0.9", "10.0.0.255", 64, length, 17, 0);
        bytes[38] = (byte) (length - 20 >>> 8);
        bytes[39] = (byte) (length - 20);
        bytes[40] = 0x12;
        return path.decide(RouterFixture.frame(bytes), "eth0");
    }

    /// A first fragment misses its upper header; this one misses a header before it.
    @Test
    void keepsAFirstFragmentBehindWhichAnotherExtensionHeaderFollows() {
        String fragment = "60000000 0010 2c 40" + FROM + TO_ETH0 + " 3c 00 0001 00000007";
        Verdict cut = new Router6Fixture().decide(fragment + "3c 00 01 04 00000000");
        assertEquals("reassembling", cut.kind());
    }

    @Test
    void repeatsOptionsThatCameWithinTheFirstFragmentInEachThatLeaves() {
        var router =
                new Router6Fixture()
                        .document(
                                "nft.json",
                                """
                                {"nftables":[{"table":{"family":"ip6","name":"t","handle":1}},
                                 {"chain":{"family":"ip6","table":"t","name":"c","handle":1,"type":"filter","hook":"forward","prio":0,"policy":"accept"}},
                                 {"rule":{"family":"ip6","table":"t","chain":"c","handle":2,"expr":[
                                  {"match":{"op":"in","left":{"ct":{"key":"state"}},"right":"invalid"}},{"counter":null}]}}]}
                                """)
                        .path();
        String head = "02aa00000000 02bb00000009 86dd 60000000 %s 2c 40" + FROM + TO_THE_WORLD;
        String options = "11 00 01 04 00000000";
        router.decide(
                Router6Fixture.frame(
                        head.formatted("0020")
                                + "3c 00 0001 00000007"
                                + options
                                + UDP
                                + "01020304"),
                "eth0");
        Verdict whole =
                router.decide(
                        Router6Fixture.frame(
                                head.formatted("0018")
                                        + "3c 00 0018 00000007 11121314 15161718 21222324 25262728"),
                        "eth0");
        List<Verdict.EgressFrame> frames = whole.trail().consequences().egress();
        assertEquals(2, frames.size());
        // Options and the 16 bytes that came with them; then options again, and the rest.
        assertEquals("0020", HexFormat.of().formatHex(frames.get(0).bytes(), 18, 20));
        assertEquals("0020", HexFormat.of().formatHex(frames.get(1).bytes(), 18, 20));
    }

    @Test
    void resetsASegmentFromAnAnycastAddress() {
        String subnet = "2001 0db8 0000 0000 0000 0000 0000 0000 ";
        String syn = "1092 0050 00000001 00000000 5002 0400 %s 0000";
        Verdict verdict =
                new Router6Fixture()
                        .document("sockets.txt", "== /proc/net/tcp6\n")
                        .decide("60000000 0014 06 40" + subnet + TO_ETH0 + syn.formatted("3f8d"));
        assertEquals(1, counter(verdict, "Tcp.OutRsts"));
    }

    /// The way in the opposite direction is looked up for a policy of IPsec that is not there.
    @Test
    void countsWhereNoRouteLeadsTheOtherWay() {
        Verdict verdict =
                new Router6Fixture()
                        .rules(
                                "{\"priority\":9,\"src\":\"all\",\"ipproto\":\"udp\",\"action\":\"unreachable\"}")
                        .decide("60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP);
        assertEquals(List.of(Kind.ICMP_ERROR), sent(verdict));
        assertEquals(1, counter(verdict, "Ip6OutNoRoutes"));
    }

    /// From the same budget, which is empty where the rate of errors has no limit.
    @Test
    void holdsARedirectBackBehindAnErrorToTheSameAddress() {
        assertEquals(List.of(Kind.FORWARD), sent(redirected("0", 1)));
        assertEquals(List.of(Kind.REDIRECT, Kind.FORWARD), sent(redirected("1000", 1)));
        assertEquals(List.of(Kind.FORWARD), sent(redirected("1000", 6)));
    }

    private static Verdict redirected(String rateLimit, int errors) {
        ForwardingPath path =
                new Router6Fixture()
                        .sysctl("net.ipv6.icmp.ratelimit", rateLimit)
                        .document(
                                "neigh.json",
                                """
                                [{"dst":"2001:db8::9","dev":"eth0","lladdr":"02:bb:00:00:00:09","state":["STALE"]},
                                 {"dst":"2001:db8::7","dev":"eth0","lladdr":"02:bb:00:00:00:07","state":["STALE"]}]
                                """)
                        .path();
        String link = "02aa00000000 02bb00000009 86dd ";
        for (int i = 0; i < errors; i++) {
            decide(path, link + "60000000 000c 11 01" + FROM + TO_THE_WORLD + UDP);
        }
        String neighbour = "2001 0db8 0000 0000 0000 0000 0000 0007 ";
        return decide(path, link + "60000000 000c 11 40" + FROM + neighbour + UDP);
    }

    private static Verdict decide(ForwardingPath path, String hex) {
        var frame = Router6Fixture.frame(hex);
        frame.arrivalNanos = 1_000_000_000_000L;
        return path.decide(frame, "eth0");
    }
}
