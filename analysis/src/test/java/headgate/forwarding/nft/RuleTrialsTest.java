package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.RouterFixture;
import headgate.forwarding.Verdict;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What rules drawn at random made a 6.18 kernel do otherwise than it was thought.
class RuleTrialsTest {
    private static final String DROP = "{'drop':null}";
    private static final String TRACK =
            "{'match':{'op':'in','left':{'ct':{'key':'state'}},'right':'untracked'}},{'drop':null}";
    private static final String DPORT = "{'payload':{'protocol':'udp','field':'dport'}}";

    /// Datagrams of 10.0.0.9 to port 53 of 10.0.1.2, of the whole length that stands in the header.
    private static final String DATAGRAM =
            "4500 0020 0001 0000 40 11 65c1 0a000009 0a000102 1000 0035 000c 0000 00000000";

    private static Verdict decide(ForwardingPath path, String packet) {
        return path.decide(RulesetFixture.frame("eth0", withChecksum(packet)), "eth0");
    }

    private static Verdict decide(RulesetFixture rules, String packet) {
        return decide(rules.path(), packet);
    }

    private static String withChecksum(String hex) {
        byte[] packet = RouterFixture.bytes(hex);
        packet[10] = packet[11] = 0;
        int sum = 0;
        for (int i = 0; i < (packet[0] & 15) * 4; i += 2) {
            sum += (packet[i] & 255) << 8 | packet[i + 1] & 255;
        }
        sum = ~((sum & 0xffff) + (sum >>> 16));
        packet[10] = (byte) (sum >>> 8);
        packet[11] = (byte) sum;
        return HexFormat.of().formatHex(packet);
    }

    private static int counter(Verdict verdict, String name) {
        return verdict.trail().counters().getOrDefault(name, 0);
    }

    @Test
    void goesOnWithTheRuleBehindAMapThatSaysContinue() {
        var rules =
                RulesetFixture.forward(
                        "{'vmap':{'key':"
                                + DPORT
                                + ",'data':{'set':[[53,{'continue':null}]]}}},"
                                + DROP);
        assertEquals("drop", decide(rules, DATAGRAM).kind());
        assertEquals("forward", decide(rules, DATAGRAM.replace("0035", "0036")).kind());
    }

    @Test
    void showsFragmentsToChainsBeforeTheyArePutTogether() {
        String first = DATAGRAM.replace("0001 0000", "0001 2000");
        String fragments =
                "{'match':{'op':'!=','left':{'&':[{'payload':{'protocol':'ip','field':'frag-off'}},8192]},'right':0}},";
        for (int priority : new int[] {-401, -399}) {
            var rules =
                    RulesetFixture.forward(TRACK)
                            .baseChain("p", "prerouting", priority, "accept")
                            .rule("p", fragments + DROP);
            assertEquals(priority == -401 ? "drop" : "reassembling", decide(rules, first).kind());
        }
    }

    @Test
    void leavesFragmentsApartThatARuleKeepsFromTracking() {
        var rules =
                RulesetFixture.forward(TRACK.replace("drop", "accept"))
                        .baseChain("p", "prerouting", -450, "accept")
                        .rule("p", "{'notrack':null}");
        assertEquals("forward", decide(rules, DATAGRAM.replace("0001 0000", "0001 2000")).kind());
    }

    /// Kernel: `rt_tos2priority` in `ip_forward`.
    @Test
    void givesForwardedPacketsThePriorityOfTheirTypeOfService() {
        String priority =
                "{'match':{'op':'==','left':{'meta':{'key':'priority'}},'right':'0:6'}}," + DROP;
        String lowDelay = DATAGRAM.replace("4500", "4510");
        assertEquals("drop", decide(RulesetFixture.forward(priority), lowDelay).kind());
        assertEquals("forward", decide(RulesetFixture.forward(priority), DATAGRAM).kind());
        var still =
                RulesetFixture.forward(priority).sysctl("net.ipv4.ip_forward_update_priority", "0");
        assertEquals("forward", decide(still, lowDelay).kind());
    }

