package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.EgressFrames.Kind;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The FW6 rules, one packet each; the recorded kernel is asked in the system tests.
class Ip6PathTest {
    private static final String FROM = "2001 0db8 0000 0000 0000 0000 0000 0009 ";
    private static final String TO_THE_WORLD = "2a00 0000 0000 0000 0000 0000 0000 0005 ";
    private static final String TO_ETH0 = "2001 0db8 0000 0000 0000 0000 0000 0001 ";
    private static final String FROM_LINK_LOCAL = "fe80 0000 0000 0000 0000 0000 0000 0009 ";

    /// UDP from port 4242 to 53, with four bytes that nobody looks at.
    private static final String UDP = "1092 0035 000c 0000 00000000";

    private static Verdict decide(String hex) {
        return new Router6Fixture().decide(hex);
    }

    private static Verdict.Refused refused(Verdict verdict) {
        assertTrue(verdict instanceof Verdict.Refused, verdict::toString);
        return (Verdict.Refused) verdict;
    }

    private static Verdict.EgressFrame only(Verdict verdict, Kind kind) {
        List<Verdict.EgressFrame> egress = verdict.trail().consequences().egress();
        assertEquals(List.of(kind), egress.stream().map(Verdict.EgressFrame::kind).toList());
        return egress.getFirst();
    }

    private static String hex(Verdict.EgressFrame frame, int from, int to) {
        return HexFormat.of().formatHex(frame.bytes(), from, to);
    }

    private static int counter(Verdict verdict, String name) {
        return verdict.trail().counters().getOrDefault(name, 0);
    }

