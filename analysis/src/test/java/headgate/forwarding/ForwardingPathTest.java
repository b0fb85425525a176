package headgate.forwarding;

import static headgate.forwarding.RouterFixture.packet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.Verdict.Reason;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The checks, each by its number in `docs/forwarding.md`.
class ForwardingPathTest {
    private static final String UDP_TO_THE_WORLD =
            """
            02 aa 00 00 00 00  02 bb 00 00 00 09  08 00   # to eth0
            45 00 00 21  00 00 00 00  40 11 60 b4         # 33 bytes, TTL 64, UDP
            0a 00 00 09  08 08 08 08                      # 10.0.0.9 > 8.8.8.8
            10 92 00 35 00 0d 00 00  68 65 6c 6c 6f       # 4242 > 53
            """;

    private static Verdict decide(RouterFixture router, Frame frame) {
        return router.path().decide(frame, "eth0");
    }

    private static Verdict.Refused refused(RouterFixture router, Frame frame) {
        return assertInstanceOf(Verdict.Refused.class, decide(router, frame));
    }

    private static Verdict.Refused refused(Frame frame) {
        return refused(new RouterFixture(), frame);
    }

    private static Verdict.Forward forwarded(RouterFixture router, Frame frame) {
        return assertInstanceOf(Verdict.Forward.class, decide(router, frame));
    }

    private static String why(RouterFixture router, Frame frame) {
        return assertInstanceOf(Verdict.Incomplete.class, decide(router, frame)).why();
    }

    private static Frame changed(int offset, int value) {
        byte[] bytes = RouterFixture.bytes(UDP_TO_THE_WORLD);
        bytes[offset] = (byte) value;
        return RouterFixture.frame(bytes);
    }

    /// A frame that leaves, in hex: link-layer header, then words of 32 bits.
    private static String egress(Verdict verdict, int index) {
        String hex =
                HexFormat.of()
                        .formatHex(verdict.trail().consequences().egress().get(index).bytes());
        return hex.substring(0, 12)
                + " "
                + hex.substring(12, 24)
                + " "
                + hex.substring(24, 28)
                + hex.substring(28).replaceAll("(.{1,8})", " $1");
    }

    private static void assertLast(String rule, Verdict verdict) {
        assertEquals(rule, verdict.trail().steps().getLast().rule());
    }

    @Test
    void forwardsToTheGatewayOfTheDefaultRoute() {
        Verdict.Forward verdict =
                forwarded(new RouterFixture(), RouterFixture.frame(UDP_TO_THE_WORLD));
        assertEquals("eth1", verdict.device());
        assertEquals("10.0.1.2", verdict.nextHop());
        assertEquals("02:bb:00:01:00:02", verdict.nextHopMac());
        assertEquals("default via 10.0.1.2 dev eth1 table 254", verdict.route().toString());
        assertLast("FW-17", verdict);
        assertEquals(
                Map.of(
                        "Ip.InReceives", 1,
                        "Ip.ForwDatagrams", 1,
                        "Ip.OutTransmits", 1,
                        "IpExt.InOctets", 33,
                        "IpExt.OutOctets", 33,
                        "IpExt.InNoECTPkts", 1),
                verdict.trail().counters());
    }

    // ---- FW-1 ----

    @Test
    void leavesUnknownEtherTypesToNobody() {
        Verdict.Refused verdict = refused(changed(12, 0x88));
        assertEquals(DropReason.UNHANDLED_PROTO, verdict.dropReason());
        assertLast("FW-1", verdict);
    }

    @Test
    void takesAFrameOfAnUnknownVlanForAnothers() {
        byte[] plain = RouterFixture.bytes(UDP_TO_THE_WORLD);
        byte[] tagged = new byte[plain.length + 4];
        System.arraycopy(plain, 0, tagged, 0, 12);
        System.arraycopy(RouterFixture.bytes("81 00 00 05"), 0, tagged, 12, 4);
        System.arraycopy(plain, 12, tagged, 16, plain.length - 12);
        assertEquals(DropReason.OTHERHOST, refused(RouterFixture.frame(tagged)).dropReason());
        tagged[15] = 0;
        forwarded(new RouterFixture(), RouterFixture.frame(tagged));
    }

    @Test
    void takesFramesOfALinkWithoutAddressesForItsOwn() {
        byte[] bytes = RouterFixture.bytes(UDP_TO_THE_WORLD);
        Frame frame = RouterFixture.frame(java.util.Arrays.copyOfRange(bytes, 14, bytes.length));
        frame.linkType = LinkType.RAW;
        forwarded(new RouterFixture(), frame);
    }

