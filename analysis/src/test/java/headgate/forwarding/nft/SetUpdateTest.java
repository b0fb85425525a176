package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.RouterFixture;
import headgate.forwarding.Verdict;
import headgate.packet.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sets that packets fill, and elements that hold what packets use up; as a 6.18 kernel does.
/// Statements as `nft -j list ruleset` prints them.
class SetUpdateTest {
    private static final String SOURCE = "{'payload':{'protocol':'ip','field':'saddr'}}";

    private long nowNanos = 1_000_000_000_000L;

    private static RulesetFixture router(String set) {
        return new RulesetFixture()
                .element(
                        "{'set':{'family':'ip','name':'s','table':'t','type':'ipv4_addr','handle':3,%s}}"
                                .formatted(set))
                .baseChain("c", "forward", 0, "accept");
    }

    /// A rule for packets of this length.
    private static String at(int length, String statements) {
        return "{'match':{'op':'==','left':{'payload':{'protocol':'ip','field':'length'}},'right':%d}},%s"
                .formatted(length, statements);
    }

    private static String change(String operation, String more) {
        return "{'set':{'op':'%s','elem':%s,'set':'@s'%s}}".formatted(operation, SOURCE, more);
    }

    private static String lookup(String operator) {
        return "{'match':{'op':'%s','left':%s,'right':'@s'}}".formatted(operator, SOURCE);
    }

    private static final String DROP = ",{'drop':null}";

    /// 28: add; 29: update; 30: delete; 31: is it there? 32: is it missing? All of them drop the
    /// packet if the answer is yes.
    private static ForwardingPath path(String set, String statements) {
        return router(set)
                .rule("c", at(28, change("add", statements) + DROP))
                .rule("c", at(29, change("update", statements) + DROP))
                .rule("c", at(30, change("delete", "") + DROP))
                .rule("c", at(31, lookup("==") + DROP))
                .rule("c", at(32, lookup("!=") + DROP))
                .path();
    }

    private String send(ForwardingPath path, int last, int length) {
        String source = "10.0.0." + last;
        Frame frame = RouterFixture.packet(source, "10.0.1.2", 64, length);
        frame.arrivalNanos = nowNanos;
        return path.decide(frame, "eth0").kind();
    }

    private void pass(long millis) {
        nowNanos += millis * 1_000_000;
    }

    @Test
    void findsWhatPacketsAddedAndNotWhatTheyDeleted() {
        ForwardingPath path = path("'size':10,'elem':['10.0.0.7']", "");
        assertEquals("forward", send(path, 2, 31));
        assertEquals("drop", send(path, 2, 32));
        assertEquals("drop", send(path, 7, 31));
        assertEquals("drop", send(path, 2, 28));
        assertEquals("drop", send(path, 2, 31));
        assertEquals("forward", send(path, 2, 32));
        assertEquals("forward", send(path, 3, 31));
        assertEquals("drop", send(path, 2, 30));
        assertEquals("drop", send(path, 7, 30));
        assertEquals("forward", send(path, 2, 31));
        assertEquals("forward", send(path, 7, 31));
    }

    @Test
    void keepsElementsForTheirTimeoutWhichOnlyUpdatesProlong() {
        ForwardingPath path = path("'size':10,'flags':['timeout'],'timeout':2", "");
        send(path, 2, 28);
        send(path, 3, 28);
        pass(1500);
        send(path, 2, 28);
        send(path, 3, 29);
        pass(1000);
        assertEquals("forward", send(path, 2, 31));
        assertEquals("drop", send(path, 3, 31));
        pass(1000);
        assertEquals("forward", send(path, 3, 31));
    }

    @Test
    void endsTheRuleWhereASetIsFull() {
        ForwardingPath path = path("'size':2", "");
        assertEquals("drop", send(path, 2, 28));
        assertEquals("drop", send(path, 3, 28));
        assertEquals("forward", send(path, 4, 28));
        assertEquals("drop", send(path, 3, 28));
        assertEquals("forward", send(path, 4, 31));
        assertEquals(1, path.filter().refusedElements());
    }

    /// A kernel collects what is gone once a second, and nobody knows when in it.
    @Test
    void doesNotGuessWhetherRoomHasBeenMade() {
        ForwardingPath path = path("'size':2", "");
        send(path, 2, 28);
        send(path, 3, 28);
        send(path, 3, 30);
        assertEquals("incomplete", send(path, 4, 28));
        assertEquals("incomplete", send(path, 4, 31));
        assertEquals("forward", send(path, 5, 31));
    }

