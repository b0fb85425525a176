package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.ForwardingPath;
import headgate.packet.Frame;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which matches a packet meets, told by a counter behind them.
class MatchTest {
    private static final Frame SYN =
            RulesetFixture.frame(
                    "eth0",
                    """
                    4500 002c 0001 4000 40 06 20ba   # 44 bytes, DF, TCP, 63 once routed
                    0a000002 08080808                # 10.0.0.2 to 8.8.8.8
                    1388 0050 00000064 00000000      # 5000 to 80
                    60 02 03e8 0000 0000             # 24 bytes of header, SYN
                    02 04 0580                       # largest segment 1408
                    """);

    private static final Frame LATER_FRAGMENT =
            RulesetFixture.frame(
                    "eth0",
                    """
                    4500 0024 0001 000a 40 11 60ad   # 36 bytes, offset 80, UDP
                    0a000002 08080808
                    0000 0000 0000 0000 0000 0000 0000 0000
                    """);

    private static boolean matches(Frame frame, String operator, String left, String right) {
        String match =
                "{'match':{'op':'%s','left':%s,'right':%s}},{'counter':{'packets':0,'bytes':0}}"
                        .formatted(operator, left, right);
        ForwardingPath path = RulesetFixture.forward(match).path();
        path.decide(frame, "eth0");
        return path.filter().packets(path.host().ruleset().rules().getFirst()) == 1;
    }