    @Test
    void findsThePriorityThatAnotherRuleSet() {
        String set = "{'mangle':{'key':{'meta':{'key':'priority'}},'value':'1:2'}}";
        String asked =
                "{'match':{'op':'==','left':{'meta':{'key':'priority'}},'right':'1:2'}}," + DROP;
        assertEquals("drop", decide(RulesetFixture.forward(set, asked), DATAGRAM).kind());
    }

    /// Packets to port 99 go to a program, which nobody knows the answer of.
    private static final String UNKNOWN_FATE_AT_99 =
            "{'match':{'op':'==','left':" + DPORT + ",'right':99}},{'queue':{'num':1}}";

    /// The second packet may have used up the limit, or not; the third is sure again.
    @Test
    void doesNotGuessWhatPacketsOfUnknownFateLeftOfALimit() {
        String limit = "{'limit':{'rate':1,'burst':2,'per':'hour'}},{'accept':null}";
        ForwardingPath path = RulesetFixture.forward(UNKNOWN_FATE_AT_99, limit, DROP).path();
        assertEquals("forward", decide(path, DATAGRAM).kind());
        assertEquals("incomplete", decide(path, DATAGRAM.replace("0035", "0063")).kind());
        assertEquals("incomplete", decide(path, DATAGRAM).kind());
    }

    @Test
    void isSureOfALimitThatUnknownPacketsCannotHaveUsedUp() {
        String quota = "{'quota':{'val':100,'val_unit':'bytes','inv':false}},{'accept':null}";
        ForwardingPath path = RulesetFixture.forward(UNKNOWN_FATE_AT_99, quota, DROP).path();
        assertEquals("incomplete", decide(path, DATAGRAM.replace("0035", "0063")).kind());
        assertEquals("forward", decide(path, DATAGRAM).kind());
        // 32 or 64 bytes passed; with this one 64 or 96, and then at most 100 either way.
        assertEquals("forward", decide(path, DATAGRAM).kind());
        assertEquals("incomplete", decide(path, DATAGRAM).kind());
    }

    @Test
    void doesNotGuessWhatARuleDoesThatWritesAnotherLength() {
        for (String field : List.of("length", "hdrlength")) {
            String write =
                    "{'mangle':{'key':{'payload':{'protocol':'ip','field':'%s'}},'value':%d}}";
            boolean length = field.equals("length");
            var other = RulesetFixture.forward(write.formatted(field, length ? 28 : 6));
            assertEquals("incomplete", decide(other, DATAGRAM).kind());
            var same = RulesetFixture.forward(write.formatted(field, length ? 32 : 5));
            assertEquals("forward", decide(same, DATAGRAM).kind());
        }
    }

    /// Within one chain; the next chain sees TCP.
    @Test
    void goesByTheProtocolThatThePacketCameWithWhereARuleWritesAnother() {
        String write =
                "{'mangle':{'key':{'payload':{'protocol':'ip','field':'protocol'}},'value':6}}";
        String tcp = "{'match':{'op':'==','left':{'meta':{'key':'l4proto'}},'right':6}}," + DROP;
        assertEquals("forward", decide(RulesetFixture.forward(write, tcp), DATAGRAM).kind());
        var next =
                RulesetFixture.forward(write).baseChain("d", "forward", 1, "accept").rule("d", tcp);
        assertEquals("drop", decide(next, DATAGRAM).kind());
    }

    /// Before it is routed the way back leads to the host, so that it counts as one for the host.
    @Test
    void tellsNobodyOfAPacketInTheHostsNameThatIsRejectedBeforeItIsRouted() {
        var rules =
                new RulesetFixture()
                        .baseChain("p", "prerouting", 0, "accept")
                        .rule("p", "{'reject':null}");
        assertEquals(1, decide(rules, DATAGRAM).trail().consequences().egress().size());
        Verdict own = decide(rules, DATAGRAM.replace("0a000009", "0a000001"));
        assertEquals("drop", own.kind());
        assertEquals(0, counter(own, "Ip.OutRequests"));
    }

