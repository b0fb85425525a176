package headgate.console.flows;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import headgate.console.ThreeConversations;
import headgate.flow.FlowRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests on a TCP connection from 10.0.0.1:50000 to 10.0.0.2:80 and a UDP exchange from
/// 10.0.0.1:50001 to 10.0.0.2:53, which is dns by its port.
class FlowFilterTest {
    private static FlowRecord tcp;
    private static FlowRecord udp;

    @BeforeAll
    static void readTheCapture(@TempDir Path directory) throws IOException {
        List<FlowRecord> records = ThreeConversations.records(directory);
        tcp = records.getFirst();
        udp = records.getLast();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proto=6",
                "proto == 6.0",
                "proto != 17",
                "proto<7 and proto>5 and proto<=6 and proto>=6",
                "state=SF and rtt",
                "rtt > 24ms and rtt < 26ms",
                "rtt = 0.025",
                "duration >= 29000us && duration < 0.0005min",
                "start >= 2023-11-14T22:13:20Z and start < 2023-11-14T22:13:20.000000001Z",
                "bytes > 0.4k and bytes < 1M",
                "packets = 7",
                "history ~ dff",
                "resp_mss or orig_flags ~ syn",
                "port = 80 and addr = 10.0.0.2 and not addr = 10.0.0.3",
                "port != 53",
                "(proto = 6 or proto = 17) and not proto = 17",
                "not not proto=6 and !(proto=17)",
                "proto = 17 and proto = 6 or proto = 6",
                "proto=6 or proto=17 and proto=1",
                "sport='50000'",
                "NOT proto = 17 AND proto = 6"
            })
    void isTrueOfTheConnectionAlone(String expression) throws FlowFilter.SyntaxException {
        var filter = FlowFilter.parse(expression);
        assertTrue(filter.test(tcp), expression);
        assertTrue(!filter.test(udp) || expression.startsWith("port != 53"), expression);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "src=10.0.0.0/8",
                "src=10.0.0.1/32",
                "src=10.0.0.1",
                "addr = 10.0.0.2/31",
                "src = 0.0.0.0/0",
                "src != ::/0",
                "community_id ~ 1:",
                "not vlan",
                "vlan != 20",
                "app != http",
                "tls.handshake.ja3 != 0149f47eabf9a20d0893e2a44e5a6323 and not http.host"
            })
    void isTrueOfBoth(String expression) throws FlowFilter.SyntaxException {
        var filter = FlowFilter.parse(expression);
        assertTrue(filter.test(tcp) && filter.test(udp), expression);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "src = 10.0.0.2",
                "src = ::/0",
                "vlan = 20",
                "app = http",
                "app ~ h",
                "orig_mss < 1000000",
                "tls.handshake.ja3 ~ a"
            })
    void isTrueOfNeither(String expression) throws FlowFilter.SyntaxException {
        var filter = FlowFilter.parse(expression);
        assertTrue(!filter.test(tcp) && !filter.test(udp), expression);
    }

    @Test
    void takesAValueUpToASpaceOrBetweenQuotes() throws FlowFilter.SyntaxException {
        String id = tcp.communityId();
        assertTrue(FlowFilter.parse("(community_id=" + id + ")").test(tcp), id);
        assertTrue(FlowFilter.parse("community_id = \"" + id + "\"").test(tcp), id);
    }

    private static List<Arguments> wrongOnes() {
        return List.of(
                arguments("", 1, "the name of a field is missing"),
                arguments("proto = 6 proto", 11, "'and', 'or' or the end is missing"),
                arguments("(proto = 6", 11, "')' is missing"),
                arguments("proto = 6)", 10, "'and', 'or' or the end is missing"),
                arguments("proto =", 8, "the value is missing"),
                arguments("proto = six", 9, "'six' is no number; it may end in G, M, T, k"),
                arguments("rtt > 5 parsecs", 9, "'and', 'or' or the end is missing"),
                arguments("rtt > 5parsecs", 7, "is no number; it may end in h, min, ms, ns, s, us"),
                arguments("proto = 1e99999999999", 9, "is no number"),
                arguments("src = 10.0.0.0/33", 7, "has 0 to 32 bits, not 33"),
                arguments("src = 10.0.0.0/x", 7, "is no network as 10.0.0.0/8"),
                arguments("src = 10.0.0", 7, "is not an IP address"),
                arguments("src < 10.0.0.1", 7, "src has no order"),
                arguments("state > S0", 9, "state has no order"),
                arguments("state = 'S0", 9, "the end of what is quoted is missing"),
                arguments("not", 4, "the name of a field is missing"),
                arguments("stae = S0", 1, "no field 'stae', perhaps 'state'; -e ? lists all"));
    }

    @ParameterizedTest
    @MethodSource("wrongOnes")
    void saysWhereAndWhatIsWrong(String expression, int character, String what) {
        String text = expression == null ? "" : expression;
        var wrong = assertThrows(FlowFilter.SyntaxException.class, () -> FlowFilter.parse(text));
        assertTrue(
                wrong.getMessage().startsWith("at character " + character + ": "),
                wrong.getMessage());
        assertTrue(wrong.getMessage().contains(what), wrong.getMessage());
    }

    @Test
    void refusesParenthesesInEachOtherWithoutEnd() {
        String deep = "(".repeat(100_000);
        var wrong = assertThrows(FlowFilter.SyntaxException.class, () -> FlowFilter.parse(deep));
        assertTrue(wrong.getMessage().contains("more than 100 parentheses"), "said so");
    }

    @Test
    void takesAnyOfTheApplicationsAndNoneOfThoseExcluded() {
        assertTrue(FlowFilter.applications(List.of("dns", "http")).test(udp));
        assertFalse(FlowFilter.applications(List.of("!dns")).test(udp));
        assertTrue(FlowFilter.applications(List.of("!dns")).test(tcp), "none is none of them");
        assertFalse(FlowFilter.applications(List.of("tls")).test(tcp));
        assertThrows(IllegalArgumentException.class, () -> FlowFilter.applications(List.of("!x")));
    }
}