    @Test
    void doesNotKnowADeviceThatIsNotInTheSnapshot() {
        Verdict verdict = new RouterFixture().path().decide(changed(0, 2), "eth9");
        assertTrue(assertInstanceOf(Verdict.Incomplete.class, verdict).why().contains("eth9"));
    }

    // ---- FW-2 ----

    @Test
    void dropsFramesForOthersWithoutCountingThem() {
        Verdict.Refused verdict = refused(changed(5, 7));
        assertEquals(DropReason.OTHERHOST, verdict.dropReason());
        assertEquals(Reason.NOT_FOR_US, verdict.reason());
        assertEquals(Map.of(), verdict.trail().counters());
    }

    @Test
    void refusesHeadersThatContradictThemselves() {
        assertEquals(DropReason.IP_INHDR, refused(changed(14, 0x65)).dropReason());
        assertEquals(DropReason.IP_INHDR, refused(changed(14, 0x44)).dropReason());
        assertEquals(DropReason.IP_CSUM, refused(changed(24, 0)).dropReason());
        Verdict.Refused verdict = refused(changed(24, 0));
        assertEquals(1, verdict.trail().counters().get("IpExt.InCsumErrors"));
        assertEquals(1, verdict.trail().counters().get("Ip.InHdrErrors"));
        assertLast("FW-2", verdict);
    }

    @Test
    void refusesPacketsShorterThanTheySay() {
        byte[] bytes = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 64, 60, 17, 0);
        Frame frame = RouterFixture.frame(java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertEquals(DropReason.PKT_TOO_SMALL, refused(frame).dropReason());
    }

    @Test
    void doesNotGuessAHeaderThatTheCaptureCuts() {
        Frame frame = RouterFixture.frame(UDP_TO_THE_WORLD);
        frame.lengthCaptured = 30;
        assertTrue(why(new RouterFixture(), frame).contains("cuts"));
    }

    // ---- FW-3, FW-16 ----

    @Test
    void refusesWhatThePolicyOfAChainDrops() {
        String chain =
                "{\"nftables\":[{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"c\","
                        + "\"hook\":\"%s\",\"policy\":\"drop\"}}]}";
        Frame frame = RouterFixture.frame(UDP_TO_THE_WORLD);
        for (String hook : new String[] {"prerouting", "forward", "postrouting"}) {
            var router = new RouterFixture().document("nft.json", chain.formatted(hook));
            var refused =
                    assertInstanceOf(Verdict.Refused.class, router.path().decide(frame, "eth0"));
            assertEquals(DropReason.NETFILTER_DROP, refused.dropReason(), hook);
            assertEquals("policy of chain ip t c", refused.trail().steps().getLast().evidence());
        }
        forwarded(new RouterFixture().document("nft.json", chain.formatted("output")), frame);
    }

    // ---- FW-4 ----

    @Test
    void deliversGroupsThatTheDeviceHasJoined() {
        var router =
                new RouterFixture()
                        .document(
                                "maddr.json",
                                "[{\"ifname\":\"eth0\",\"maddr\":["
                                        + "{\"family\":\"inet\",\"address\":\"239.1.2.3\"}]}]");
        Verdict joined = decide(router, packet("10.0.0.9", "239.1.2.3", 64, 60));
        assertEquals(RouteType.MULTICAST, assertInstanceOf(Verdict.Local.class, joined).type());
        assertInstanceOf(
                Verdict.Local.class, decide(router, packet("10.0.0.9", "224.0.0.1", 1, 60)));
        Verdict.Refused foreign = refused(router, packet("10.0.0.9", "239.1.2.4", 64, 60));
        assertEquals(Reason.NOT_WANTED, foreign.reason());
    }

    // ---- FW-5 ----

    @Test
    void refusesAddressesThatCannotComeFromAWire() {
        assertEquals(
                DropReason.IP_INVALID_SOURCE,
                refused(packet("224.0.0.9", "8.8.8.8", 64, 60)).dropReason());
        assertEquals(
                DropReason.IP_INVALID_SOURCE,
                refused(packet("0.0.0.0", "8.8.8.8", 64, 60)).dropReason());
        assertEquals(
                DropReason.IP_INVALID_DEST,
                refused(packet("10.0.0.9", "0.0.0.0", 64, 60)).dropReason());
        assertEquals(
                DropReason.IP_LOCALNET,
                refused(packet("127.0.0.1", "8.8.8.8", 64, 60)).dropReason());
        assertEquals(Reason.MARTIAN, refused(packet("127.0.0.1", "8.8.8.8", 64, 60)).reason());
        forwarded(new RouterFixture(), packet("240.0.0.1", "8.8.8.8", 64, 60));
        forwarded(new RouterFixture(), packet("0.1.2.3", "8.8.8.8", 64, 60));
    }

