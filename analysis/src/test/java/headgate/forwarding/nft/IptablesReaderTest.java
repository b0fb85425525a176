package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.RouterFixture;
import headgate.forwarding.Verdict;
import headgate.packet.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IptablesReaderTest {
    private static final Frame SYN =
            RulesetFixture.frame(
                    "eth0",
                    """
                    4500 0028 0001 4000 40 06 20be   # 40 bytes, DF, time to live 64, TCP
                    0a000002 08080808                # 10.0.0.2 to 8.8.8.8
                    1388 0050 00000064 00000000      # 5000 to 80
                    50 02 03e8 7dad 0000             # SYN
                    """);

    private static ForwardingPath path(String rules) {
        return new RouterFixture().document("iptables-save.txt", rules).path();
    }

    private static String filter(String rule) {
        return "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:sub - [0:0]\n"
                + rule
                + "\nCOMMIT\n";
    }

    private static long hits(String matches) {
        ForwardingPath path = path(filter("-A FORWARD " + matches));
        assertEquals(0, path.host().unmodelledCount(), path.host().unmodelled()::toString);
        path.decide(SYN, "eth0");
        return path.filter().packets(path.host().ruleset().rules().getFirst());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-s 10.0.0.0/24 -d 8.8.8.8/32 -i eth0 -o eth1 -p tcp",
                "-s 10.0.0.0/255.255.0.0",
                "-i eth+ ! -o eth0",
                "-p tcp -m tcp --sport 5000 --dport 79:81",
                "-p tcp -m tcp ! --dport 81",
                "-p tcp -m multiport --dports 22,80,443",
                "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN",
                "-p tcp -m tcp --tcp-flags ALL SYN",
                "! -p udp",
                "! -f",
                "-m mark --mark 0x0/0xff",
                "-m ttl --ttl-lt 64",
                "-m length --length 40:60",
                "-m iprange --src-range 10.0.0.1-10.0.0.3",
                "-m addrtype ! --dst-type LOCAL",
                "-m pkttype --pkt-type unicast",
                "-m mac --mac-source 02:bb:00:00:00:00",
                "-m limit --limit 5/min --limit-burst 7",
                "-m comment --comment \"two words\"",
            })
    void knowsTheseMatches(String matches) {
        assertEquals(1, hits(matches));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-s 10.0.1.0/24",
                "! -i eth0",
                "-p udp -m udp --dport 80",
                "-p tcp -m multiport ! --dports 22,80,443",
                "-f",
                "-m ttl --ttl-gt 63",
                "-p icmp -m icmp --icmp-type 8",
                "-m conntrack --ctstate RELATED,ESTABLISHED",
            })
    void knowsThatTheseDoNotMatch(String matches) {
        assertEquals(0, hits(matches));
    }

    @Test
    void readsPoliciesJumpsAndCounters() {
        ForwardingPath path =
                path(
                        filter(
                                "[7:280] -A FORWARD -p tcp -j sub\n"
                                        + "[0:0] -A sub -s 10.0.0.2/32 -j DROP"));
        var refused = assertInstanceOf(Verdict.Refused.class, path.decide(SYN, "eth0"));
        assertEquals("nf_hook_slow", refused.function());
        assertEquals(8, path.filter().packets(path.host().ruleset().rules().getFirst()));
        assertEquals(320, path.filter().bytes(path.host().ruleset().rules().getFirst()));
        String closed = filter("").replace(":FORWARD ACCEPT", ":FORWARD DROP");
        assertInstanceOf(Verdict.Refused.class, path(closed).decide(SYN, "eth0"));
    }

    @Test
    void translatesSources() {
        ForwardingPath path =
                path(
                        "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o eth1 -j SNAT --to-source 10.0.1.77:7000\nCOMMIT\n");
        String left = RulesetFixture.leaving(path, SYN, "eth0");
        assertEquals("0a00014d", left.substring(24, 32));
        assertEquals("1b58", left.substring(40, 44));
    }

    @Test
    void listsWhatItDoesNotKnowByLine() {
        ForwardingPath path =
                path(
                        filter(
                                "-A FORWARD -m string --algo bm --string x -j DROP\n-A FORWARD -j TEE --gateway 10.0.0.7"));
        var unmodelled = path.host().unmodelled();
        assertEquals(
                "iptables-save.txt line 6: match string --algo is not known",
                unmodelled.getFirst().toString());
        assertTrue(
                unmodelled.getLast().toString().contains("line 7: target TEE"),
                unmodelled::toString);
        var verdict = assertInstanceOf(Verdict.Incomplete.class, path.decide(SYN, "eth0"));
        assertTrue(verdict.why().contains("string"));
    }

    @Test
    void takesTablesThatNftListsTooOnce() {
        var router =
                new RouterFixture()
                        .document("iptables-save.txt", filter(""))
                        .document(
                                "nft.json",
                                "{\"nftables\":[{\"chain\":{\"family\":\"ip\",\"table\":\"filter\",\"name\":\"FORWARD\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"drop\"}}]}");
        assertInstanceOf(Verdict.Forward.class, router.path().decide(SYN, "eth0"));
    }
}
