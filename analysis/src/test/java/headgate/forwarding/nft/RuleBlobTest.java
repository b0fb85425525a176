package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.Verdict;
import headgate.packet.Frame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Rules laid flat do what they do one by one.
class RuleBlobTest {
    private static final String COUNT = "{'counter':{'packets':0,'bytes':0}}";

    private static final Frame UDP =
            RulesetFixture.frame(
                    "eth0",
                    """
                    4500 0020 0001 0000 40 11 60bb   # 32 bytes, UDP, time to live 64
                    0a000002 08080808                # 10.0.0.2 to 8.8.8.8
                    1388 0035 000c 0000 00000000     # 5000 to 53
                    """);

    private static String match(String field, String operator, String right) {
        String[] words = field.split(" ");
        return "{'match':{'op':'%s','left':{'payload':{'protocol':'%s','field':'%s'}},'right':%s}}"
                .formatted(operator, words[0], words[1], right);
    }

    /// How often each rule that counts was met.
    private static List<Long> counts(RulesetFixture rules) {
        ForwardingPath path = rules.path();
        path.decide(UDP, "eth0");
        var counts = new ArrayList<Long>();
        for (NftRule rule : path.host().ruleset().rules()) {
            if (path.filter().packets(rule) >= 0) {
                counts.add(path.filter().packets(rule));
            }
        }
        return counts;
    }

    @Test
    void goesOnBehindTheRuleThatJumped() {
        var rules =
                new RulesetFixture()
                        .baseChain("c", "forward", 0, "accept")
                        .chain("inner")
                        .rule("c", COUNT + ",{'jump':{'target':'inner'}}")
                        .rule("c", COUNT + ",{'drop':null}")
                        .rule("inner", COUNT + ",{'return':null}")
                        .rule("inner", COUNT);
        assertEquals(List.of(1L, 1L, 1L, 0L), counts(rules));
    }

    @Test
    void readsAFieldAgainThatARuleChanged() {
        String toTen = "{'mangle':{'key':{'payload':{'protocol':'ip','field':'ttl'}},'value':10}}";
        var rules =
                RulesetFixture.forward(
                        match("ip ttl", "==", "63") + "," + COUNT + "," + toTen,
                        match("ip ttl", "==", "63") + "," + COUNT,
                        match("ip ttl", "==", "10") + "," + COUNT);
        assertEquals(List.of(1L, 0L, 1L), counts(rules));
    }

    @Test
    void readsMoreFieldsThanItKeeps() {
        var texts = new ArrayList<String>();
        for (int bit = 0; bit < 2 * Fields.MOST; bit++) {
            texts.add(
                    "{'match':{'op':'!=','left':{'payload':{'base':'nh','offset':%d,'len':16}},'right':65535}},%s"
                            .formatted(bit, COUNT));
        }
        var counts = counts(RulesetFixture.forward(texts.toArray(String[]::new)));
        assertEquals(List.of(1L), counts.stream().distinct().toList());
        assertEquals(2 * Fields.MOST, counts.size());
    }

    @Test
    void looksUpSetsOfFewAndOfManyValues() {
        var many = new StringBuilder("53");
        for (int port = 1000; port < 1100; port++) {
            many.append(',').append(port);
        }
        var rules =
                RulesetFixture.forward(
                        match("udp dport", "==", "{'set':[1,53]}") + "," + COUNT,
                        match("udp dport", "!=", "{'set':[1,53]}") + "," + COUNT,
                        match("udp dport", "==", "{'set':[1,2]}") + "," + COUNT,
                        match("udp dport", "==", "{'set':[" + many + "]}") + "," + COUNT,
                        match("udp sport", "==", "{'set':[" + many + "]}") + "," + COUNT,
                        match("tcp dport", "!=", "{'set':[1,2]}") + "," + COUNT);
        assertEquals(List.of(1L, 0L, 0L, 1L, 0L, 0L), counts(rules));
    }

    @Test
    void namesTheRuleThatDecided() {
        ForwardingPath path =
                RulesetFixture.forward(
                                match("udp dport", "==", "54") + ",{'drop':null}",
                                match("udp dport", "==", "53") + ",{'drop':null}")
                        .path();
        var refused = assertInstanceOf(Verdict.Refused.class, path.decide(UDP, "eth0"));
        NftRule second = path.host().ruleset().rules().get(1);
        assertEquals(second.toString(), refused.trail().steps().getLast().evidence());
    }

    @Test
    void cannotTellOfARuleWithMoreStatementsThanAKernelTakes() {
        String statements = String.join(",", java.util.Collections.nCopies(200, COUNT));
        var verdict = RulesetFixture.forward(statements).path().decide(UDP, "eth0");
        var incomplete = assertInstanceOf(Verdict.Incomplete.class, verdict);
        assertEquals(true, incomplete.why().contains("a rule of more than 128 statements"));
    }
}