    @Test
    void letsLoopbackAddressesPassWhereTheyAreRouted() {
        var router = new RouterFixture().conf("eth0", "route_localnet", 1);
        assertInstanceOf(
                Verdict.Local.class, decide(router, packet("10.0.0.9", "127.0.0.1", 64, 60)));
    }

    // ---- FW-6, FW-12 ----

    @Test
    void tellsTheSourceWhatTheRouteSays() {
        var router =
                new RouterFixture()
                        .routes(
                                "{\"type\":\"blackhole\",\"dst\":\"192.168.1.0/24\"}",
                                "{\"type\":\"unreachable\",\"dst\":\"192.168.2.0/24\"}",
                                "{\"type\":\"prohibit\",\"dst\":\"192.168.3.0/24\"}");
        assertNull(refused(router, packet("10.0.0.9", "192.168.1.1", 64, 60)).answer());
        assertEquals("3/1", told(router, "192.168.2.1"));
        assertEquals("3/13", told(router, "192.168.3.1"));
        assertEquals("3/0", told(router, "8.8.8.8"));
        Verdict.Refused none = refused(router, packet("10.0.0.9", "8.8.8.8", 64, 60));
        assertEquals(Reason.NO_ROUTE, none.reason());
        assertEquals("eth0", none.answer().device());
        assertEquals("02:bb:00:00:00:09", none.answer().nextHopMac());
        assertLast("FW-12", none);
    }

    private static String told(RouterFixture router, String destination) {
        Verdict.IcmpError answer =
                refused(router, packet("10.0.0.9", destination, 64, 60)).answer();
        return answer.type() + "/" + answer.code();
    }

