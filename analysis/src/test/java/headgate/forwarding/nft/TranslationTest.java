package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.ForwardingState;
import headgate.forwarding.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Translated packets, byte for byte as a 6.18 kernel sent them.
class TranslationTest {
    private static final String UDP =
            """
            4500 0024 0001 4000 40 11 20b7      # time to live 64, UDP
            0a000002 08080808                   # 10.0.0.2 to 8.8.8.8
            0fa0 0035 0010 f405 7878787878787878
            """;

    private static final String UDP_TRANSLATED =
            """
            4500 0024 0001 4000 3f 11 20b8
            0a000101 08080808                   # 10.0.1.1 to 8.8.8.8
            0fa0 0035 0010 f306 7878787878787878
            """;

    private static final String UDP_ANSWER =
            """
            4500 0024 0001 4000 40 11 1fb8
            08080808 0a000101
            0035 0fa0 0010 f306 7878787878787878
            """;

    private static final String UDP_ANSWER_TRANSLATED =
            """
            4500 0024 0001 4000 3f 11 21b7
            08080808 0a000002
            0035 0fa0 0010 f405 7878787878787878
            """;

    private static ForwardingPath masquerade(String statement) {
        return new RulesetFixture()
                .natChain("post", "postrouting", 100)
                .rule(
                        "post",
                        "{'match':{'op':'==','left':{'meta':{'key':'oifname'}},'right':'eth1'}},"
                                + "{'counter':{'packets':0,'bytes':0}},"
                                + statement)
                .path();
    }

    private static void sends(ForwardingPath path, String device, String packet, String expected) {
        var frame = RulesetFixture.frame(device, packet);
        assertEquals(RulesetFixture.hex(expected), RulesetFixture.leaving(path, frame, device));
    }

    @Test
    void masqueradesAndUndoesItInAnswers() {
        ForwardingPath path = masquerade("{'masquerade':null}");
        sends(path, "eth0", UDP, UDP_TRANSLATED);
        sends(path, "eth1", UDP_ANSWER, UDP_ANSWER_TRANSLATED);
        sends(path, "eth0", UDP, UDP_TRANSLATED);
        var rule = path.host().ruleset().rules().getFirst();
        assertEquals(1, path.filter().packets(rule), "asked once for each connection");
    }

    @Test
    void translatesWhatIcmpErrorsQuote() {
        ForwardingPath path = masquerade("{'masquerade':null}");
        sends(path, "eth0", UDP, UDP_TRANSLATED);
        sends(
                path,
                "eth1",
                """
                4500 0038 0001 4000 40 01 1db2 09090909 0a000101
                03 01 fa12 00000000                            # host unreachable, about:
                4500 0024 0001 4000 40 11 1fb8 0a000101 08080808
                0fa0 0035 0010 f306
                """,
                """
                4500 0038 0001 4000 3f 01 1fb1 09090909 0a000002
                03 01 f913 00000000
                4500 0024 0001 4000 40 11 20b7 0a000002 08080808
                0fa0 0035 0010 f405
                """);
    }

    @Test
    void translatesIdentifiersOfEchoes() {
        ForwardingPath path = masquerade("{'snat':{'addr':'10.0.1.1'}}");
        sends(
                path,
                "eth0",
                "4500 0020 0001 4000 40 01 20cb 0a000002 08080808 0800 18e1 004d 0001 70696e67",
                "4500 0020 0001 4000 3f 01 20cc 0a000101 08080808 0800 18e1 004d 0001 70696e67");
        sends(
                path,
                "eth1",
                "4500 0020 0001 4000 40 01 1fcc 08080808 0a000101 0000 20e1 004d 0001 70696e67",
                "4500 0020 0001 4000 3f 01 21cb 08080808 0a000002 0000 20e1 004d 0001 70696e67");
    }

    @Test
    void translatesDestinationsAndPorts() {
        ForwardingPath path =
                new RulesetFixture()
                        .natChain("pre", "prerouting", -100)
                        .rule(
                                "pre",
                                "{'match':{'op':'==','left':{'payload':{'protocol':'tcp','field':'dport'}},'right':8080}},"
                                        + "{'dnat':{'addr':'10.0.0.2','port':80}}")
                        .path();
        sends(
                path,
                "eth1",
                """
                4500 0028 0001 4000 40 06 21c1 07070707 0a000101
                04d2 1f90 00000001 00000000 50 02 03e8 6e89 0000   # to port 8080, SYN
                """,
                """
                4500 0028 0001 4000 3f 06 23c0 07070707 0a000002
                04d2 0050 00000001 00000000 50 02 03e8 8ec8 0000
                """);
        sends(
                path,
                "eth0",
                """
                4500 0028 0001 4000 40 06 22c0 0a000002 07070707
                0050 04d2 00000007 00000002 50 12 03e8 8eb0 0000   # SYN, ACK
                """,
                """
                4500 0028 0001 4000 3f 06 22c1 0a000101 07070707
                1f90 04d2 00000007 00000002 50 12 03e8 6e71 0000
                """);
    }

