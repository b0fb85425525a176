package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// FW-7: the choice among several next hops.
class MultipathTest {
    private static final String ROUTE =
            """
            {"dst":"default","nexthops":[
             {"gateway":"10.0.1.2","dev":"eth1","weight":1,"flags":[]},
             {"gateway":"10.0.1.3","dev":"eth1","weight":3,"flags":[]}]}
            """;

    private static RouteAnswer ask(RouterFixture router, int destination) {
        return router.path()
                .route(
                        new RouteQuery(
                                destination, Inet4.parse("10.0.0.9"), "eth0", 0, 0, 17, 7, 9));
    }

    private static int share(RouterFixture router, String gateway) {
        ForwardingPath path = router.path();
        int taken = 0;
        for (int i = 0; i < 4000; i++) {
            var query =
                    new RouteQuery(0x08000000 + i, Inet4.parse("10.0.0.9"), "eth0", 0, 0, 17, 7, 9);
            taken += path.route(query).via().equals(gateway) ? 1 : 0;
        }
        return taken;
    }

    @Test
    void sharesByWeight() {
        int taken = share(new RouterFixture().routes(ROUTE), "10.0.1.3");
        assertTrue(taken > 2850 && taken < 3150, taken + " of 4000 where 3000 are due");
    }

    @Test
    void givesTheDeadNoShare() {
        String dead = ROUTE.replaceFirst("\"flags\":\\[]", "\"flags\":[\"dead\"]");
        assertEquals(4000, share(new RouterFixture().routes(dead), "10.0.1.3"));
    }

    @Test
    void avoidsNeighboursKnownToFailWhereItIsToldToLook() {
        var router = new RouterFixture().routes(ROUTE.replace("\"10.0.1.2\"", "\"10.0.1.250\""));
        assertTrue(share(router, "10.0.1.250") > 0);
        router.sysctl("net.ipv4.fib_multipath_use_neigh", "1");
        assertEquals(0, share(router, "10.0.1.250"));
    }

    @Test
    void hashesBothDirectionsAlike() {
        for (String policy : new String[] {"0", "1", "2", "3"}) {
            var multipath =
                    new RouterFixture()
                            .sysctl("net.ipv4.fib_multipath_hash_policy", policy)
                            .sysctl("net.ipv4.fib_multipath_hash_fields", "55")
                            .snapshot()
                            .multipath();
            assertEquals(
                    multipath.hash(flow(1, 2, 3, 4)), multipath.hash(flow(2, 1, 4, 3)), policy);
        }
    }

    private static Flowi4 flow(int source, int destination, int sourcePort, int destinationPort) {
        var flow = new Flowi4();
        flow.source = source;
        flow.destination = destination;
        flow.protocol = 6;
        flow.sourcePort = sourcePort;
        flow.destinationPort = destinationPort;
        return flow;
    }

    @Test
    void hashesOnlyTheFieldsThatWereChosen() {
        var router =
                new RouterFixture()
                        .sysctl("net.ipv4.fib_multipath_hash_policy", "3")
                        // Destination address and destination port.
                        .sysctl("net.ipv4.fib_multipath_hash_fields", "34");
        var multipath = router.snapshot().multipath();
        int hash = multipath.hash(flow(1, 2, 3, 4));
        assertEquals(hash, multipath.hash(flow(7, 2, 8, 4)));
        assertNotEquals(hash, multipath.hash(flow(1, 2, 3, 5)));
    }

    @Test
    void doesNotGuessWhatTheKernelDrewAtBoot() {
        var router =
                new RouterFixture().routes(ROUTE).sysctl("net.ipv4.fib_multipath_hash_seed", "0");
        assertTrue(ask(router, 0x08080808).incomplete().contains("drew at boot"));
        router.sysctl("net.ipv4.fib_multipath_hash_seed", "7")
                .sysctl("net.ipv4.fib_multipath_hash_policy", "3");
        assertTrue(ask(router, 0x08080808).incomplete().contains("_fields unknown"));
    }
}
