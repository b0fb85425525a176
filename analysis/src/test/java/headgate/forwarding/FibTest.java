package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/// FW-6: longest prefix, and the order inside a prefix.
class FibTest {
    private static final String TO = "\"dev\":\"eth1\",\"gateway\":\"10.0.1.";

    private static String route(String destination, String more, int gateway) {
        return "{\"dst\":\"" + destination + "\"," + more + TO + gateway + "\"}";
    }

    private static RouteAnswer ask(RouterFixture router, String destination, int tos) {
        return router.path()
                .route(
                        new RouteQuery(
                                Inet4.parse(destination),
                                Inet4.parse("10.0.0.9"),
                                "eth0",
                                tos,
                                0,
                                -1,
                                0,
                                0));
    }

    private static String via(RouterFixture router, String destination, int tos) {
        return ask(router, destination, tos).via();
    }

    @Test
    void prefersTheLongerPrefix() {
        var router =
                new RouterFixture()
                        .routes(
                                route("192.168.0.0/16", "", 3),
                                route("192.168.1.0/24", "", 4),
                                route("192.168.1.128/25", "", 5),
                                route("192.168.1.130", "", 6));
        assertEquals("10.0.1.3", via(router, "192.168.2.1", 0));
        assertEquals("10.0.1.4", via(router, "192.168.1.1", 0));
        assertEquals("10.0.1.5", via(router, "192.168.1.129", 0));
        assertEquals("10.0.1.6", via(router, "192.168.1.130", 0));
        assertEquals("10.0.1.5", via(router, "192.168.1.255", 0));
        assertEquals(Errno.ENETUNREACH, ask(router, "192.169.0.0", 0).error());
    }

    @Test
    void prefersTheLowerMetricOfOnePrefixUnsigned() {
        var router =
                new RouterFixture()
                        .routes(
                                route("default", "\"metric\":4294967295,", 3),
                                route("default", "\"metric\":20,", 4),
                                route("default", "\"metric\":100,", 5));
        assertEquals("10.0.1.4", via(router, "8.8.8.8", 0));
    }

    @Test
    void prefersARouteForTheTypeOfServiceAndLeavesItToOthersOtherwise() {
        var router =
                new RouterFixture()
                        .routes(
                                route("default", "", 3),
                                route("default", "\"tos\":\"0x08\",\"metric\":9,", 4));
        assertEquals("10.0.1.4", via(router, "8.8.8.8", 0x08));
        assertEquals("10.0.1.4", via(router, "8.8.8.8", 0x0b), "ECN bits are not compared");
        assertEquals("10.0.1.4", via(router, "8.8.8.8", 0x28), "precedence bits are not compared");
        assertEquals("10.0.1.3", via(router, "8.8.8.8", 0x18));
    }

    @Test
    void fallsBackToAShorterPrefixWhenNextHopsAreDead() {
        var router =
                new RouterFixture()
                        .routes(
                                route("192.168.0.0/16", "", 3),
                                route("192.168.1.0/24", "\"flags\":[\"dead\",\"linkdown\"],", 4));
        assertEquals("10.0.1.3", via(router, "192.168.1.1", 0));
    }

    @Test
    void usesANextHopWithoutCarrierUnlessToldNotTo() {
        var router =
                new RouterFixture()
                        .routes(
                                route("192.168.0.0/16", "", 3),
                                route("192.168.1.0/24", "\"flags\":[\"linkdown\"],", 4));
        assertEquals("10.0.1.4", via(router, "192.168.1.1", 0));
        router.conf("eth1", "ignore_routes_with_linkdown", 1);
        assertEquals("10.0.1.3", via(router, "192.168.1.1", 0));
    }

    @Test
    void answersErrorRoutesWithTheirErrors() {
        var router =
                new RouterFixture()
                        .routes(
                                "{\"type\":\"blackhole\",\"dst\":\"192.168.1.0/24\"}",
                                "{\"type\":\"unreachable\",\"dst\":\"192.168.2.0/24\"}",
                                "{\"type\":\"prohibit\",\"dst\":\"192.168.3.0/24\"}",
                                "{\"type\":\"throw\",\"dst\":\"192.168.4.0/24\"}",
                                route("192.168.0.0/16", "", 3));
        assertEquals(Errno.EINVAL, ask(router, "192.168.1.1", 0).error());
        assertEquals(Errno.EHOSTUNREACH, ask(router, "192.168.2.1", 0).error());
        assertEquals(Errno.EACCES, ask(router, "192.168.3.1", 0).error());
        assertEquals(
                Errno.ENETUNREACH,
                ask(router, "192.168.4.1", 0).error(),
                "throw leaves the table, not the prefix");
    }

    @Test
    void keepsLocalAndMainInOneTrieWhileThereAreNoRulesOfTheUser() {
        var router =
                new RouterFixture()
                        .routes(
                                "{\"type\":\"local\",\"dst\":\"192.168.8.0/24\",\"dev\":\"eth0\","
                                        + "\"table\":\"local\",\"scope\":\"host\"}",
                                route("192.168.8.5", "", 3));
        assertEquals("10.0.1.3", via(router, "192.168.8.5", 0));
        assertEquals(254, ask(router, "192.168.8.6", 0).table());
        router.rules("{\"priority\":9,\"src\":\"10.9.9.9\",\"table\":\"99\"}");
        assertEquals(RouteType.LOCAL, ask(router, "192.168.8.5", 0).type());
        assertEquals(255, ask(router, "192.168.8.6", 0).table());
    }

    @Test
    void namesTheRouteAsTheTableHasIt() {
        var router = new RouterFixture().routes(route("192.168.1.0/24", "\"metric\":7,", 4));
        assertEquals(
                "192.168.1.0/24 via 10.0.1.4 dev eth1 table 254 metric 7",
                ask(router, "192.168.1.9", 0).match().toString());
        assertNull(ask(router, "255.255.255.255", 0).match());
        assertEquals(0, ask(router, "255.255.255.255", 0).table());
    }
}