    @Test
    void doesNotGuessPortsThatAKernelDraws() {
        ForwardingPath path = masquerade("{'masquerade':{'flags':'random'}}");
        for (String frame : List.of(UDP, UDP)) {
            var verdict = path.decide(RulesetFixture.frame("eth0", frame), "eth0");
            assertTrue(assertInstanceOf(Verdict.Incomplete.class, verdict).why().contains("lot"));
        }
    }

    @Test
    void keepsWhatItCannotTranslateForItsLaterPackets() {
        ForwardingPath path = masquerade("{'masquerade':{'flags':'random'}}");
        String syn =
                """
                4500 0028 0001 0000 40 06 60be 0a000002 08080808
                0fa0 0050 00000007 00000000 50 02 0400 81da 0000
                """;
        // Alone, it would belong to no connection.
        String fin =
                """
                4500 0028 0001 0000 40 06 60be 0a000002 08080808
                0fa0 0050 00000009 00000009 50 11 0400 81c0 0000
                """;
        for (String frame : List.of(syn, fin)) {
            assertInstanceOf(
                    Verdict.Incomplete.class,
                    path.decide(RulesetFixture.frame("eth0", frame), "eth0"));
        }
    }

    @Test
    void doesNotGuessWhichOfSeveralAddressesAnswers() {
        var first =
                new RulesetFixture()
                        .natChain("pre", "prerouting", -100)
                        .rule("pre", "{'dnat':{'addr':{'range':['10.0.1.5','10.0.1.8']}}}")
                        .path();
        String echo = "4500 001c 0001 0000 40 01 60cf 0a000002 08080808 0800 f7fd 0001 0001";
        String answer = "4500 001c 0001 0000 40 01 64db 0a000105 0a000101 0000 fffd 0001 0001";
        assertInstanceOf(
                Verdict.Incomplete.class, first.decide(RulesetFixture.frame("eth0", echo), "eth0"));
        assertInstanceOf(
                Verdict.Incomplete.class,
                first.decide(RulesetFixture.frame("eth1", answer), "eth1"));
        var restored = new ForwardingState();
        first.state().drainChanged(restored::restore);
        var after = new ForwardingPath(first.host(), restored);
        assertInstanceOf(
                Verdict.Incomplete.class,
                after.decide(RulesetFixture.frame("eth1", answer), "eth1"));
    }

    @Test
    void dropsRedirectsAboutConnectionsWhoseTranslationIsNotSettled() {
        // To a neighbour on the same link: the source is to be told.
        String packet = "4500 001c 0001 0000 40 11 6682 0a000002 0a00004d 0fa0 0035 0008 dbba";
        var fixture =
                new RulesetFixture()
                        .sysctl("net.ipv4.conf.eth0.send_redirects", "1")
                        .natChain("post", "postrouting", 100)
                        .rule(
                                "post",
                                "{'match':{'op':'==','left':{'meta':{'key':'oifname'}},'right':'eth1'}},"
                                        + "{'masquerade':null}");
        ForwardingPath path = fixture.path();
        var trail = path.decide(RulesetFixture.frame("eth0", packet), "eth0").trail();
        assertEquals("nf_hook_slow", trail.consequences().drops().getFirst().function());
        assertEquals(1, trail.counters().get("Ip.OutDiscards"));
        // The second packet finds it settled.
        trail = path.decide(RulesetFixture.frame("eth0", packet), "eth0").trail();
        assertEquals(0, trail.consequences().drops().size());
    }

    @Test
    void leavesChecksumsAloneThatCoverNoAddress() {
        ForwardingPath path = masquerade("{'masquerade':null}");
        // IGMP
        sends(
                path,
                "eth0",
                "4500 001c 0001 0000 40 02 60ce 0a000002 08080808 11ff 037e e0000005",
                "4500 001c 0001 0000 3f 02 60cf 0a000101 08080808 11ff 037e e0000005");
    }

    @Test
    void writesFieldsAndMendsTheirChecksums() {
        ForwardingPath path =
                RulesetFixture.forward(
                                "{'mangle':{'key':{'payload':{'protocol':'ip','field':'dscp'}},'value':'cs1'}},"
                                        + "{'mangle':{'key':{'payload':{'protocol':'udp','field':'dport'}},'value':54}}")
                        .path();
        sends(
                path,
                "eth0",
                UDP,
                "4520 0024 0001 4000 3f 11 2197 0a000002 08080808 0fa0 0036 0010 f404 7878787878787878");
    }
}
