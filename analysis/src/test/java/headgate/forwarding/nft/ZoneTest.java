package headgate.forwarding.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.forwarding.ForwardingPath;
import headgate.forwarding.RouterFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Zones of connection tracking, and protocols that it knows by little; as a 6.18 kernel does.
class ZoneTest {
    /// From 10.0.0.2 by eth0.
    private static final String THERE = "4500 %04x 0001 0000 40 %02x %04x 0a000002 08080808 %s";

    /// From 8.8.8.8 by eth1.
    private static final String BACK = "4500 %04x 0001 0000 40 %02x %04x 08080808 0a000002 %s";

    private static final String ESTABLISHED =
            "{'match':{'op':'in','left':{'ct':{'key':'state'}},'right':'established'}},{'drop':null}";

    private static final String INVALID =
            "{'match':{'op':'in','left':{'ct':{'key':'state'}},'right':'invalid'}},{'drop':null}";

    /// UDP from 7 to 9 and from 9 to 7, without checksums.
    private static final String ASKING = "0007 0009 0008 0000";

    private static final String ANSWER = "0009 0007 0008 0000";

    private static String send(ForwardingPath path, String packet, int protocol, String payload) {
        int length = 20 + RouterFixture.bytes(payload).length;
        boolean there = packet.equals(THERE);
        int rest = 0x4500 + length + 1 + 0x4000 + protocol + 0x0a00 + 2 + 0x0808 + 0x0808;
        int sum = ~((rest & 0xffff) + (rest >>> 16)) & 0xffff;
        String device = there ? "eth0" : "eth1";
        String hex = packet.formatted(length, protocol, sum, payload);
        return path.decide(RulesetFixture.frame(device, hex), device).kind();
    }

    private static String setZone(String direction, int zone) {
        String key = direction.isEmpty() ? "" : ",'dir':'%s'".formatted(direction);
        return "{'mangle':{'key':{'ct':{'key':'zone'%s}},'value':%d}}".formatted(key, zone);
    }

    private static String from(String device) {
        return "{'match':{'op':'==','left':{'meta':{'key':'iifname'}},'right':'%s'}},"
                .formatted(device);
    }

    private static ForwardingPath path(String... zoning) {
        var rules = new RulesetFixture().baseChain("p", "prerouting", -300, "accept");
        for (String rule : zoning) {
            rules.rule("p", rule);
        }
        return rules.baseChain("f", "forward", 0, "accept").rule("f", ESTABLISHED).path();
    }

    /// @param there direction and zone for packets from eth0
    /// @param back for those from eth1
    /// @param answer what becomes of an answer: dropped if it is taken for one
    @ParameterizedTest
    @CsvSource({
        "'', 5, '', 5, drop",
        "'', 5, '', 6, forward",
        "original, 5, original, 5, drop",
        "original, 5, original, 9, drop",
        "reply, 5, reply, 5, drop",
        "reply, 5, reply, 6, forward",
        "original, 5, reply, 6, forward",
    })
    void looksForEachDirectionInItsZone(
            String there, int zoneThere, String back, int zoneBack, String answer) {
        ForwardingPath path =
                path(
                        from("eth0") + setZone(there, zoneThere),
                        from("eth1") + setZone(back, zoneBack));
        assertEquals("forward", send(path, THERE, 17, ASKING));
        assertEquals(answer, send(path, BACK, 17, ANSWER));
    }

    @Test
    void takesTheFirstZoneThatARuleSets() {
        ForwardingPath path =
                path(
                        from("eth0") + setZone("", 5),
                        from("eth0") + setZone("", 6) + ",{'notrack':null}",
                        from("eth1") + setZone("", 5));
        assertEquals("forward", send(path, THERE, 17, ASKING));
        assertEquals("drop", send(path, BACK, 17, ANSWER));
    }

