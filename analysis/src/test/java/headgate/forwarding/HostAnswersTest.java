package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.Effects.Drop;
import headgate.forwarding.Effects.NeighbourState;
import headgate.forwarding.EgressFrames.Kind;
import headgate.packet.Frame;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What frames make the host do, byte for byte; each test by its rule in `docs/forwarding.md`.
class HostAnswersTest {
    private static final String ETHERNET = "02 aa 00 00 00 00  02 bb 00 00 00 09  08 00\n";
    private static final String REPLY = "02bb00000009 02aa00000000 0800";

    private final RouterFixture router =
            new RouterFixture()
                    .sysctl("net.ipv4.icmp_echo_ignore_broadcasts", "1")
                    .document(
                            "sockets.txt",
                            """
                            == /proc/net/udp
                             1: 00000000:1388 00000000:0000 07 00000000:00000000 00:00000000
                            == /proc/net/tcp
                             1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000
                            """);

    private Verdict decide(String hex) {
        return router.decide("eth0", hex);
    }

    private static Verdict.Consequences consequences(Verdict verdict) {
        assertEquals("", verdict.trail().consequences().incomplete());
        return verdict.trail().consequences();
    }

    /// Frames that leave: kind, device, then the bytes in words of 32 bits behind the link layer.
    private static String egress(List<Verdict.EgressFrame> frames) {
        return frames.stream()
                .map(frame -> {
                    String hex = HexFormat.of().formatHex(frame.bytes());
                    String words = hex.substring(28).replaceAll("(.{1,8})", " $1");
                    return "%s %s %s %s %s%s"
                            .formatted(
                                    frame.kind(),
                                    frame.device(),
                                    hex.substring(0, 12),
                                    hex.substring(12, 24),
                                    hex.substring(24, 28),
                                    words);
                })
                .collect(Collectors.joining("\n"));
    }

    private static String egress(Verdict verdict) {
        return egress(consequences(verdict).egress());
    }

    private static List<Drop> drops(Verdict verdict) {
        return consequences(verdict).drops();
    }

    // ---- FW-14, FW-24: time exceeded ----

