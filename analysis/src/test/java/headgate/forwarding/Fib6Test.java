package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.IpAddress;
import org.junit.jupiter.api.Test;

/// FW6-5: IPv6 rules and routes, asked as `ip -6 route get` asks.
class Fib6Test {
    private static RouteAnswer ask(Router6Fixture router, String destination, String source) {
        return router.path()
                .route(
                        new RouteQuery(
                                IpAddress.parse(destination),
                                IpAddress.parse(source),
                                "eth0",
                                0,
                                0,
                                17,
                                4242,
                                53));
    }

    private static String via(Router6Fixture router, String destination, String source) {
        RouteAnswer answer = ask(router, destination, source);
        assertEquals("", answer.incomplete());
        return answer.error() == Errno.NONE ? answer.via() : answer.error().name();
    }

    private static String route(String destination, int gateway, String more) {
        return "{\"dst\":\"%s\",\"gateway\":\"2001:db8:1::%d\",\"dev\":\"eth1\"%s}"
                .formatted(destination, gateway, more);
    }

    @Test
    void prefersTheLongestPrefixAndThenTheLowestMetric() {
        var router =
                new Router6Fixture()
                        .routes(
                                route("2001:db8:b::/48", 5, ",\"metric\":20"),
                                route("2001:db8:b::/48", 6, ",\"metric\":10"),
                                route("2001:db8:b::5", 7, ",\"metric\":1024"));
        assertEquals("2001:db8:1::6", via(router, "2001:db8:b::4", "2001:db8::9"));
        assertEquals("2001:db8:1::7", via(router, "2001:db8:b::5", "2001:db8::9"));
        assertEquals("ENETUNREACH", via(router, "2001:db8:c::4", "2001:db8::9"));
    }

    @Test
    void givesEachErrorRouteItsErrno() {
        var router =
                new Router6Fixture()
                        .routes(
                                "{\"type\":\"blackhole\",\"dst\":\"2001:db8:a::/48\",\"dev\":\"lo\"}",
                                "{\"type\":\"unreachable\",\"dst\":\"2001:db8:b::/48\",\"dev\":\"lo\"}",
                                "{\"type\":\"prohibit\",\"dst\":\"2001:db8:c::/48\",\"dev\":\"lo\"}",
                                "{\"type\":\"throw\",\"dst\":\"2001:db8:d::/48\",\"dev\":\"lo\"}",
                                route("default", 2, ""));
        assertEquals("EINVAL", via(router, "2001:db8:a::1", "2001:db8::9"));
        assertEquals("EHOSTUNREACH", via(router, "2001:db8:b::1", "2001:db8::9"));
        assertEquals("EACCES", via(router, "2001:db8:c::1", "2001:db8::9"));
        assertEquals("ENETUNREACH", via(router, "2001:db8:d::1", "2001:db8::9"));
    }

    @Test
    void passesOverAPrefixWhoseRoutesAreForOtherSources() {
        var router =
                new Router6Fixture()
                        .routes(
                                route("2001:db8:b::/48", 5, ",\"from\":\"2001:db8:7::/48\""),
                                route("2001:db8:b::/48", 6, ""),
                                route("2001:db8::/32", 7, ""));
        assertEquals("2001:db8:1::5", via(router, "2001:db8:b::1", "2001:db8:7::9"));
        assertEquals("2001:db8:1::7", via(router, "2001:db8:b::1", "2001:db8::9"));
    }

    @Test
    void doesNotPassOverTheDefaultRoute() {
        var router =
                new Router6Fixture()
                        .routes(
                                route("default", 5, ",\"from\":\"2001:db8:7::/48\""),
                                route("default", 6, ""));
        assertEquals("2001:db8:1::5", via(router, "2a00::1", "2001:db8:7::9"));
        assertEquals("2001:db8:1::6", via(router, "2a00::1", "2001:db8::9"));
    }