    @Test
    void forwardsWithOneHopLess() {
        Verdict verdict = decide("60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP);
        assertTrue(verdict instanceof Verdict.Forward, verdict::toString);
        Verdict.EgressFrame frame = only(verdict, Kind.FORWARD);
        assertEquals("eth1", frame.device());
        // To the router's MAC, from eth1's, hop limit 63.
        assertEquals("02bb00010002" + "02aa00000001" + "86dd", hex(frame, 0, 14));
        assertEquals("3f", hex(frame, 21, 22));
        assertEquals(1, counter(verdict, "Ip6OutForwDatagrams"));
    }

    @Test
    void tellsTheSourceThatThePacketsHopsAreSpent() {
        Verdict verdict = decide("60000000 000c 11 01" + FROM + TO_THE_WORLD + UDP);
        assertEquals(DropReason.IP_INHDR, refused(verdict).dropReason());
        assertEquals(Verdict.Reason.TTL_EXPIRED, refused(verdict).reason());
        Verdict.EgressFrame frame = only(verdict, Kind.ICMP_ERROR);
        assertEquals("02bb00000009", hex(frame, 0, 6));
        // Type 3, code 0; the packet is quoted with the hop limit that it came with.
        assertEquals("0300", hex(frame, 54, 56));
        assertEquals("01", hex(frame, 69, 70));
        assertEquals(1, counter(verdict, "Icmp6OutTimeExcds"));
    }

    private static Router6Fixture withoutDefaultRoute() {
        return new Router6Fixture().routes();
    }

    private static final String FROM_AFAR = "fd00 0000 0000 0000 0000 0000 0000 0005 ";

    @Test
    void countsAnEchoRequestToWhichThereIsNoWayBack() {
        Verdict verdict =
                withoutDefaultRoute()
                        .decide(
                                "60000000 0008 3a 40"
                                        + FROM_AFAR
                                        + TO_ETH0
                                        + "8000 54fb 0001 0001");
        assertEquals(
                "[NOT_SPECIFIED icmpv6_rcv]",
                verdict.trail().consequences().drops().stream()
                        .map(drop -> drop.reason() + " " + drop.function())
                        .toList()
                        .toString());
        assertEquals(1, counter(verdict, "Ip6OutNoRoutes"));
        assertEquals(1, counter(verdict, "Icmp6InEchos"));
    }

    @Test
    void countsAnErrorOfLimitedRateToWhichThereIsNoWayBack() {
        String spent = "60000000 000c 11 01" + FROM_AFAR + TO_ETH1_NET + UDP;
        Verdict limited = withoutDefaultRoute().decide(spent);
        assertEquals(1, counter(limited, "Ip6OutNoRoutes"));
        assertEquals(1, counter(limited, "Icmp6OutRateLimitHost"));
        Verdict unlimited =
                withoutDefaultRoute().sysctl("net.ipv6.icmp.ratemask", "255").decide(spent);
        assertEquals(1, counter(unlimited, "Ip6OutNoRoutes"));
        assertEquals(0, counter(unlimited, "Icmp6OutRateLimitHost"));
    }

    private static final String TO_ETH1_NET = "2001 0db8 0001 0000 0000 0000 0000 0002 ";

    @Test
    void takesNothingFromADeviceWhoseMtuIsTooSmallForIpv6() {
        Verdict verdict =
                new Router6Fixture()
                        .document(
                                "addr.json",
                                """
                                [{"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1279,
                                  "address":"02:aa:00:00:00:00","addr_info":[]},
                                 {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1400,
                                  "address":"02:aa:00:00:00:01","addr_info":[]}]
                                """)
                        .decide("60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP);
        assertEquals(DropReason.NOT_SPECIFIED, refused(verdict).dropReason());
        assertEquals(1, counter(verdict, "Ip6InDiscards"));
    }

    @Test
    void looksAtTheChecksumsOfShortDatagramsBeforeItLooksForASocket() {
        String group = "ff02 0000 0000 0000 0000 0000 0000 0001 ";
        Verdict verdict =
                new Router6Fixture()
                        .path()
                        .decide(
                                Router6Fixture.frame(
                                        "333300000001 02bb00000009 86dd 60000000 000c 11 40"
                                                + FROM
                                                + group
                                                + "1092 0035 000c 1234 00000000"),
                                "eth0");
        assertEquals(1, counter(verdict, "Udp6InCsumErrors"));
        assertEquals(0, counter(verdict, "Udp6IgnoredMulti"));
    }

    private static List<String> drops(Verdict verdict) {
        return verdict.trail().consequences().drops().stream()
                .map(drop -> drop.reason() + " " + drop.function())
                .toList();
    }

    @Test
    void looksForASocketBeforeItRefusesADatagramWithoutChecksum() {
        String group = "ff02 0000 0000 0000 0000 0000 0000 0001 ";
        Verdict toGroup =
                new Router6Fixture()
                        .path()
                        .decide(
                                Router6Fixture.frame(
                                        "333300000001 02bb00000009 86dd 60000000 000c 11 40"
                                                + FROM
                                                + group
                                                + UDP),
                                "eth0");
        assertEquals(1, counter(toGroup, "Udp6IgnoredMulti"));
        Verdict toHost = decide("60000000 000c 11 40" + FROM + TO_ETH0 + UDP);
        assertEquals(List.of("NO_SOCKET __udp6_lib_rcv"), drops(toHost));
        assertEquals(1, counter(toHost, "Udp6InCsumErrors"));
    }

    @Test
    void refusesASecondFragmentHeader() {
        // Both say that they are all there is.
        String headers = "2c 00 0000 00000001  11 00 0000 00000002 ";
        Verdict verdict = decide("60000000 001c 2c 40" + FROM + TO_ETH0 + headers + UDP);
        assertEquals(List.of("NOT_SPECIFIED ipv6_frag_rcv"), drops(verdict));
        assertEquals(1, counter(verdict, "Ip6ReasmReqds"));
        // 4/0, pointing at the second one.
        Verdict.EgressFrame frame = only(verdict, Kind.ICMP_ERROR);
        assertEquals("0400", hex(frame, 54, 56));
        assertEquals("00000030", hex(frame, 58, 62));
    }

    @Test
    void refusesMeasurementsThatAreNotAligned() {
        String option = "31 02 0000 ";
        String unaligned = "11 00 " + option + "01 00 ";
        assertEquals(
                DropReason.IP_INHDR,
                refused(decide("60000000 0014 00 40" + FROM + TO_THE_WORLD + unaligned + UDP))
                        .dropReason());
        String aligned = "11 00 01 00 " + option;
        Verdict verdict = decide("60000000 0014 00 40" + FROM + TO_THE_WORLD + aligned + UDP);
        assertTrue(verdict instanceof Verdict.Forward, verdict::toString);
    }

    @Test
    void answersFirstSegmentsToListeners() {
        var path =
                new Router6Fixture()
                        .document(
                                "sockets.txt",
                                """
                                == /proc/net/tcp6
                                 1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
                                """)
                        .sysctl("net.ipv4.tcp_rmem", "4096\t131072\t6291456")
                        .path();
        // Port 1234 to 80: SYN, ECE, CWR; segments of 1460, selective, time stamp 1, scale 7.
        String syn =
                "04d2 0050 00000007 00000000 a0c2 0400 e29a 0000"
                        + " 020405b4 0402 080a 00000001 00000000 01 030307";
        Verdict verdict =
                path.decide(
                        Router6Fixture.frame(
                                "02aa00000000 02bb00000009 86dd 60000000 0028 06 40"
                                        + FROM
                                        + TO_ETH0
                                        + syn),
                        "eth0");
        Verdict.EgressFrame frame = only(verdict, Kind.SYN_ACK);
        // Acknowledges 7; SYN, ACK, ECE; window 64260, 45 segments of 1428 bytes.
        assertEquals("005004d2" + "00000000" + "00000008" + "a052fb04", hex(frame, 54, 70));
        // Segments of 1440; selective, time stamp 1 echoed; scale 7.
        assertEquals("020405a0" + "0402080a00000000" + "00000001" + "01030307", hex(frame, 74, 94));
        // A reset that fits it ends it; anything else belongs to a connection.
        Verdict again =
                path.decide(
                        Router6Fixture.frame(
                                "02aa00000000 02bb00000009 86dd 60000000 0028 06 40"
                                        + FROM
                                        + TO_ETH0
                                        + syn),
                        "eth0");
        assertTrue(again instanceof Verdict.Incomplete, again::toString);
    }

    @Test
    void asksForANeighbourOnceForAllThatWaits() {
        // The packet, and the redirect that its source is told, wait for one address.
        String neighbour = "2001 0db8 0000 0000 0000 0000 0000 0022 ";
        Verdict verdict = decide("60000000 000c 11 40" + neighbour + neighbour + UDP);
        only(verdict, Kind.NEIGHBOUR_SOLICITATION);
        assertEquals(1, counter(verdict, "Icmp6OutNeighborSolicits"));
    }

    @Test
    void asksForNeighboursFromTheLinkLocalAddressItHasHadForLongest() {
        var path =
                new Router6Fixture()
                        .document(
                                "addr.json",
                                """
                                [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,
                                  "address":"00:00:00:00:00:00","addr_info":[]},
                                 {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,
                                  "address":"02:aa:00:00:00:00","addr_info":[
                                   {"family":"inet6","local":"fe80::7","prefixlen":64,"scope":"link"},
                                   {"family":"inet6","local":"fe80::1:0","prefixlen":64,"scope":"link"}]}]
                                """)
                        .path();
        assertEquals(
                "fe80::1:0",
                Inet6.format(
                        path.host().device("eth0").inet6().linkLocal().high(),
                        path.host().device("eth0").inet6().linkLocal().low()));
    }

    @Test
    void refusesHeadersThatCannotBe() {
        assertEquals(
                DropReason.UNHANDLED_PROTO,
                refused(decide("50000000 000c 11 40" + FROM + TO_THE_WORLD + UDP)).dropReason());
        assertEquals(
                DropReason.PKT_TOO_SMALL,
                refused(decide("60000000 000d 11 40" + FROM + TO_THE_WORLD + UDP)).dropReason());
        String loopback = "0000 0000 0000 0000 0000 0000 0000 0001 ";
        assertEquals(
                DropReason.IP_INHDR,
                refused(decide("60000000 000c 11 40" + loopback + TO_THE_WORLD + UDP))
                        .dropReason());
        String group = "ff02 0000 0000 0000 0000 0000 0000 0001 ";
        assertEquals(
                DropReason.IP_INHDR,
                refused(decide("60000000 000c 11 40" + group + TO_THE_WORLD + UDP)).dropReason());
    }

    @Test
    void dropsLinkLayerPadding() {
        Verdict verdict = decide("60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP + "ffff");
        assertEquals(14 + 52, only(verdict, Kind.FORWARD).bytes().length);
        assertEquals(54, counter(verdict, "Ip6InOctets"));
        assertEquals(52, counter(verdict, "Ip6OutOctets"));
    }

    @Test
    void keepsLinkLocalSourcesOnTheirLink() {
        Verdict verdict = decide("60000000 000c 11 40" + FROM_LINK_LOCAL + TO_THE_WORLD + UDP);
        assertEquals(DropReason.IP_INADDRERRORS, refused(verdict).dropReason());
        assertEquals(Verdict.Reason.MARTIAN, refused(verdict).reason());
        // Its link address is not known: the error waits, and is asked for.
        only(verdict, Kind.NEIGHBOUR_SOLICITATION);
    }

    @Test
    void tellsTheMtuInsteadOfFragmenting() {
        String payload = "00".repeat(1401 - 40);
        Verdict verdict = decide("60000000 0551 11 40" + FROM + TO_THE_WORLD + payload);
        assertEquals(DropReason.PKT_TOO_BIG, refused(verdict).dropReason());
        Verdict.EgressFrame frame = only(verdict, Kind.ICMP_ERROR);
        // Type 2, MTU 1400; no longer than the smallest MTU.
        assertEquals("0200", hex(frame, 54, 56));
        assertEquals("00000578", hex(frame, 58, 62));
        assertEquals(14 + 1280, frame.bytes().length);
    }

    @Test
    void answersEchoRequests() {
        // Type 128, checksum, identifier 1, sequence 1.
        Verdict verdict = decide("60000000 0008 3a 40" + FROM + TO_ETH0 + "80 00 24 3f 0001 0001");
        Verdict.EgressFrame frame = only(verdict, Kind.ECHO_REPLY);
        assertEquals("8100233f00010001", hex(frame, 54, 62));
        assertEquals(1, counter(verdict, "Icmp6OutEchoReplies"));
    }

    @Test
    void refusesAWrongIcmpChecksum() {
        Verdict verdict = decide("60000000 0008 3a 40" + FROM + TO_ETH0 + "80 00 00 00 0001 0001");
        assertEquals(
                DropReason.ICMP_CSUM, verdict.trail().consequences().drops().getFirst().reason());
        assertEquals(1, counter(verdict, "Icmp6InCsumErrors"));
    }

    @Test
    void pointsAtAnOptionThatItDoesNotKnow() {
        // Hop-by-hop: next header UDP, option 0x9e (tell the source), four bytes.
        Verdict verdict =
                decide("60000000 0014 00 40" + FROM + TO_THE_WORLD + "11 00 9e 04 00000000" + UDP);
        assertEquals(DropReason.UNHANDLED_PROTO, refused(verdict).dropReason());
        Verdict.EgressFrame frame = only(verdict, Kind.ICMP_ERROR);
        assertEquals("0402", hex(frame, 54, 56));
        assertEquals("0000002a", hex(frame, 58, 62));
    }

    @Test
    void doesNotLookAtDestinationOptionsOfOthers() {
        Verdict verdict =
                decide("60000000 0014 3c 40" + FROM + TO_THE_WORLD + "11 00 9e 04 00000000" + UDP);
        assertTrue(verdict instanceof Verdict.Forward, verdict::toString);
    }

    @Test
    void putsFragmentsForItselfTogether() {
        // Two fragments of an echo request of 24 bytes, the second one first.
        var router = new Router6Fixture().path();
        String head = "02aa00000000 02bb00000009 86dd 60000000 ";
        Verdict second =
                router.decide(
                        RouterFixture.frame(
                                head
                                        + "0010 2c 40"
                                        + FROM
                                        + TO_ETH0
                                        + "3a 00 0010 00000007"
                                        + "0000000000000000"),
                        "eth0");
        assertTrue(second instanceof Verdict.Reassembling, second::toString);
        Verdict whole =
                router.decide(
                        RouterFixture.frame(
                                head
                                        + "0018 2c 40"
                                        + FROM
                                        + TO_ETH0
                                        + "3a 00 0001 00000007"
                                        + "8000 242f 0001 0001 0000000000000000"),
                        "eth0");
        assertEquals(1, counter(whole, "Ip6ReasmOKs"));
        only(whole, Kind.ECHO_REPLY);
    }

    @Test
    void goesOnAfterARestartWhereItWas() {
        HostSnapshot host = new Router6Fixture().path().host();
        var state = new ForwardingState();
        var before = new ForwardingPath(host, state);
        String head = "02aa00000000 02bb00000009 86dd 60000000 ";
        String second = "3a 00 0010 00000007" + "0000000000000000";
        before.decide(RouterFixture.frame(head + "0010 2c 40" + FROM + TO_ETH0 + second), "eth0");
        // Six redirects at once for each address: all are spent.
        String toNeighbour = "2001 0db8 0000 0000 0000 0000 0000 0022 ";
        String shorter = head + "000c 11 40" + FROM + toNeighbour + UDP;
        for (int i = 0; i < 7; i++) {
            before.decide(RouterFixture.frame(shorter), "eth0");
        }
        var restored = new ForwardingState();
        state.drainChanged(restored::restore);
        var after = new ForwardingPath(host, restored);
        String first = "3a 00 0001 00000007" + "8000 242f 0001 0001 0000000000000000";
        Verdict whole =
                after.decide(
                        RouterFixture.frame(head + "0018 2c 40" + FROM + TO_ETH0 + first), "eth0");
        only(whole, Kind.ECHO_REPLY);
        assertEquals(
                0,
                counter(after.decide(RouterFixture.frame(shorter), "eth0"), "Icmp6OutRedirects"));
        var fresh = new ForwardingPath(host);
        assertEquals(
                1,
                counter(fresh.decide(RouterFixture.frame(shorter), "eth0"), "Icmp6OutRedirects"));
    }

    @Test
    void tellsTheSourceOfFragmentsThatWaitedInVain() {
        var router = new Router6Fixture().path();
        String head = "02aa00000000 02bb00000009 86dd 60000000 ";
        String first = "3a 00 0001 00000007" + "8000 242f 0001 0001 0000000000000000";
        router.decide(RouterFixture.frame(head + "0018 2c 40" + FROM + TO_ETH0 + first), "eth0");
        assertEquals(null, router.timeout(60_000_000_000L));
        Decision expired = router.timeout(60_000_000_001L);
        Verdict verdict = router.verdict(expired);
        assertEquals(DropReason.FRAG_REASM_TIMEOUT, refused(verdict).dropReason());
        assertEquals(1, counter(verdict, "Ip6ReasmTimeout"));
        // Type 3, code 1; the fragment is quoted with its fragment header.
        Verdict.EgressFrame frame = only(verdict, Kind.ICMP_ERROR);
        assertEquals("0301", hex(frame, 54, 56));
        assertEquals("2c40", hex(frame, 62 + 6, 62 + 8));
        assertEquals(null, router.timeout(60_000_000_001L));
    }

    @Test
    void advertisesItsLinkAddressToWhomAsks() {
        // Solicitation from 2001:db8::9 for 2001:db8::1, with its link address.
        String group = "ff02 0000 0000 0000 0000 0001 ff00 0001 ";
        Verdict verdict =
                new Router6Fixture()
                        .path()
                        .decide(
                                RouterFixture.frame(
                                        "3333ff000001 02bb00000009 86dd 60000000 0020 3a ff"
                                                + FROM
                                                + group
                                                + "8700 1b5e 00000000"
                                                + TO_ETH0
                                                + "0101 02bb00000009"),
                                "eth0");
        Verdict.EgressFrame frame = only(verdict, Kind.NEIGHBOUR_ADVERTISEMENT);
        // Type 136; router, solicited, override; its own link address.
        assertEquals("8800", hex(frame, 54, 56));
        assertEquals("e0000000", hex(frame, 58, 62));
        assertEquals("020102aa00000000", hex(frame, 78, 86));
    }

    @Test
    void answersForWhomItStandsIn() {
        var router =
                new Router6Fixture()
                        .document(
                                "neigh.json",
                                """
                                [{"dst":"2001:db8::77","dev":"eth0","proxy":null},
                                 {"dst":"2001:db8::9","dev":"eth0","lladdr":"02:bb:00:00:00:09","state":["STALE"]}]
                                """);
        String proxied = "2001 0db8 0000 0000 0000 0000 0000 0077 ";
        // Solicitations from 2001:db8::9 for 2001:db8::77, to itself and to its group.
        String alone = "60000000 0018 3a ff" + FROM + proxied + "8700 ee8a 00000000" + proxied;
        String group = "ff02 0000 0000 0000 0000 0001 ff00 0077 ";
        String toGroup =
                "3333ff000077 02bb00000009 86dd 60000000 0020 3a ff"
                        + FROM
                        + group
                        + "8700 1a72 00000000"
                        + proxied
                        + "0101 02bb00000009";
        assertTrue(router.decide(alone) instanceof Verdict.Pending, "proxy_ndp is off");
        router.conf("all", "proxy_ndp", 1);
        Verdict.EgressFrame frame = only(router.decide(alone), Kind.NEIGHBOUR_ADVERTISEMENT);
        // From eth0's address; solicited; no router, and nothing to override.
        assertEquals("20010db8000000000000000000000001", hex(frame, 22, 38));
        assertEquals("40000000", hex(frame, 58, 62));
        router.document(
                "maddr.json",
                "[{\"ifname\":\"eth0\",\"maddr\":[{\"family\":\"inet6\",\"address\":\"ff02::1:ff00:77\"}]}]");
        Verdict later = router.path().decide(RouterFixture.frame(toGroup), "eth0");
        assertEquals(List.of("NOT_SPECIFIED icmpv6_rcv"), drops(later));
        router.sysctl("net.ipv6.neigh.eth0.proxy_delay", "0");
        only(
                router.path().decide(RouterFixture.frame(toGroup), "eth0"),
                Kind.NEIGHBOUR_ADVERTISEMENT);
    }

    @Test
    void saysWhatAPacketDependsOnThatTheSnapshotDoesNotHave() {
        String packet = "60000000 000c 11 40" + FROM + TO_THE_WORLD + UDP;
        for (String missing : new String[] {"route6.json", "rule6.json", "neigh.json"}) {
            Verdict verdict = new Router6Fixture().document(missing, null).decide(packet);
            assertEquals(
                    "the snapshot has no " + missing,
                    verdict instanceof Verdict.Incomplete(String why, _) ? why : verdict.kind());
        }
    }

    @Test
    void redirectsSixTimesAtOnceAndThenEachSecond() {
        var path =
                new Router6Fixture()
                        .routes("{\"dst\":\"2a00::/16\",\"gateway\":\"fe80::9\",\"dev\":\"eth0\"}")
                        .path();
        var frame =
                RouterFixture.frame(
                        "02aa00000000 02bb00000009 86dd 60000000 000c 11 40"
                                + FROM
                                + TO_THE_WORLD
                                + UDP);
        int redirects = 0;
        for (int i = 0; i < 8; i++) {
            redirects += counter(path.decide(frame, "eth0"), "Icmp6OutRedirects");
        }
        assertEquals(6, redirects);
        frame.arrivalNanos += 1_000_000_000L;
        assertEquals(1, counter(path.decide(frame, "eth0"), "Icmp6OutRedirects"));
    }
}
