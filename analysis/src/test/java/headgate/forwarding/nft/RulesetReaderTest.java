package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.RouterFixture;
import headgate.forwarding.SnapshotException;
import headgate.forwarding.Verdict;
import org.junit.jupiter.api.Test;

class RulesetReaderTest {
    private static final String UDP_53 =
            """
            4500 001c 0000 0000 40 11 60b9  # 28 bytes, UDP
            0a000009 08080808               # 10.0.0.9 to 8.8.8.8
            1000 0035 0008 0000             # port 53, no checksum
            """;

    private static Verdict judge(RulesetFixture rules) {
        return rules.path().decide(RulesetFixture.frame("eth0", UDP_53), "eth0");
    }

    private static String why(RulesetFixture rules) {
        return assertInstanceOf(Verdict.Incomplete.class, judge(rules)).why();
    }

    @Test
    void refusesChainsThatJumpInALoop() {
        var rules =
                RulesetFixture.forward("{'jump':{'target':'a'}}")
                        .chain("a")
                        .chain("b")
                        .rule("a", "{'goto':{'target':'b'}}")
                        .rule("b", "{'jump':{'target':'a'}}");
        String message = assertThrows(SnapshotException.class, rules::read).getMessage();
        assertEquals(
                "nft.json: rule ip t b handle 15: chains jump in a loop: a -> b -> a", message);
    }

    @Test
    void refusesALoopThroughAVerdictMap() {
        var rules =
                RulesetFixture.forward("{'jump':{'target':'a'}}")
                        .chain("a")
                        .rule(
                                "a",
                                "{'vmap':{'key':{'payload':{'protocol':'ip','field':'ttl'}},"
                                        + "'data':{'set':[[1,{'jump':{'target':'a'}}]]}}}");
        assertTrue(
                assertThrows(SnapshotException.class, rules::read).getMessage().contains("a -> a"));
    }

    @Test
    void refusesJumpsDeeperThanAKernelTakes() {
        var rules = RulesetFixture.forward("{'jump':{'target':'c0'}}");
        for (int i = 0; i < 16; i++) {
            rules.chain("c" + i);
        }
        for (int i = 0; i < 15; i++) {
            rules.rule("c" + i, "{'jump':{'target':'c" + (i + 1) + "'}}");
        }
        assertTrue(
                assertThrows(SnapshotException.class, rules::read)
                        .getMessage()
                        .contains("deeper than 16"));
    }

    @Test
    void saysWhereJsonIsBroken() {
        var router = new RouterFixture().document("nft.json", "{\"nftables\": [\n  {\"rule\": }]}");
        var refused =
                assertThrows(
                        SnapshotException.class,
                        () -> headgate.forwarding.HostSnapshot.of(router.documents()));
        assertTrue(
                refused.getMessage().startsWith("nft.json line 2 column 1"), refused.getMessage());
    }

    @Test
    void listsAStatementThatIsNotKnownWithItsRule() throws SnapshotException {
        var rules = RulesetFixture.forward("{'queue':{'num':0}}");
        assertEquals(
                "nft.json /nftables/2: chain ip t c handle 11: statement queue {\"num\":0} is not known",
                rules.read().unmodelled().getFirst().toString());
    }

    @Test
    void isIncompleteOnlyWhereItReachesWhatIsNotKnown() {
        String unknown = "{'queue':{'num':0}}";
        String other =
                "{'match':{'op':'==','left':{'payload':{'protocol':'udp','field':'dport'}},'right':54}}";
        assertInstanceOf(
                Verdict.Forward.class, judge(RulesetFixture.forward(other + "," + unknown)));
        assertTrue(why(RulesetFixture.forward(unknown)).contains("queue"));
        assertInstanceOf(
                Verdict.Forward.class, judge(RulesetFixture.forward("{'accept':null}", unknown)));
    }

    @Test
    void takesMarksAndCommentsForWhatTheyAre() throws SnapshotException {
        var rules =
                RulesetFixture.forward(
                        "{'log':null},{'counter':{'packets':3,'bytes':9}},{'limit':{'rate':5,'per':'hour'}},{'drop':null}");
        assertEquals(0, rules.read().unmodelledCount());
        assertInstanceOf(Verdict.Refused.class, judge(rules));
    }

    @Test
    void jumpsToAChainThatIsNotThereCannotBeJudged() {
        assertTrue(
                why(RulesetFixture.forward("{'jump':{'target':'gone'}}"))
                        .contains("chain ip t gone is not in the rule set"));
    }

    @Test
    void leavesDormantTablesOut() {
        var rules =
                new RulesetFixture()
                        .element(
                                "{'table':{'family':'ip','name':'t','handle':1,'flags':['dormant']}}")
                        .baseChain("c", "forward", 0, "drop");
        assertInstanceOf(Verdict.Forward.class, judge(rules));
    }

    @Test
    void readsAHundredThousandRulesAndElements() throws SnapshotException {
        var rules = RulesetFixture.forward();
        var elements = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            rules.rule("c", "{'counter':{'packets':0,'bytes':0}}");
            elements.append(i == 0 ? "" : ",").append(i);
        }
        rules.element(
                "{'set':{'family':'ip','table':'t','name':'s','type':'mark','handle':9,'elem':["
                        + elements
                        + "]}}");
        rules.rule(
                "c",
                "{'match':{'op':'!=','left':{'meta':{'key':'mark'}},'right':'@s'}},{'drop':null}");
        assertEquals(100_001, rules.read().ruleset().rules().size());
        assertInstanceOf(Verdict.Forward.class, judge(rules));
    }
}
