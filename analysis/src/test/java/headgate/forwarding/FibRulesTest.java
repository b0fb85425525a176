package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// FW-6: policy rules.
class FibRulesTest {
    /// Routes of table 77 leave by 10.0.1.7; all others by 10.0.1.2.
    private static RouterFixture router(String... rules) {
        return new RouterFixture()
                .routes(
                        "{\"dst\":\"default\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"}",
                        "{\"dst\":\"default\",\"gateway\":\"10.0.1.7\",\"dev\":\"eth1\",\"table\":\"77\"}")
                .rules(rules);
    }

    private static RouteQuery query(int tos, int mark, int protocol, int from, int to) {
        return new RouteQuery(
                Inet4.parse("8.8.8.8"),
                Inet4.parse("10.0.0.9"),
                "eth0",
                tos,
                mark,
                protocol,
                from,
                to);
    }

    private static final RouteQuery UDP = query(0, 0, 17, 4242, 53);

    private static boolean takes77(String rule, RouteQuery query) {
        RouteAnswer answer = router(rule).path().route(query);
        assertEquals("", answer.incomplete(), rule);
        return answer.via().equals("10.0.1.7");
    }

    private static String rule(String selectors) {
        return "{\"priority\":100," + selectors + "\"table\":\"77\"}";
    }

    private static void assertSelects(boolean selects, String selectors, RouteQuery query) {
        assertEquals(selects, takes77(rule(selectors), query), selectors);
    }

    @Test
    void selectsByAddressesUnderTheirMasks() {
        assertSelects(true, "\"src\":\"10.0.0.9\",", UDP);
        assertSelects(true, "\"src\":\"10.0.0.0\",\"srclen\":24,", UDP);
        assertSelects(false, "\"src\":\"10.0.0.10\",", UDP);
        assertSelects(true, "\"src\":\"all\",\"dst\":\"8.0.0.0\",\"dstlen\":8,", UDP);
        assertSelects(false, "\"src\":\"all\",\"dst\":\"9.0.0.0\",\"dstlen\":8,", UDP);
    }

    /// Kernel: `fib_rule_requires_fldissect`.
    @Test
    void doesNotDissectPacketsForRulesOfTheLoopbackDevice() {
        String own = "\"src\":\"all\",\"iif\":\"lo\",\"ipproto\":\"udp\",";
        String others = "\"src\":\"all\",\"iif\":\"eth1\",\"ipproto\":\"udp\",";
        assertFalse(router(rule(own)).snapshot().rules().dissect());
        assertTrue(router(rule(own), rule(others)).snapshot().rules().dissect());
    }

    @Test
    void selectsByInputDeviceAndNeverByOutputDevice() {
        assertSelects(true, "\"src\":\"all\",\"iif\":\"eth0\",", UDP);
        assertSelects(false, "\"src\":\"all\",\"iif\":\"eth1\",", UDP);
        assertSelects(false, "\"src\":\"all\",\"oif\":\"eth1\",", UDP);
    }

    @Test
    void selectsByMarkUnderItsMask() {
        RouteQuery marked = query(0, 0x12, 17, 4242, 53);
        assertSelects(true, "\"src\":\"all\",\"fwmark\":\"0x12\",", marked);
        assertSelects(true, "\"src\":\"all\",\"fwmark\":\"0x2\",\"fwmask\":\"0xf\",", marked);
        assertSelects(false, "\"src\":\"all\",\"fwmark\":\"0x12\",", UDP);
    }

    @Test
    void selectsByTypeOfServiceWithoutThePrecedenceBits() {
        assertSelects(true, "\"src\":\"all\",\"tos\":\"0x08\",", query(0x28, 0, 17, 1, 2));
        assertSelects(false, "\"src\":\"all\",\"tos\":\"0x08\",", query(0x18, 0, 17, 1, 2));
    }

    @Test
    void selectsByDscpWithAllSixBits() {
        assertSelects(true, "\"src\":\"all\",\"dscp\":\"2\",", query(0x08, 0, 17, 1, 2));
        assertSelects(false, "\"src\":\"all\",\"dscp\":\"2\",", query(0x28, 0, 17, 1, 2));
    }

    @Test
    void selectsByProtocolAndPorts() {
        assertSelects(true, "\"src\":\"all\",\"ipproto\":\"udp\",", UDP);
        assertSelects(false, "\"src\":\"all\",\"ipproto\":\"tcp\",", UDP);
        assertSelects(true, "\"src\":\"all\",\"dport\":53,", UDP);
        assertSelects(false, "\"src\":\"all\",\"dport\":54,", UDP);
        assertSelects(true, "\"src\":\"all\",\"sport_start\":4000,\"sport_end\":4242,", UDP);
        assertSelects(false, "\"src\":\"all\",\"sport_start\":4000,\"sport_end\":4241,", UDP);
    }

    @Test
    void countsReceivedPacketsAsTheSuperusers() {
        assertSelects(true, "\"src\":\"all\",\"uid_start\":0,\"uid_end\":0,", UDP);
        assertSelects(false, "\"src\":\"all\",\"uid_start\":5,\"uid_end\":9,", UDP);
    }

    @Test
    void invertsTheSelectorsAsAWhole() {
        assertSelects(false, "\"not\":null,\"src\":\"10.0.0.9\",", UDP);
        assertSelects(true, "\"not\":null,\"src\":\"10.0.0.9\",\"iif\":\"eth1\",", UDP);
    }

    @Test
    void takesAQueryWithoutProtocolForUdpWithPortsOfZero() {
        RouteQuery open = query(0, 0, -1, 0, 0);
        assertSelects(true, "\"src\":\"all\",\"ipproto\":\"udp\",", open);
        assertSelects(false, "\"src\":\"all\",\"ipproto\":\"tcp\",", open);
    }

    private static Errno error(String... rules) {
        return router(rules).path().route(UDP).error();
    }

    @Test
    void actsByItself() {
        assertEquals(Errno.EINVAL, error(action("blackhole")));
        assertEquals(Errno.ENETUNREACH, error(action("unreachable")));
        assertEquals(Errno.EACCES, error(action("prohibit")));
        assertEquals(Errno.NONE, error("{\"priority\":5,\"src\":\"all\",\"nop\":null}"));
    }

    private static String action(String action) {
        return "{\"priority\":50,\"src\":\"all\",\"action\":\"" + action + "\"}";
    }

    @Test
    void goesForwardAndNeverBack() {
        assertEquals(
                Errno.NONE,
                error(
                        "{\"priority\":10,\"src\":\"all\",\"goto\":60}",
                        action("blackhole"),
                        "{\"priority\":60,\"src\":\"all\",\"table\":\"main\"}"));
        assertEquals(
                Errno.NONE,
                error("{\"priority\":10,\"src\":\"all\",\"goto\":10}"),
                "a rule that leads to itself leads nowhere");
        assertEquals(Errno.NONE, error("{\"priority\":10,\"src\":\"all\",\"goto\":11}"));
    }

    @Test
    void refusesResultsWithShortPrefixes() {
        String suppressing =
                "{\"priority\":10,\"src\":\"all\",\"table\":\"main\",\"suppress_prefixlen\":0}";
        assertTrue(
                router(suppressing, rule("\"src\":\"all\","))
                        .path()
                        .route(UDP)
                        .via()
                        .equals("10.0.1.7"));
    }

    @Test
    void doesNotGuessWhatAnUnknownSelectorSelects() {
        RouteAnswer answer =
                router("{\"priority\":10,\"src\":\"all\",\"flavour\":\"sour\",\"table\":\"77\"}")
                        .path()
                        .route(UDP);
        assertTrue(answer.incomplete().contains("rule4.json /1/flavour"), answer.incomplete());
    }

    @Test
    void namesTheRuleAsTheToolPrintsIt() {
        RouteAnswer answer = router(rule("\"src\":\"10.0.0.9\",")).path().route(UDP);
        assertEquals("100: from 10.0.0.9 lookup 77", answer.rule().toString());
    }
}