    /// Its ICMP socket is busy.
    @Test
    void doesNotAnswerItsOwnErrorThatARuleRejects() {
        var rules =
                new RulesetFixture()
                        .baseChain("o", "output", 0, "accept")
                        .rule("o", "{'reject':null}");
        Verdict verdict = decide(rules, DATAGRAM.replace("40 11", "01 11"));
        assertEquals("", verdict.trail().consequences().incomplete());
        assertEquals(1, counter(verdict, "Ip.OutDiscards"));
        assertEquals(1, counter(verdict, "Icmp.OutMsgs"));
    }

    /// Kernel: `ip_mc_output`.
    @Test
    void countsWhatPostroutingDropsOfABroadcastOnce() {
        var rules = new RulesetFixture().baseChain("o", "postrouting", 0, "accept").rule("o", DROP);
        String fromEverybody = DATAGRAM.replace("40 11", "01 11").replace("0a000009", "0a0000ff");
        assertEquals(1, counter(decide(rules, fromEverybody), "Ip.OutDiscards"));
    }

    @Test
    void tracksConnectionsWhereATableOnlyHasATimeoutForThem() {
        String fragment = DATAGRAM.replace("0001 0000", "0001 2000");
        assertEquals("forward", decide(RulesetFixture.forward(), fragment).kind());
        var timeout =
                RulesetFixture.forward()
                        .element(
                                "{'ct timeout':{'family':'ip','name':'t','table':'t','handle':3,'protocol':'udp','l3proto':'ip','policy':{'unreplied':10}}}");
        assertEquals("reassembling", decide(timeout, fragment).kind());
    }

    /// Of bits by their place nft knows no checksum.
    @Test
    void mendsNoChecksumWhereARuleWritesBitsByTheirPlace() {
        String write = "{'mangle':{'key':{'payload':%s},'value':99}}";
        String named = "{'protocol':'udp','field':'dport'}";
        String raw = "{'base':'th','offset':16,'len':16}";
        String datagram = DATAGRAM.replace("000c 0000", "000c 1234");
        assertEquals("000c1206", checksumOf(write.formatted(named), datagram));
        assertEquals("000c1234", checksumOf(write.formatted(raw), datagram));
    }

    private static String checksumOf(String rule, String datagram) {
        var egress = decide(RulesetFixture.forward(rule), datagram).trail().consequences().egress();
        return HexFormat.of().formatHex(egress.getFirst().bytes(), 38, 42);
    }

    @Test
    void doesNotGuessWhereAChainOfTypeRouteSendsItsOwnPackets() {
        var rules =
                new RulesetFixture()
                        .element(
                                "{'chain':{'family':'ip','table':'t','name':'o','handle':9,'type':'route','hook':'output','prio':0,'policy':'accept'}}")
                        .rule("o", "{'mangle':{'key':{'meta':{'key':'mark'}},'value':5}}");
        Verdict verdict = decide(rules, DATAGRAM.replace("40 11", "01 11"));
        assertEquals(
                "a chain of type route changes by what a packet is routed",
                verdict.trail().consequences().incomplete());
    }

    /// The header of 60 bytes lies in two pieces of 40: it is drawn into one to be written, which
    /// then is too long to leave as it came. Anew, each piece says that it must not be split.
    @Test
    void cutsAnewWhatARuleDrewTogether() {
        String write =
                "{'mangle':{'key':{'tcp option':{'name':'timestamp','field':'tsval'}},'value':1}}";
        assertEquals("2000", flagsOfFirst(RulesetFixture.forward(TRACK)));
        assertEquals("6000", flagsOfFirst(RulesetFixture.forward(TRACK, write)));
    }

    private static String flagsOfFirst(RulesetFixture rules) {
        ForwardingPath path = rules.path();
        String head = "4500 003c 0007 %s 40 06 0000 0a000009 0a000102 ";
        String tcp = "1000 0050 00000001 00000000 f002 0400 0000 0000" + " 01010101".repeat(5);
        String more = "01010101 ".repeat(10);
        decide(path, head.formatted("6000") + tcp);
        decide(path, head.formatted("6005") + more);
        var egress = decide(path, head.formatted("400a") + more).trail().consequences().egress();
        assertEquals(3, egress.size());
        return HexFormat.of().formatHex(egress.getFirst().bytes(), 20, 22);
    }
}