    @Test
    void tellsTheZoneToRulesBehindTracking() {
        String isFive =
                "{'match':{'op':'==','left':{'ct':{'key':'zone'%s}},'right':5}},{'drop':null}";
        ForwardingPath path =
                new RulesetFixture()
                        .baseChain("p", "prerouting", -300, "accept")
                        .rule("p", setZone("original", 5))
                        .rule("p", isFive.formatted(""))
                        .baseChain("f", "forward", 0, "accept")
                        .rule("f", isFive.formatted(",'dir':'reply'"))
                        .baseChain("g", "forward", 1, "accept")
                        .rule("g", from("eth0") + isFive.formatted(",'dir':'original'"))
                        .path();
        assertEquals("drop", send(path, THERE, 17, ASKING));
        assertEquals("forward", send(path, BACK, 17, ANSWER));
    }

    /// In one direction it would be taken for the other connection's.
    @Test
    void dropsAConnectionWhoseAnswersWouldBelongToAnother() {
        ForwardingPath path = path(from("eth0") + setZone("reply", 5));
        assertEquals("forward", send(path, THERE, 17, ASKING));
        assertEquals("drop", send(path, BACK, 17, ANSWER));
        assertEquals("drop", send(path, BACK, 17, ANSWER));
    }

    /// A rule before tracking that is not known: neither is the packet's connection.
    @Test
    void doesNotGuessTheConnectionOfAPacketThatEndedBeforeTracking() {
        ForwardingPath path = path(from("eth0") + "{'osf':{'key':'name'}}");
        assertEquals("incomplete", send(path, THERE, 17, ASKING));
        assertEquals("incomplete", send(path, BACK, 17, ANSWER));
    }

    /// The pseudo-header of tracking bears the number of UDP; one by RFC 3828 is wrong to it.
    @ParameterizedTest
    @CsvSource({
        // Covers all; as UDP sums it up.
        "0011 0008 000c 20e5 61626364, forward",
        // As RFC 3828 does.
        "0007 0008 0000 2084 61626364, drop",
        // Covers the header alone, as UDP.
        "0013 0008 0008 e5ad 61626364, forward",
        // Covers less than the header, or more than there is; no checksum.
        "0013 0008 0004 e5b1 61626364, drop",
        "0013 0008 000d e5a8 61626364, drop",
        "0013 0008 0008 0000 61626364, drop",
    })
    void findsMostUdpLiteInvalid(String payload, String verdict) {
        assertEquals(verdict, send(RulesetFixture.forward(INVALID).path(), THERE, 136, payload));
    }

    @Test
    void followsUdpLiteByItsPorts() {
        ForwardingPath path = RulesetFixture.forward(INVALID, ESTABLISHED).path();
        assertEquals("forward", send(path, THERE, 136, "0013 0008 0008 e5ad 61626364"));
        assertEquals("drop", send(path, BACK, 136, "0008 0013 0008 e5ad 61626364"));
        assertEquals("forward", send(path, BACK, 136, "0008 0014 0008 e5ac 61626364"));
    }

    /// As since Linux 6.17.
    @Test
    void followsDccpByItsAddresses() {
        ForwardingPath path = RulesetFixture.forward(ESTABLISHED).path();
        assertEquals("forward", send(path, THERE, 33, "0007 0008 05000000 0000000000000000"));
        assertEquals("drop", send(path, BACK, 33, "0001 0002 05000000 0000000000000000"));
    }

    /// Without a helper nobody knows the number of the other direction's call.
    @Test
    void followsEachDirectionOfAPptpCallApart() {
        ForwardingPath path = RulesetFixture.forward(INVALID, ESTABLISHED).path();
        assertEquals("forward", send(path, THERE, 47, "3001 880b 0004 002a 00000001"));
        assertEquals("forward", send(path, BACK, 47, "3001 880b 0004 002a 00000001"));
        assertEquals("drop", send(path, THERE, 47, "3001 0800 0004 002a 00000001"));
        // Call 0 has an answer: it looks like one.
        assertEquals("forward", send(path, THERE, 47, "0000 0800"));
        assertEquals("drop", send(path, BACK, 47, "3001 880b"));
    }
}
