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

    private static String withoutArp(String device) {
        return withoutCarrier("none")
                .replace(
                        "\"%s\",\"flags\":[".formatted(device),
                        "\"%s\",\"flags\":[\"NOARP\",".formatted(device));
    }

    /// Kernel: `arp_constructor`, `ndisc_constructor`.
    @Test
    void writesTheDevicesOwnAddressWhereItAsksForNone() {
        Verdict ipv4 =
                new RouterFixture()
                        .document("addr.json", withoutArp("eth1"))
                        .path()
                        .decide(RouterFixture.packet("10.0.0.9", "8.8.8.8", 64, 60), "eth0");
        assertEquals("02aa00000001", destinationMac(ipv4));
        Verdict ipv6 =
                new Router6Fixture()
                        .document("addr.json", withoutArp("eth1"))
                        .decide("60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP);
        assertEquals("02aa00000001", destinationMac(ipv6));
    }

    private static String destinationMac(Verdict verdict) {
        byte[] frame = verdict.trail().consequences().egress().getFirst().bytes();
        return HexFormat.of().formatHex(frame, 0, 6);
    }

    /// It waits for its neighbour, and the link that is down does not matter yet.
    @Test
    void cutsWhatWaitsForANeighbourBehindALinkThatIsDown() {
        ForwardingPath path =
                new RouterFixture().document("addr.json", withoutCarrier("eth1")).path();
        Verdict verdict =
                path.decide(RouterFixture.packet("10.0.0.9", "10.0.1.77", 64, 1480), "eth0");
        assertEquals("pending", verdict.kind());
        assertEquals(1, counter(verdict, "Ip.FragOKs"));
        assertEquals(0, counter(verdict, "Ip.FragFails"));
    }

    /// Options of a later fragment were settled when the first one was cut off.
    @Test
    void keepsAllOptionsWhereItCutsALaterFragment() {
        byte[] packet = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 64, 1480, 17, 0);
        int ip = 14;
        packet[ip] = 0x46;
        packet[ip + 7] = 8;
        // Record route, full.
        System.arraycopy(new byte[] {7, 3, 4, 0}, 0, packet, ip + 20, 4);
        packet[ip + 10] = packet[ip + 11] = 0;
        int sum = 0;
        for (int i = ip; i < ip + 24; i += 2) {
            sum += (packet[i] & 255) << 8 | packet[i + 1] & 255;
        }
        sum = ~((sum & 0xffff) + (sum >>> 16));
        packet[ip + 10] = (byte) (sum >>> 8);
        packet[ip + 11] = (byte) sum;
        Verdict verdict = new RouterFixture().path().decide(RouterFixture.frame(packet), "eth0");
        List<Verdict.EgressFrame> frames = verdict.trail().consequences().egress();
        assertEquals(2, frames.size());
        assertEquals("07030400", HexFormat.of().formatHex(frames.get(1).bytes(), 34, 38));
    }

    /// `max_hbh_opts_number` below 0.
    @Test
    void tellsNobodyWhereAllUnknownOptionsAreRefused() {
        String option = "60000000 0014 00 40" + FROM + TO_THE_WORLD + "11 00 9e 02 0000 0100" + UDP;
        var router = new Router6Fixture();
        assertEquals(List.of(Kind.ICMP_ERROR), sent(router.decide(option)));
        assertEquals(
                List.of(),
                sent(router.sysctl("net.ipv6.max_hbh_opts_number", "-2").decide(option)));
    }

    /// Kernel: `fib_num_tclassid_users`; the source is a broadcast address, which is not looked for
    /// without.
    @Test
    void validatesSourcesInFullWhereRoutesGiveRealms() {
        String world = "{\"dst\":\"default\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"%s}";
        var packet = RouterFixture.packet("10.0.0.255", "8.8.8.8", 64, 60);
        Verdict without =
                new RouterFixture().routes(world.formatted("")).path().decide(packet, "eth0");
        assertEquals("forward", without.kind());
        Verdict with =
                new RouterFixture()
                        .routes(world.formatted(",\"flow\":5"))
                        .path()
                        .decide(packet, "eth0");
        assertEquals(
                DropReason.IP_INVALID_SOURCE,
                assertInstanceOf(Verdict.Refused.class, with).dropReason());
    }

    /// Kernel: `fib6_is_reject`.
    @Test
    void refusesWhatARouteByTheLoopbackDeviceIsFor() {
        Verdict verdict =
                new Router6Fixture()
                        .routes("{\"dst\":\"2a00::/16\",\"dev\":\"lo\",\"metric\":1024}")
                        .decide("60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP);
        assertEquals(
                Verdict.Reason.NO_ROUTE, assertInstanceOf(Verdict.Refused.class, verdict).reason());
        assertEquals(1, counter(verdict, "Ip6InNoRoutes"));
    }

    @Test
    void tellsAnycastAddressesOfErrorsWhereTheyCountAsUnicast() {
        String subnet = "2001 0db8 0000 0000 0000 0000 0000 0000 ";
        String datagram = "60000000 000c 11 40" + subnet + TO_ETH0 + "1092 0035 000c 939c 00000000";
        var router = anycast();
        assertEquals(0, counter(router.decide(datagram), "Icmp6OutDestUnreachs"));
        router.sysctl("net.ipv6.icmp.error_anycast_as_unicast", "1");
        assertEquals(1, counter(router.decide(datagram), "Icmp6OutDestUnreachs"));
    }

    private static Router6Fixture anycast() {
        return new Router6Fixture()
                .routes(
                        "{\"type\":\"anycast\",\"dst\":\"2001:db8::\",\"dev\":\"eth0\",\"table\":\"local\",\"protocol\":\"kernel\"}");
    }

    /// IPv6 asks its own setting, of the device alone.
    @Test
    void passesOverIpv6LinksThatAreDownByTheSettingOfIpv6() {
        String down =
                "{\"dst\":\"2a00::/16\",\"gateway\":\"2001:db8:1::2\",\"dev\":\"eth1\",\"flags\":[\"linkdown\"]}";
        String packet = "60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP;
        var router = new Router6Fixture().routes(down);
        router.sysctl("net.ipv4.conf.all.ignore_routes_with_linkdown", "1");
        router.conf("eth1", "ignore_routes_with_linkdown", 0);
        assertEquals("forward", router.decide(packet).kind());
        router.conf("eth1", "ignore_routes_with_linkdown", 1);
        assertEquals("reject", router.decide(packet).kind());
    }

    /// A router with rules in one chain of IPv6.
    private static Router6Fixture filtered(String hook, int priority, String rule) {
        return new Router6Fixture()
                .document(
                        "nft.json",
                        """
                        {'nftables':[{'table':{'family':'ip6','name':'t','handle':1}},
                         {'chain':{'family':'ip6','table':'t','name':'c','handle':1,'type':'filter','hook':'%s','prio':%d,'policy':'accept'}},
                         {'rule':{'family':'ip6','table':'t','chain':'c','handle':2,'expr':[%s]}}]}
                        """
                                .formatted(hook, priority, rule)
                                .replace('\'', '"'));
    }

    private static final String TRACK =
            "{'match':{'op':'in','left':{'ct':{'key':'state'}},'right':'untracked'}},{'counter':null}";

    /// Kernel: `IP6_FH_F_AUTH`.
    @Test
    void takesTheAuthenticationHeaderForTheTransportInRules() {
        String protectedUdp =
                "60000000 0024 33 40" + FROM + TO_THE_WORLD + "11 04 0000" + "00".repeat(20) + UDP;
        String ports =
                "{'match':{'op':'==','left':{'payload':{'protocol':'th','field':'dport'}},'right':53}},{'drop':null}";
        String protocol =
                "{'match':{'op':'==','left':{'meta':{'key':'l4proto'}},'right':51}},{'drop':null}";
        assertEquals("forward", filtered("forward", 0, ports).decide(protectedUdp).kind());
        assertEquals("drop", filtered("forward", 0, protocol).decide(protectedUdp).kind());
    }

    @Test
    void echoesTheCodeOfARequest() {
        String request = "60000000 0008 3a 40" + FROM + TO_ETH0 + "80 07 2437 0001 0002";
        Verdict verdict = new Router6Fixture().decide(request);
        var reply = verdict.trail().consequences().egress().getFirst().bytes();
        assertEquals("8107", HexFormat.of().formatHex(reply, 54, 56));
    }

    /// Tracking has summed it up, so that it is refused although nobody would read it.
    @Test
    void refusesALongDatagramToAGroupWhoseChecksumTrackingFoundWrong() {
        String group = "ff02 0000 0000 0000 0000 0000 0000 0001 ";
        String datagram =
                "60000000 0060 11 40" + FROM + group + "1092 0035 0060 1234" + "00".repeat(88);
        assertEquals(1, counter(new Router6Fixture().decide(datagram), "Udp6IgnoredMulti"));
        Verdict tracked = filtered("forward", 0, TRACK).decide(datagram);
        assertEquals(1, counter(tracked, "Udp6InCsumErrors"));
        assertEquals(0, counter(tracked, "Udp6IgnoredMulti"));
    }

    /// The kept sum does not know that the hop limit changed; a short datagram is summed up anew.
    @Test
    void refusesALongDatagramWhoseHopLimitARuleWroteBehindTracking() {
        String write =
                "{'match':{'op':'!=','left':{'ct':{'key':'mark'}},'right':7}},"
                        + "{'mangle':{'key':{'payload':{'protocol':'ip6','field':'hoplimit'}},'value':5}}";
        assertEquals(
                1, counter(datagram(filtered("input", 0, write), 96, "92eb"), "Udp6InCsumErrors"));
        assertEquals(
                0, counter(datagram(filtered("input", 0, write), 16, "938b"), "Udp6InCsumErrors"));
        assertEquals(
                0, counter(datagram(filtered("input", 0, TRACK), 96, "92eb"), "Udp6InCsumErrors"));
    }

    private static Verdict datagram(Router6Fixture router, int length, String checksum) {
        String size = "%04x".formatted(length);
        Verdict verdict =
                router.decide(
                        "60000000 "
                                + size
                                + " 11 40"
                                + FROM
                                + TO_ETH0
                                + "1092 0035 "
                                + size
                                + checksum
                                + "00".repeat(length - 8));
        assertEquals(1 - counter(verdict, "Udp6InCsumErrors"), counter(verdict, "Udp6NoPorts"));
        return verdict;
    }

    /// They came behind a fragment header, and were not first then.
    @Test
    void doesNotKnowHopByHopOptionsThatTrackingLeavesInFirstPlace() {
        String packet =
                "60000000 001c 2c 40"
                        + FROM
                        + TO_ETH0
                        + "00 00 0000 00000007"
                        + "11 00 01 04 00000000"
                        + UDP;
        Verdict verdict = filtered("forward", 0, TRACK).decide(packet);
        assertEquals(
                DropReason.IP_NOPROTO,
                assertInstanceOf(Verdict.Refused.class, verdict).dropReason());
        byte[] error = verdict.trail().consequences().egress().getFirst().bytes();
        // Parameter problem, unrecognized next header, where the fixed header names it.
        assertEquals("0401", HexFormat.of().formatHex(error, 54, 56));
        assertEquals("00000006", HexFormat.of().formatHex(error, 58, 62));
    }

    /// Behind where the fragment header was, under the number that was next when it came in.
    @Test
    void readsTheFragmentWhereTrackingLeftIt() {
        String packet =
                "60000000 001c 3c 40"
                        + FROM
                        + TO_ETH0
                        + "2c 00 01 04 00000000"
                        + "11 00 0000 00000007"
                        + UDP;
        Verdict plain = new Router6Fixture().decide(packet);
        assertEquals(1, counter(plain, "Udp6InErrors"));
        // UDP is read as destination options that are longer than the packet.
        Verdict tracked = filtered("forward", 0, TRACK).decide(packet);
        assertEquals(
                "ipv6_destopt_rcv", assertInstanceOf(Verdict.Refused.class, tracked).function());
    }

    /// Of headers that end beyond the packet the kernel tracks what they name.
    @Test
    void tracksAPacketWhoseHeadersEndBeyondIt() {
        String invalid =
                "{'match':{'op':'in','left':{'ct':{'key':'state'}},'right':'invalid'}},{'drop':null}";
        String packet =
                "60000000 0010 2b 40"
                        + FROM
                        + TO_THE_WORLD
                        + "a4 40 00 00 00000000 0000000000000000";
        assertEquals("forward", filtered("forward", 0, invalid).decide(packet).kind());
    }

    private static Verdict decide(ForwardingPath path, String hex) {
        var frame = Router6Fixture.frame(hex);
        frame.arrivalNanos = 1_000_000_000_000L;
        return path.decide(frame, "eth0");
    }
}