    private static String payload(String field) {
        String[] words = field.split(" ", 2);
        return "{'payload':{'protocol':'%s','field':'%s'}}".formatted(words[0], words[1]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "ip saddr     | == | '10.0.0.2'                             | true",
                "ip saddr     | == | {'prefix':{'addr':'10.0.0.0','len':8}} | true",
                "ip saddr     | != | {'prefix':{'addr':'10.0.0.0','len':8}} | false",
                "ip saddr     | == | {'range':['10.0.0.3','10.0.0.9']}      | false",
                "ip daddr     | == | {'set':['1.1.1.1',{'prefix':{'addr':'8.8.0.0','len':16}}]} | true",
                "ip daddr     | != | {'set':['1.1.1.1','8.8.8.8']}          | false",
                "ip protocol  | == | 'tcp'                                  | true",
                "ip dscp      | == | 'cs0'                                  | true",
                "ip frag-off  | == | 16384                                  | true",
                "ip ttl       | <  | 63                                     | false",
                "ip ttl       | <= | 63                                     | true",
                "ip ttl       | >= | 64                                     | false",
                "ip ttl       | >  | 62                                     | true",
                "tcp dport    | == | {'range':[79,81]}                      | true",
                "tcp flags    | in | ['syn','ack']                          | true",
                "tcp flags    | == | 'syn'                                  | true",
                "tcp flags    | != | 'syn'                                  | false",
                "tcp flags    | !  | ['ack','rst']                          | true",
                "tcp doff     | == | 6                                      | true",
                "udp dport    | != | 1                                      | false",
                "icmp type    | != | 'echo-request'                         | false",
                "th sport     | == | 5000                                   | true",
                "ip6 hoplimit | != | 1                                      | false",
            })
    void readsHeaderFields(String field, String operator, String right, boolean expected) {
        assertEquals(expected, matches(SYN, operator, payload(field), right));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'meta':{'key':'iifname'}} | == | 'eth0' | true",
                "{'meta':{'key':'iifname'}} | == | 'eth*' | true",
                "{'meta':{'key':'oifname'}} | == | {'set':['eth1','eth7']} | true",
                "{'meta':{'key':'iif'}}     | == | 'eth0' | true",
                "{'meta':{'key':'length'}}  | == | {'range':[40,80]} | true",
                "{'meta':{'key':'l4proto'}} | == | {'set':['tcp','udp']} | true",
                "{'meta':{'key':'mark'}}    | != | 0 | false",
                "{'meta':{'key':'pkttype'}} | == | 'unicast' | true",
                "{'&':[{'payload':{'protocol':'tcp','field':'flags'}},['syn','ack']]} | == | 'syn' | true",
                "{'payload':{'base':'nh','offset':96,'len':32}} | == | 167772162 | true",
                "{'payload':{'base':'th','offset':100,'len':4}} | == | 0 | true",
                "{'payload':{'protocol':'ether','field':'saddr'}} | == | '02:bb:00:00:00:00' | true",
                "{'payload':{'protocol':'ether','field':'type'}} | == | 'ip' | true",
                "{'tcp option':{'name':'maxseg','field':'size'}} | > | 1400 | true",
                "{'tcp option':{'name':'sack-perm'}} | == | true | false",
                "{'exthdr':{'name':'frag'}}  | == | false | false",
                "{'meta':{'key':'iifgroup'}} | == | 'default' | true",
                "{'meta':{'key':'iifgroup'}} | == | 7 | false",
                "{'meta':{'key':'priority'}} | == | 'none' | true",
                "{'fib':{'result':'oif','flags':['saddr','iif']}} | == | true | true",
                "{'fib':{'result':'oif','flags':['saddr','iif']}} | == | false | false",
                "{'fib':{'result':'type','flags':['daddr']}} | == | 'unicast' | true",
                "{'fib':{'result':'type','flags':['saddr']}} | == | 'local' | false",
                "{'fib':{'result':'oif','flags':['saddr','iif']}} | != | 0 | true",
                "{'concat':[{'payload':{'protocol':'ip','field':'daddr'}},{'payload':{'protocol':'tcp','field':'dport'}}]} | == | {'set':[{'concat':['8.8.8.8',80]}]} | true",
                "{'concat':[{'payload':{'protocol':'ip','field':'daddr'}},{'payload':{'protocol':'tcp','field':'dport'}}]} | == | {'set':[{'concat':[{'prefix':{'addr':'8.0.0.0','len':8}},{'range':[81,90]}]}]} | false",
            })
    void readsWhatIsKnownBesideTheHeaders(
            String left, String operator, String right, boolean expected) {
        assertEquals(expected, matches(SYN, operator, left, right));
    }

    @Test
    void findsTcpOptionsMissingFromWhatIsNotTcp() {
        assertTrue(matches(LATER_FRAGMENT, "==", "{'tcp option':{'name':'maxseg'}}", "false"));
    }

    @Test
    void asksForTheNeighbourOfTheDestinationThatARuleWrote() {
        String mangle =
                "{'mangle':{'key':{'payload':{'protocol':'ip','field':'daddr'}},'value':'10.0.1.2'}}";
        Frame frame =
                RulesetFixture.frame(
                        "eth0",
                        """
                        45 00 00 1c  11 11 00 00  40 11 54 b6   # UDP
                        0a 00 00 02  0a 00 01 09                # to 10.0.1.9, on eth1
                        0f a0 13 88 00 08 00 00
                        """);
        var egress =
                RulesetFixture.forward(mangle)
                        .path()
                        .decide(frame, "eth0")
                        .trail()
                        .consequences()
                        .egress();
        // To 10.0.1.2's link address, without a question for 10.0.1.9's.
        assertEquals(1, egress.size());
        assertEquals("02bb00000001", HexFormat.of().formatHex(egress.getFirst().bytes(), 0, 6));
    }

    /// As a 6.18 kernel does: what is written into UDP changes its checksum, whether it has one or
    /// not; what is written into the addresses, only one that is there.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'payload':{'protocol':'udp','field':'dport'}} | 99         | 0005 0063 000b ffd1 616263",
                "{'payload':{'protocol':'ip','field':'saddr'}}  | '10.0.2.7' | 0005 0035 000b 0000 616263",
            })
    void mendsTheChecksumOfUdpThatARuleWrites(String place, String value, String leaves) {
        Frame frame =
                RulesetFixture.frame(
                        "eth0",
                        """
                        45 00 00 1f  12 34 00 00  40 11 53 97   # UDP
                        0a 00 00 02  0a 00 01 02
                        00 05 00 35 00 0b 00 00 61 62 63        # no checksum
                        """);
        ForwardingPath path =
                RulesetFixture.forward("{'mangle':{'key':%s,'value':%s}}".formatted(place, value))
                        .path();
        String left = RulesetFixture.leaving(path, frame, "eth0");
        assertEquals(RulesetFixture.hex(leaves), left.substring(40));
    }

    /// As a 6.18 kernel does: small aligned fields are read where a transport header would be.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'payload':{'protocol':'udp','field':'dport'}} | == | 0 | true",
                "{'payload':{'protocol':'udp','field':'dport'}} | != | {'range':[42613,60124]} | true",
                "{'payload':{'base':'th','offset':0,'len':64}}  | == | 0 | false",
                "{'payload':{'base':'th','offset':8,'len':16}}  | == | 0 | false",
            })
    void readsSmallFieldsOfLaterFragments(
            String left, String operator, String right, boolean expected) {
        assertEquals(expected, matches(LATER_FRAGMENT, operator, left, right));
    }
}