    @Test
    void tellsNobodyWhoDidNotSendToThisHostAlone() {
        byte[] bytes = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 1, 60, 17, 0);
        bytes[0] = (byte) 0xff;
        for (int i = 1; i < 6; i++) {
            bytes[i] = (byte) 0xff;
        }
        Verdict.Refused verdict = refused(RouterFixture.frame(bytes));
        assertNull(verdict.answer());
        assertEquals("ip_forward", verdict.function());
    }

    @Test
    void tellsNothingAboutErrorsAndLaterFragments() {
        byte[] error = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 1, 60, 1, 0);
        error[34] = 11;
        assertNull(refused(RouterFixture.frame(error)).answer());
        byte[] later = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 1, 60, 17, 185);
        assertNull(refused(RouterFixture.frame(later)).answer());
    }

    @Test
    void refusesWhatIsNotForItWhileItDoesNotForward() {
        var router = new RouterFixture().conf("eth0", "forwarding", 0);
        Verdict.Refused verdict = refused(router, packet("10.0.0.9", "8.8.8.8", 64, 60));
        assertEquals(DropReason.IP_INADDRERRORS, verdict.dropReason());
        assertEquals(Reason.NOT_FORWARDING, verdict.reason());
        assertNull(verdict.answer());
        assertInstanceOf(
                Verdict.Local.class, decide(router, packet("10.0.0.9", "10.0.1.1", 64, 60)));
    }

    // ---- FW-8 ----

    @Test
    void refusesItsOwnAddressAsASource() {
        assertEquals(
                DropReason.IP_LOCAL_SOURCE,
                refused(packet("10.0.1.1", "8.8.8.8", 64, 60)).dropReason());
        forwarded(
                new RouterFixture().conf("eth0", "accept_local", 1),
                packet("10.0.1.1", "8.8.8.8", 64, 60));
    }

    @Test
    void filtersByReversePath() {
        Frame elsewhere = packet("10.0.1.77", "8.8.8.8", 64, 60);
        forwarded(new RouterFixture(), elsewhere);
        var strict = new RouterFixture().conf("eth0", "rp_filter", 1);
        Verdict.Refused verdict = refused(strict, elsewhere);
        assertEquals(Reason.RP_FILTER, verdict.reason());
        assertEquals(1, verdict.trail().counters().get("TcpExt.IPReversePathFilter"));
        assertLast("FW-8", verdict);
        forwarded(new RouterFixture().conf("eth0", "rp_filter", 2), elsewhere);
        forwarded(strict, packet("10.0.0.9", "8.8.8.8", 64, 60));
    }

    @Test
    void takesTheLargerOfBothFilterSettings() {
        var router = new RouterFixture().conf("eth0", "rp_filter", 1).conf("all", "rp_filter", 2);
        forwarded(router, packet("10.0.1.77", "8.8.8.8", 64, 60));
    }

    // ---- FW-9 ----

    @Test
    void tellsASenderOnTheSameLinkTheShorterWay() {
        var router = new RouterFixture().conf("eth0", "send_redirects", 1);
        assertTrue(forwarded(router, packet("10.0.0.8", "10.0.0.9", 64, 60)).redirect());
        assertFalse(forwarded(router, packet("10.0.0.8", "8.8.8.8", 64, 60)).redirect());
        assertFalse(
                forwarded(new RouterFixture(), packet("10.0.0.8", "10.0.0.9", 64, 60)).redirect());
    }

    // ---- FW-10, FW-13 ----

    @Test
    void forwardsARouterAlertThatNobodyListensFor() {
        String options =
                """
                02 aa 00 00 00 00  02 bb 00 00 00 09  08 00
                46 00 00 18  00 00 00 00  40 11 cb b8         # header of 24 bytes
                0a 00 00 09  08 08 08 08  94 04 00 00         # router alert
                """;
        Verdict verdict = forwarded(new RouterFixture(), RouterFixture.frame(options));
        assertEquals(
                "02bb00010002 02aa00000001 0800"
                        + " 46000018 00000000 3f11ccb8 0a000009 08080808 94040000",
                egress(verdict, 0));
    }

    @Test
    void deliversWhatIsForTheHost() {
        Verdict.Local verdict =
                assertInstanceOf(
                        Verdict.Local.class,
                        decide(new RouterFixture(), packet("10.0.0.9", "10.0.1.1", 1, 60)));
        assertEquals(RouteType.LOCAL, verdict.type());
        assertLast("FW-13", verdict);
        Verdict broadcast = decide(new RouterFixture(), packet("10.0.0.9", "10.0.0.255", 64, 60));
        assertEquals(RouteType.BROADCAST, assertInstanceOf(Verdict.Local.class, broadcast).type());
    }

    // ---- FW-11 ----

    @Test
    void refusesUnicastsToEverybodyWhereItIsToldTo() {
        byte[] bytes = RouterFixture.packetBytes("10.0.0.9", "10.0.0.1", 64, 60, 17, 0);
        bytes[0] = 1;
        assertInstanceOf(
                Verdict.Local.class, decide(new RouterFixture(), RouterFixture.frame(bytes)));
        var router = new RouterFixture().conf("all", "drop_unicast_in_l2_multicast", 1);
        assertEquals(
                DropReason.UNICAST_IN_L2_MULTICAST,
                refused(router, RouterFixture.frame(bytes)).dropReason());
    }

    // ---- FW-14 ----

    @Test
    void letsNoPacketLiveForever() {
        Verdict.Refused verdict = refused(packet("10.0.0.9", "8.8.8.8", 1, 60));
        assertEquals(Reason.TTL_EXPIRED, verdict.reason());
        assertEquals(11, verdict.answer().type());
        assertEquals(1, verdict.trail().counters().get("Ip.InHdrErrors"));
        assertLast("FW-14", verdict);
        forwarded(new RouterFixture(), packet("10.0.0.9", "8.8.8.8", 2, 60));
    }

    // ---- FW-15 ----

    @Test
    void fitsPacketsToTheWayOut() {
        byte[] large = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 64, 1401, 17, 0);
        assertEquals(2, forwarded(new RouterFixture(), RouterFixture.frame(large)).fragments());
        byte[] whole = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 64, 1401, 17, 0x4000);
        Verdict.Refused verdict = refused(RouterFixture.frame(whole));
        assertEquals(Reason.TOO_BIG, verdict.reason());
        assertEquals(4, verdict.answer().code());
        assertEquals(1, verdict.trail().counters().get("Ip.ForwDatagrams"));
        byte[] fits = RouterFixture.packetBytes("10.0.0.9", "8.8.8.8", 64, 1400, 17, 0x4000);
        assertEquals(1, forwarded(new RouterFixture(), RouterFixture.frame(fits)).fragments());
    }

    @Test
    void prefersTheRoutesOwnMtu() {
        var router =
                new RouterFixture()
                        .routes(
                                "{\"dst\":\"default\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\","
                                        + "\"metrics\":[{\"mtu\":500}]}");
        assertEquals(3, forwarded(router, packet("10.0.0.9", "8.8.8.8", 64, 1400)).fragments());
    }

    // ---- FW-17 ----

    @Test
    void waitsForNeighboursThatAreNotKnown() {
        var router =
                new RouterFixture()
                        .routes(
                                "{\"dst\":\"default\",\"gateway\":\"10.0.1.250\",\"dev\":\"eth1\"}");
        Verdict verdict = decide(router, packet("10.0.0.9", "8.8.8.8", 64, 60));
        var pending = assertInstanceOf(Verdict.Pending.class, verdict);
        assertEquals("10.0.1.250", pending.nextHop());
        Verdict unknown = decide(new RouterFixture(), packet("10.0.0.9", "10.0.1.99", 64, 60));
        assertEquals("10.0.1.99", assertInstanceOf(Verdict.Pending.class, unknown).nextHop());
    }
}