    @Test
    void prefersTheLongestSourcePrefix() {
        var router =
                new Router6Fixture()
                        .routes(
                                route("2001:db8:b::/48", 5, ",\"from\":\"2001:db8:7::/48\""),
                                route("2001:db8:b::/48", 6, ",\"from\":\"2001:db8:7:1::/64\""));
        assertEquals("2001:db8:1::6", via(router, "2001:db8:b::1", "2001:db8:7:1::9"));
        assertEquals("2001:db8:1::5", via(router, "2001:db8:b::1", "2001:db8:7:2::9"));
        assertEquals("ENETUNREACH", via(router, "2001:db8:b::1", "2001:db8::9"));
    }

    @Test
    void goesOnToOtherRoutesWhereNoNextHopIsUsable() {
        var router =
                new Router6Fixture()
                        .routes(
                                route("2001:db8:b::/48", 5, ",\"metric\":1,\"flags\":[\"dead\"]"),
                                route("2001:db8:b::/48", 6, ",\"metric\":2"),
                                route("2001:db8:c::/48", 7, ",\"flags\":[\"dead\"]"),
                                route("2001:db8::/32", 8, ""));
        assertEquals("2001:db8:1::6", via(router, "2001:db8:b::1", "2001:db8::9"));
        assertEquals("2001:db8:1::8", via(router, "2001:db8:c::1", "2001:db8::9"));
    }

    @Test
    void findsLinkLocalAddressesOnTheInputDeviceAlone() {
        var router = new Router6Fixture();
        assertEquals(RouteType.LOCAL, ask(router, "fe80::1:0", "fe80::9").type());
        RouteAnswer other = ask(router, "fe80::1:1", "fe80::9");
        assertEquals(RouteType.UNICAST, other.type());
        assertEquals("eth0", other.device());
    }

    @Test
    void deliversToTheLoopbackDevice() {
        var router = new Router6Fixture();
        assertEquals("lo", ask(router, "2001:db8::1", "2001:db8::9").device());
        assertEquals("lo", ask(router, "fe80::1:0", "fe80::9").device());
        assertEquals(Errno.EMSGSIZE, ask(router, "ff02::1", "fe80::9").error());
    }

    @Test
    void asksRulesInTheirOrder() {
        var router =
                new Router6Fixture()
                        .routes(route("default", 2, ""), route("default", 7, ",\"table\":\"77\""))
                        .rules(
                                "{\"priority\":100,\"src\":\"2001:db8::\",\"srclen\":64,"
                                        + "\"tos\":\"0x10\",\"table\":\"77\"}",
                                "{\"priority\":101,\"src\":\"2001:db8::8\",\"action\":\"prohibit\"}");
        assertEquals("2001:db8:1::2", via(router, "2a00::1", "2001:db8::9"));
        assertEquals("EACCES", via(router, "2a00::1", "2001:db8::8"));
        RouteAnswer marked =
                router.path()
                        .route(
                                new RouteQuery(
                                        IpAddress.parse("2a00::1"),
                                        IpAddress.parse("2001:db8::8"),
                                        "eth0",
                                        0x13,
                                        0,
                                        17,
                                        0,
                                        0));
        assertEquals("2001:db8:1::7", marked.via());
    }

    @Test
    void saysOfAQuestionWithoutRoutesThatItCannotBeAnswered() {
        RouteAnswer answer =
                ask(new Router6Fixture().document("route6.json", null), "2a00::1", "2001:db8::9");
        assertEquals("the snapshot has no route6.json", answer.incomplete());
    }

    @Test
    void refusesTextThatIsNoPrefix() {
        for (String text :
                new String[] {"", "2001:db8::/129", "1.2.3.4/8", "::/x", ":::/3", "/64"}) {
            assertNull(Prefix6.parse(text), text);
        }
        assertEquals("2001:db8::/32", Prefix6.parse("2001:db8:ffff::/32").toString());
        assertTrue(Prefix6.parse("2001:db8::1").contains(0x2001_0db8_0000_0000L, 1));
    }
}
