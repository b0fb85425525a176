package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.forwarding.HostSnapshot.Hook;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostSnapshotTest {
    private static Verdict forwardable(RouterFixture router) {
        return router.path().decide(RouterFixture.packet("10.0.0.9", "8.8.8.8", 64, 60), "eth0");
    }

    private static String why(RouterFixture router) {
        return assertInstanceOf(Verdict.Incomplete.class, forwardable(router)).why();
    }

    @Test
    void readsADirectory(@TempDir Path directory) throws Exception {
        for (Map.Entry<String, String> document : new RouterFixture().documents().entrySet()) {
            Files.writeString(directory.resolve(document.getKey()), document.getValue());
        }
        HostSnapshot host = HostSnapshot.read(directory);
        assertEquals(3, host.devices().size());
        assertEquals(1400, host.device("eth1").mtuBytes());
        assertEquals(0, host.unmodelledCount(), () -> host.unmodelled().toString());
    }

    @Test
    void takesARouteOfMainBeforeAWiderLocalOneUnlessRulesKeepThemApart() throws Exception {
        var router =
                new RouterFixture()
                        .routes(
                                "{\"type\":\"local\",\"dst\":\"10.0.0.0/8\",\"dev\":\"lo\",\"table\":\"local\"}",
                                "{\"dst\":\"10.1.0.0/16\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"}");
        HostSnapshot host = HostSnapshot.of(router.documents());
        assertTrue(host.isLocal(0x0a020202));
        assertFalse(host.isLocal(0x0a010203));
        router.rules("{\"priority\":9,\"src\":\"192.0.2.1\",\"table\":\"7\"}");
        assertTrue(HostSnapshot.of(router.documents()).isLocal(0x0a010203));
    }

    @Test
    void saysThatThereIsNoSuchFile(@TempDir Path directory) {
        assertThrows(NoSuchFileException.class, () -> HostSnapshot.read(directory.resolve("x")));
    }

    @Test
    void namesLineAndColumnOfBrokenJson() {
        var broken = Map.of("route4.json", "[{\"dst\":\"default\"},\n  {\"dst\":]");
        var e = assertThrows(SnapshotException.class, () -> HostSnapshot.of(broken));
        assertEquals("route4.json", e.document());
        assertEquals(2, e.line());
        assertTrue(e.column() > 0);
        assertTrue(e.getMessage().startsWith("route4.json line 2 column"), e.getMessage());
    }

    @Test
    void namesThePlaceOfAnEndThatComesEarly() {
        var cut = Map.of("neigh.json", "[{\"dst\":\"10.0.0.9\"");
        var e = assertThrows(SnapshotException.class, () -> HostSnapshot.of(cut));
        assertEquals(1, e.line());
    }

    @Test
    void refusesNestingWithoutEnd() {
        var deep = Map.of("link.json", "[".repeat(100_000));
        assertThrows(SnapshotException.class, () -> HostSnapshot.of(deep));
    }

    @Test
    void listsLinesOfSettingsThatAreNone() throws Exception {
        HostSnapshot host = HostSnapshot.of(Map.of("sysctl.txt", "a.b = 1\nsysctl: denied\n"));
        assertEquals(1, host.sysctl("a.b"));
        assertEquals(
                "sysctl.txt line 2: is not 'key = value'", host.unmodelled().get(0).toString());
    }

    @Test
    void listsOnlySoManyThingsAndCountsTheRest() throws Exception {
        String route = "{\"type\":\"blackhole\",\"dst\":\"1.1.1.1\",\"table\":\"local\",\"x\":1}";
        String routes = "[" + (route + ",").repeat(4999) + route + "]";
        HostSnapshot host = HostSnapshot.of(Map.of("route4.json", routes));
        assertEquals(1000, host.unmodelled().size());
        assertEquals(5000, host.unmodelledCount());
    }

    @Test
    void makesOnlyThoseAnswersIncompleteThatDependOnTheUnknown() {
        var router =
                new RouterFixture()
                        .routes(
                                "{\"dst\":\"8.0.0.0/8\",\"dev\":\"eth1\",\"encap\":\"mpls\"}",
                                "{\"dst\":\"default\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\"}");
        assertTrue(why(router).contains("route4.json /0/encap"), why(router));
        Verdict other =
                router.path().decide(RouterFixture.packet("10.0.0.9", "9.9.9.9", 64, 60), "eth0");
        assertInstanceOf(Verdict.Forward.class, other);
    }

    @Test
    void trustsNoTableWithARouteThatCannotBeRead() {
        var router = new RouterFixture().routes("{\"dst\":\"8.0.0.0/99\",\"dev\":\"eth1\"}");
        assertTrue(why(router).contains("could not be read"), why(router));
    }

    @Test
    void missesADocumentOnlyWhereItIsAskedFor() {
        assertTrue(why(new RouterFixture().document("rule4.json", null)).contains("rule4.json"));
        assertTrue(why(new RouterFixture().document("route4.json", null)).contains("route4.json"));
        assertTrue(why(new RouterFixture().document("neigh.json", null)).contains("neigh.json"));
        assertInstanceOf(
                Verdict.Forward.class,
                forwardable(new RouterFixture().document("maddr.json", null)));
    }

    @Test
    void missesASettingOnlyWhereItIsAskedFor() {
        var router =
                new RouterFixture()
                        .sysctl("net.ipv4.conf.eth0.forwarding", null)
                        .sysctl("net.ipv4.conf.eth0.mc_forwarding", null);
        assertTrue(why(router).contains("eth0.forwarding"), why(router));
    }

    @Test
    void findsAnAnswerThatOneOfTwoSettingsAlreadyGives() {
        var router =
                new RouterFixture()
                        .conf("all", "accept_local", 1)
                        .sysctl("net.ipv4.conf.eth0.accept_local", null);
        assertInstanceOf(Verdict.Forward.class, forwardable(router));
    }

    @Test
    void takesNextHopsFromTheirObjectsWhereARouteOnlyNamesThem() {
        var router =
                new RouterFixture()
                        .routes("{\"dst\":\"default\",\"nhid\":7}")
                        .document(
                                "nexthop.json",
                                "[{\"id\":7,\"gateway\":\"10.0.1.2\",\"dev\":\"eth1\",\"flags\":[]}]");
        assertInstanceOf(Verdict.Forward.class, forwardable(router));
        router.document("nexthop.json", "[]");
        assertTrue(why(router).contains("next hop object 7"), why(router));
    }

    @Test
    void findsTheHooksWherePacketsMeetRules() {
        String rules =
                """
                {"nftables":[{"metainfo":{"version":"1.0.6"}},
                 {"table":{"family":"inet","name":"t","handle":1}},
                 {"chain":{"family":"inet","table":"t","name":"f","type":"filter",
                           "hook":"forward","prio":0,"policy":"accept"}},
                 {"chain":{"family":"inet","table":"t","name":"i","type":"filter",
                           "hook":"input","prio":0,"policy":"drop"}},
                 {"chain":{"family":"bridge","table":"t","name":"p","type":"filter",
                           "hook":"prerouting","prio":0,"policy":"drop"}}%s]}
                """;
        String rule =
                ",{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"f\",\"expr\":[%s]}}";
        assertEquals(Set.of(Hook.INPUT), hooks(rules.formatted("")), "an empty chain accepts");
        assertEquals(
                Set.of(Hook.INPUT, Hook.FORWARD),
                hooks(rules.formatted(rule.formatted("{\"drop\":null}"))));
        assertEquals(
                Set.of(Hook.PREROUTING, Hook.INPUT, Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING),
                hooks(rules.formatted(rule.formatted("{\"match\":{\"left\":{\"ct\":{}}}}"))),
                "connection tracking works from the first hook to the last");
    }

    private static Set<Hook> hooks(String nft) {
        return new RouterFixture().document("nft.json", nft).snapshot().hooks();
    }
}