    @Test
    void quotesThePacketAsItCameWhenItsTimeIsUp() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                45 b8 00 1d  00 01 00 00  01 11 9e ff   # TOS b8, TTL 1
                                0a 00 00 09  08 08 08 08                # 10.0.0.9 > 8.8.8.8
                                10 92 00 35 00 09 00 00  21
                                """);
        assertEquals(
                "ICMP_ERROR eth0 "
                        + REPLY
                        // TOS d8, identification 0, from eth0's address
                        + " 45d80039 00000000 400165e3 0a000001 0a000009"
                        // 11/0
                        + " 0b00c32f 00000000"
                        + " 45b8001d 00010000 01119eff 0a000009 08080808 10920035 00090000 21",
                egress(verdict));
        assertEquals(1, verdict.trail().counters().get("IcmpMsg.OutType11"));
        assertEquals(Disposition.DENIED_OUT, verdict.trail().disposition());
    }

    // ---- FW-17: the neighbour ----

    @Test
    void asksInTheNameOfAnotherDeviceWhereItsOwnHasNoAddress() {
        router.document(
                "addr.json",
                """
                [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,
                  "address":"00:00:00:00:00:00","addr_info":[
                   {"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"},
                   {"family":"inet","local":"192.0.2.1","prefixlen":32,"scope":"global"}]},
                 {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:00","addr_info":[
                   {"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global"}]},
                 {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1400,
                  "address":"02:aa:00:00:00:01","addr_info":[]}]
                """);
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                45 00 00 1d  00 01 00 00  40 11 65 7a
                                0a 00 00 09  0a 00 01 4d                # to 10.0.1.77, on eth1
                                10 92 00 35 00 09 00 00  21
                                """);
        // From 192.0.2.1, which lo has.
        assertEquals(
                "ARP_REQUEST eth1 ffffffffffff 02aa00000001 0806"
                        + " 00010800 06040001 02aa0000 0001c000 02010000 00000000 0a00014d",
                egress(verdict));
    }

    // ---- Resets ----

    @Test
    void clearsCongestionMarksInResets() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                45 1e 00 28  00 01 00 00  40 06 66 a8   # DSCP 7, ECT(0)
                                0a 00 00 09  0a 00 00 01
                                10 92 00 35 00 00 00 01  00 00 00 02  50 10 04 00  87 01 00 00
                                """);
        assertEquals("451c0028", egress(verdict).split(" ")[5], () -> egress(verdict));
    }

    @Test
    void triesToResetWhatReachesAListenerByABroadcastAddress() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                45 00 00 28  00 01 00 00  40 06 65 c8
                                0a 00 00 09  0a 00 00 ff                # to 10.0.0.255
                                10 92 00 50 00 00 00 01  00 00 00 02  50 10 04 00  85 e8 00 00
                                """);
        assertEquals("", egress(verdict));
        assertEquals(1, verdict.trail().counters().get("Tcp.OutRsts"));
        assertEquals(1, verdict.trail().counters().get("Tcp.OutSegs"));
    }

    @Test
    void asksForALinkAddressAndTellsTheSourceIfNobodyAnswers() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                45 00 00 1d  00 01 00 00  40 11 65 7a
                                0a 00 00 09  0a 00 01 4d                # to 10.0.1.77, on eth1
                                10 92 00 35 00 09 00 00  21
                                """);
        assertInstanceOf(Verdict.Pending.class, verdict);
        assertEquals(
                "ARP_REQUEST eth1 ffffffffffff 02aa00000001 0806"
                        + " 00010800 06040001 02aa0000 00010a00 01010000 00000000 0a00014d",
                egress(verdict));
        String later = egress(consequences(verdict).onNeighbourFailed());
        // 3/1, with the time to live as it would have left: 3f
        assertTrue(later.startsWith("ICMP_ERROR eth0 " + REPLY + " 45c00039 "), later);
        assertTrue(later.contains(" 0301"), later);
        assertTrue(later.contains(" 4500001d 00010000 3f11667a "), later);
        assertEquals(1, verdict.trail().counters().get("Ip.OutTransmits"));
        assertEquals(Disposition.NEIGHBOR_UNREACHABLE, verdict.trail().disposition());
    }

    // ---- FW-15: fragments ----

    @Test
    void leavesInFragmentsWithoutOptionsThatAreNotCopied() {
        byte[] bytes = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 64, 1420, 17, 0);
        bytes[14] = 0x46;
        bytes[34] = 7;
        bytes[35] = 3;
        bytes[36] = 4;
        bytes[24] = (byte) 0x54;
        bytes[25] = (byte) 0x3a;
        Frame frame = RouterFixture.frame(bytes);
        var segment = frame.bytes;
        int sum = headgate.packet.Checksum.sum(segment, 14, 24);
        int field = (bytes[24] & 255) << 8 | bytes[25] & 255;
        int right = ~((sum + (~field & 0xffff)) % 0xffff) & 0xffff;
        bytes[24] = (byte) (right >>> 8);
        bytes[25] = (byte) right;
        List<Verdict.EgressFrame> frames =
                consequences(router.path().decide(frame, "eth0")).egress();
        assertEquals(2, frames.size());
        String first = HexFormat.of().formatHex(frames.get(0).bytes());
        String second = HexFormat.of().formatHex(frames.get(1).bytes());
        // 1376 bytes of data fit 1400; MF
        assertEquals("460005780000" + "2000", first.substring(28, 44));
        assertEquals("07030400", first.substring(68, 76));
        assertEquals("4600002c0000" + "00ac", second.substring(28, 44));
        assertEquals("01010100", second.substring(68, 76));
    }

    // ---- FW-10: options ----

    @Test
    void recordsItselfOnTheRoute() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                47 00 00 1c  00 01 00 00  40 11 53 b1
                                0a 00 00 09  08 08 08 08
                                07 07 04 00 00 00 00  00                # record route, one place
                                """);
        // the way out: eth1's address
        assertEquals(
                "FORWARD eth1 02bb00010002 02aa00000001 0800"
                        + " 4700001c 00010000 3f114fa6 0a000009 08080808 0707080a 00010100",
                egress(verdict));
    }

    @Test
    void pointsAtTheByteOfAnOptionThatIsMalformed() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                46 00 00 18  00 01 00 00  40 11 54 ba
                                0a 00 00 09  08 08 08 08
                                07 02 04 00                             # record route of 2 bytes
                                """);
        String answer = egress(verdict);
        // 12/0, pointer 21
        assertTrue(answer.contains(" 0c00"), answer);
        assertTrue(answer.contains(" 15000000 46000018 "), answer);
        assertEquals(DropReason.IP_INHDR, drops(verdict).getFirst().reason());
    }

    // ---- FW-18: ARP ----

    private static final String QUESTION =
            """
            ff ff ff ff ff ff  02 bb 00 00 00 37  08 06
            00 01 08 00 06 04 00 01                 # request
            02 bb 00 00 00 37  0a 00 00 37          # by 10.0.0.55
            00 00 00 00 00 00  0a 00 00 01          # for eth0's address
            """;

    @Test
    void answersWhoAsksForItsLinkAddressAndLearnsTheirs() {
        Verdict verdict = decide(QUESTION);
        assertInstanceOf(Verdict.Consumed.class, verdict);
        assertEquals(
                "ARP_REPLY eth0 02bb00000037 02aa00000000 0806"
                        + " 00010800 06040002 02aa0000 00000a00 000102bb 00000037 0a000037",
                egress(verdict));
        Effects.NeighbourChange change = consequences(verdict).neighbourChanges().getFirst();
        assertEquals("10.0.0.55", change.address());
        assertEquals(NeighbourState.STALE, change.state());
    }

    @Test
    void keepsSilentAboutOthersAddressesUnlessItStandsInForThem() {
        String elsewhere = QUESTION.replace("0a 00 00 01 ", "0a 00 01 4d ");
        assertEquals("", egress(decide(elsewhere)));
        router.conf("eth0", "proxy_arp", 1);
        assertTrue(egress(decide(elsewhere)).startsWith("ARP_REPLY eth0 "));
        router.conf("eth0", "arp_ignore", 8);
        assertEquals("", egress(decide(QUESTION)));
    }

    @Test
    void sendsToWhomItLearnedOf() {
        ForwardingPath path = router.path();
        Frame packet = RouterFixture.packet("10.0.1.2", "10.0.0.55", 64, 60);
        assertInstanceOf(Verdict.Pending.class, path.decide(packet, "eth0"));
        path.decide(RouterFixture.frame(QUESTION), "eth0");
        assertInstanceOf(Verdict.Forward.class, path.decide(packet, "eth0"));
        var saved = new ForwardingState();
        path.state().drainChanged(saved::restore);
        assertInstanceOf(
                Verdict.Forward.class,
                new ForwardingPath(path.host(), saved).decide(packet, "eth0"));
    }

    // ---- FW-19: fragments for the host ----

    private static Frame fragment(int offset, boolean more) {
        int field = (more ? 0x2000 : 0) | offset / 8;
        byte[] bytes = RouterFixture.packetBytes("10.0.0.9", "10.0.0.1", 64, 36, 132, field);
        return RouterFixture.frame(bytes);
    }

    @Test
    void putsFragmentsTogetherInWhateverOrder() {
        ForwardingPath path = router.path();
        assertInstanceOf(Verdict.Reassembling.class, path.decide(fragment(32, false), "eth0"));
        assertInstanceOf(Verdict.Reassembling.class, path.decide(fragment(0, true), "eth0"));
        Verdict again = path.decide(fragment(0, true), "eth0");
        assertEquals(
                List.of(new Drop(DropReason.DUP_FRAG, "ip_defrag", Skb.ETH_P_IP)), drops(again));
        Verdict overlap = path.decide(fragment(8, true), "eth0");
        assertEquals(1, overlap.trail().counters().get("IpExt.ReasmOverlaps"));
        path.decide(fragment(0, true), "eth0");
        Verdict done = path.decide(fragment(16, false), "eth0");
        assertInstanceOf(Verdict.Local.class, done);
        assertEquals(1, done.trail().counters().get("Ip.ReasmOKs"));
        // nobody speaks SCTP: 3/2, quoting a packet of 52 bytes that is not a fragment
        assertTrue(egress(done).contains(" 45000034 00000000 "), egress(done));
    }

    @Test
    void forgetsFragmentsThatWaitTooLong() {
        ForwardingPath path = router.path();
        Frame first = fragment(0, true);
        path.decide(first, "eth0");
        Frame last = fragment(16, false);
        last.arrivalNanos = 31_000_000_000L;
        assertInstanceOf(Verdict.Reassembling.class, path.decide(last, "eth0"));
        assertEquals(1, path.state().fragmentsExpired());
    }

    @Test
    void refusesFragmentsBeyondTheLimitOfBytes() {
        router.sysctl("net.ipv4.ipfrag_high_thresh", "0");
        ForwardingPath path = router.path();
        path.decide(fragment(0, true), "eth0");
        byte[] other = RouterFixture.packetBytes("10.0.0.8", "10.0.0.1", 64, 36, 132, 0x2000);
        Verdict refused = path.decide(RouterFixture.frame(other), "eth0");
        assertEquals(1, refused.trail().counters().get("Ip.ReasmFails"));
        assertEquals(1, path.state().fragmentsRefused());
    }

    // ---- FW-20: UDP ----

    private static final String DATAGRAM =
            ETHERNET
                    + """
                    45 00 00 1d  00 01 00 00  40 11 66 c6   # 10.0.0.9 > 10.0.0.1
                    0a 00 00 09  0a 00 00 01
                    10 92 13 88 00 09 00 00  21             # to port 5000, no checksum
                    """;

    @Test
    void deliversDatagramsToTheSocketOfTheirPort() {
        Effects.Delivery delivery = consequences(decide(DATAGRAM)).deliveries().getFirst();
        assertEquals("udp", delivery.socket().kind());
        assertEquals(1, delivery.lengthBytes());
        assertEquals("10.0.0.9", delivery.source());
        assertEquals(0x1092, delivery.sourcePort());
    }

    @Test
    void tellsThatAPortIsClosed() {
        Verdict verdict = decide(DATAGRAM.replace("13 88", "13 89"));
        assertTrue(egress(verdict).contains(" 0303"), egress(verdict));
        assertEquals(
                List.of(new Drop(DropReason.NO_SOCKET, "__udp4_lib_rcv", Skb.ETH_P_IP)),
                drops(verdict));
        router.document("sockets.txt", null);
        Verdict unknown = decide(DATAGRAM);
        assertInstanceOf(Verdict.Local.class, unknown);
        assertTrue(unknown.trail().consequences().incomplete().contains("sockets.txt"));
    }

    @Test
    void refusesDatagramsWhoseLengthOrSumIsWrong() {
        Verdict tooLong = decide(DATAGRAM.replace("13 88 00 09", "13 88 00 0a"));
        assertEquals(DropReason.PKT_TOO_SMALL, drops(tooLong).getFirst().reason());
        Verdict sum = decide(DATAGRAM.replace("00 09 00 00", "00 09 00 01"));
        assertEquals(DropReason.UDP_CSUM, drops(sum).getFirst().reason());
        assertEquals(1, sum.trail().counters().get("Udp.InCsumErrors"));
    }

    // ---- FW-21: TCP ----

    private static String segment(String port, String flags, String sum) {
        return ETHERNET
                + """
                45 00 00 28  00 01 00 00  40 06 66 c6
                0a 00 00 09  0a 00 00 01
                """
                + "04 d2 "
                + port
                + " 00 00 00 07 00 00 00 09 50 "
                + flags
                + " 04 00 "
                + sum
                + " 00 00";
    }

    @Test
    void resetsConnectionsToClosedPorts() {
        Verdict verdict = decide(segment("00 51", "02", "92 a6"));
        assertEquals(
                "TCP_RESET eth0 "
                        + REPLY
                        // DF
                        + " 45000028 00004000 400626c7 0a000001 0a000009"
                        // acknowledges the SYN; RST and ACK
                        + " 005104d2 00000000 00000008 50140000 969c0000",
                egress(verdict));
        assertEquals(DropReason.NO_SOCKET, drops(verdict).getFirst().reason());
        assertEquals("", egress(decide(segment("00 51", "04", "92 a4"))));
    }

    @Test
    void acceptsConnectionsToListeners() {
        Verdict verdict = decide(segment("00 50", "02", "92 a7"));
        assertEquals(
                "SYN_ACK eth0 "
                        + REPLY
                        + " 4500002c 00004000 400626c3 0a000001 0a000009"
                        // window 64240, MSS 1460
                        + " 005004d2 00000000 00000008 6012faf0 83f20000 020405b4",
                egress(verdict));
        Verdict ack = decide(segment("00 50", "10", "92 99"));
        assertEquals(
                List.of(new Drop(DropReason.TCP_FLAGS, "tcp_v4_do_rcv", Skb.ETH_P_IP)), drops(ack));
        assertTrue(egress(ack).contains(" 50040000 "), egress(ack));
    }

    /// A first segment from 10.0.0.9 port 1234 with its options; 60 bytes.
    private static final String SYN =
            ETHERNET
                    + """
                    45 00 00 3c  00 01 00 00  40 06 66 b2
                    0a 00 00 09  0a 00 00 01
                    """;

    private static final String SYN_WITH_OPTIONS =
            SYN
                    + """
                    04 d2 00 50  00 00 00 07  00 00 00 00
                    a0 c2 04 00  2a 0d 00 00                # SYN, ECE, CWR
                    02 04 05 b4  04 02                      # segments of 1460, selective
                    08 0a 00 00 00 01 00 00 00 00           # time stamp 1
                    01 03 03 07                             # scale 7
                    """;

    @Test
    void answersTheOptionsOfFirstSegments() {
        router.sysctl("net.ipv4.tcp_rmem", "4096\t131072\t6291456");
        assertEquals(
                "SYN_ACK eth0 "
                        + REPLY
                        + " 4500003c 00004000 400626b3 0a000001 0a000009"
                        // SYN, ACK and ECE; window 65160, 45 segments of 1448
                        + " 005004d2 00000000 00000008 a052fe88 2ff30000"
                        // segments of 1460; selective, time stamp 1 echoed; scale 7
                        + " 020405b4 0402080a 00000000 00000001 01030307",
                egress(decide(SYN_WITH_OPTIONS)));
    }

    @Test
    void answersOnlyTheOptionsThatItsSettingsAllow() {
        router.sysctl("net.ipv4.tcp_rmem", "4096\t131072\t6291456")
                .sysctl("net.ipv4.tcp_timestamps", "0")
                .sysctl("net.ipv4.tcp_sack", "0")
                .sysctl("net.ipv4.tcp_ecn", "0");
        String answer = egress(decide(SYN_WITH_OPTIONS));
        assertTrue(answer.contains(" 7012faf0 "), answer);
        assertTrue(answer.endsWith(" 020405b4 01030307"), answer);
    }

    @Test
    void doesNotGuessTheScaleOfItsWindow() {
        Verdict verdict = decide(SYN_WITH_OPTIONS);
        assertTrue(verdict.trail().consequences().incomplete().contains("tcp_rmem"));
    }

    private static String signed(String port, String sum, String option) {
        return SYN
                + "04 d2 "
                + port
                + " 00 00 00 07 00 00 00 00 a0 02 04 00 "
                + sum
                + " 00 00 "
                + option
                + " 00".repeat(18);
    }

    @Test
    void doesNotAnswerSignedSegmentsWithoutAKey() {
        Verdict closed = decide(signed("00 51", "2f 89", "13 12"));
        assertEquals("", egress(closed));
        assertEquals(DropReason.NO_SOCKET, drops(closed).getFirst().reason());
        Verdict open = decide(signed("00 50", "2f 8a", "13 12"));
        assertEquals(DropReason.TCP_MD5UNEXPECTED, drops(open).getFirst().reason());
        assertEquals(1, open.trail().counters().get("TcpExt.TCPMD5Unexpected"));
        // An option of one byte, where a signature would have room.
        Verdict broken = decide(signed("00 50", "f5 9a", "4d 01"));
        assertEquals(DropReason.TCP_AUTH_HDR, drops(broken).getFirst().reason());
    }

    @Test
    void tellsFromTheDummyAddressWhereItHasNone() {
        router.document(
                        "addr.json",
                        """
                        [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,
                          "address":"00:00:00:00:00:00","addr_info":[
                           {"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"}]},
                         {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,
                          "address":"02:aa:00:00:00:00","addr_info":[]},
                         {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1400,
                          "address":"02:aa:00:00:00:01","addr_info":[]}]
                        """)
                .document(
                        "route4.json",
                        """
                        [{"dst":"default","dev":"eth1","scope":"link"},
                         {"dst":"10.0.0.0/24","dev":"eth0","scope":"link"}]
                        """);
        String answer =
                egress(
                        decide(
                                ETHERNET
                                        + """
                                        45 00 00 1c  00 01 00 00  01 11 9f b8   # TTL 1
                                        0a 00 00 09  08 08 08 08
                                        00 01 00 02 00 08 e5 c2
                                        """));
        // From 192.0.0.8.
        assertTrue(answer.contains(" c0000008 0a000009 0b00"), answer);
    }

    // ---- FW-22: ICMP ----

    @Test
    void looksAtWhomAMessageWasSentToBeforeItsType() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                45 00 00 1c  00 01 00 00  40 01 65 d9
                                0a 00 00 09  0a 00 00 ff                # to everybody
                                c8 00 37 ff 00 00 00 00                 # type 200
                                """);
        assertEquals(DropReason.INVALID_PROTO, drops(verdict).getFirst().reason());
    }

    @Test
    void answersEchoRequestsWithTheirTypeOfService() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                45 03 00 20  00 01 00 00  40 01 66 d0
                                0a 00 00 09  0a 00 00 01
                                08 00 2f 22 00 01 00 02  61 62 67 78
                                """);
        assertEquals(
                "ECHO_REPLY eth0 "
                        + REPLY
                        + " 45030020 00000000 400166d1 0a000001 0a000009"
                        + " 00003722 00010002 61626778",
                egress(verdict));
    }

    // ---- FW-23: other protocols, IGMP ----

    @Test
    void tellsThatNobodySpeaksAProtocol() {
        Verdict verdict =
                decide(
                        ETHERNET
                                + """
                                45 00 00 18  00 01 00 00  40 84 66 58   # SCTP
                                0a 00 00 09  0a 00 00 01  00 00 00 00
                                """);
        assertTrue(egress(verdict).contains(" 0302"), egress(verdict));
        assertEquals(1, verdict.trail().counters().get("Ip.InUnknownProtos"));
    }

    // ---- Dispositions ----

    @Test
    void namesDispositionsAsReachabilityToolsDo() {
        assertEquals(Disposition.ACCEPTED, decide(DATAGRAM).trail().disposition());
        assertEquals(Disposition.EXITS_NETWORK, disposition(router, "8.8.8.8"));
        assertEquals(
                Disposition.NO_ROUTE, disposition(new RouterFixture().routes("{}"), "8.8.8.8"));
        var blackhole =
                new RouterFixture().routes("{\"type\":\"blackhole\",\"dst\":\"8.0.0.0/8\"}");
        assertEquals(Disposition.NULL_ROUTED, disposition(blackhole, "8.8.8.8"));
        var strict = new RouterFixture().conf("eth0", "rp_filter", 1);
        Frame elsewhere = RouterFixture.packet("10.0.1.77", "8.8.8.8", 64, 60);
        assertEquals(
                Disposition.DENIED_IN,
                strict.path().decide(elsewhere, "eth0").trail().disposition());
        assertEquals(
                Kind.FORWARD,
                consequences(
                                router.path()
                                        .decide(
                                                RouterFixture.packet(
                                                        "10.0.1.2", "10.0.0.9", 64, 60),
                                                "eth0"))
                        .egress()
                        .getFirst()
                        .kind());
    }

    private static Disposition disposition(RouterFixture router, String destination) {
        Frame frame = RouterFixture.packet("10.0.0.9", destination, 64, 60);
        return router.path().decide(frame, "eth0").trail().disposition();
    }
}