    @Test
    void fillsTheRoomThatHasSurelyBeenMade() {
        ForwardingPath path = path("'size':2", "");
        send(path, 2, 28);
        send(path, 3, 28);
        send(path, 3, 30);
        pass(2000);
        assertEquals("drop", send(path, 4, 28));
        assertEquals("drop", send(path, 4, 31));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'limit':{'rate':1,'burst':2,'per':'second'}",
                "'quota':{'val':60,'val_unit':'bytes'}"
            })
    void metersEachElementApart(String meter) {
        ForwardingPath path = path("'size':10", ",'stmt':[{%s}]".formatted(meter));
        assertEquals("drop", send(path, 2, 28));
        assertEquals("drop", send(path, 2, 28));
        assertEquals("forward", send(path, 2, 28));
        assertEquals("drop", send(path, 3, 28));
        // Looking it up uses it as well; looking whether it is missing does not.
        assertEquals("forward", send(path, 3, 32));
        assertEquals("drop", send(path, 3, 31));
        assertEquals("forward", send(path, 3, 31));
        assertEquals("forward", send(path, 3, 32));
    }

    @Test
    void takesTheStatementsOfTheSetForElementsThatAreListedAndAdded() {
        ForwardingPath path =
                path(
                        "'size':10,'stmt':[{'quota':{'val':60,'val_unit':'bytes'}}],"
                                + "'elem':[{'elem':{'val':'10.0.0.7','quota':{'val':60,'val_unit':'bytes','used':40,'used_unit':'bytes'}}}]",
                        "");
        assertEquals("forward", send(path, 7, 31));
        assertEquals("drop", send(path, 2, 28));
        assertEquals("drop", send(path, 2, 31));
        assertEquals("forward", send(path, 2, 31));
    }

    @Test
    void countsWithoutChangingAnAnswer() {
        ForwardingPath path =
                path(
                        "'stmt':[{'counter':null}],'elem':[{'elem':{'val':'10.0.0.7','counter':{'packets':1,'bytes':2}}}]",
                        "");
        assertEquals("drop", send(path, 7, 31));
        assertEquals("drop", send(path, 2, 28));
        assertEquals("drop", send(path, 2, 31));
    }

    @Test
    void readsTheValuesThatPacketsPutIntoMaps() {
        ForwardingPath path =
                new RulesetFixture()
                        .element(
                                "{'map':{'family':'ip','name':'s','table':'t','type':'ipv4_addr','map':'mark','handle':3,'size':10}}")
                        .baseChain("c", "forward", 0, "accept")
                        .rule(
                                "c",
                                at(
                                        28,
                                        "{'map':{'op':'add','elem':%s,'data':23,'map':'@s'}}"
                                                .formatted(SOURCE)))
                        .rule(
                                "c",
                                "{'mangle':{'key':{'meta':{'key':'mark'}},'value':{'map':{'key':%s,'data':'@s'}}}},{'match':{'op':'==','left':{'meta':{'key':'mark'}},'right':23}},{'drop':null}"
                                        .formatted(SOURCE))
                        .path();
        assertEquals("forward", send(path, 2, 29));
        assertEquals("drop", send(path, 2, 28));
        assertEquals("drop", send(path, 2, 29));
        assertEquals("forward", send(path, 3, 29));
    }

    @Test
    void metersWithoutASetOfTheirOwn() {
        ForwardingPath path =
                RulesetFixture.forward(
                                "{'meter':{'key':{'elem':{'val':%s,'timeout':10}},'stmt':{'limit':{'rate':1,'burst':2,'per':'second','inv':true}},'size':128,'name':'m'}},{'drop':null}"
                                        .formatted(SOURCE))
                        .path();
        assertEquals("forward", send(path, 2, 28));
        assertEquals("forward", send(path, 2, 28));
        assertEquals("drop", send(path, 2, 28));
        assertEquals("forward", send(path, 3, 28));
    }

    @Test
    void knowsAListedElementAgainOnceAPacketProlongsIt() {
        ForwardingPath path =
                path(
                        "'size':10,'flags':['timeout'],'timeout':60,'elem':[{'elem':{'val':'10.0.0.7','expires':31}}]",
                        "");
        assertEquals("incomplete", send(path, 7, 31));
        assertEquals("drop", send(path, 7, 29));
        assertEquals("drop", send(path, 7, 31));
        pass(60_000);
        assertEquals("forward", send(path, 7, 31));
    }

    /// What became of the first packet is not known, so it is not known what it added.
    @Test
    void doesNotGuessWhatAPacketAddedWhoseOwnFateIsNotKnown() {
        ForwardingPath path =
                router("'size':10,'flags':['timeout'],'timeout':60")
                        .rule("c", at(28, "{'osf':{'key':'name'}}"))
                        .rule("c", at(28, change("add", "")))
                        .rule("c", lookup("==") + DROP)
                        .path();
        assertEquals("incomplete", send(path, 2, 28));
        assertEquals("incomplete", send(path, 2, 29));
        assertEquals("forward", send(path, 3, 29));
        pass(62_000);
        assertEquals("forward", send(path, 2, 29));
    }

    /// Former nft has no JSON for it.
    @Test
    void doesNotGuessWhatARulePutIntoAMapThatIsListedAsText() {
        ForwardingPath path =
                router("'size':10")
                        .rule("c", at(28, "'add @s { ip saddr : 0x00000017 }'"))
                        .rule("c", lookup("==") + DROP)
                        .path();
        assertInstanceOf(
                Verdict.Incomplete.class,
                path.decide(RouterFixture.packet("10.0.0.2", "10.0.1.2", 64, 28), "eth0"));
        assertEquals("incomplete", send(path, 2, 29));
    }
}
