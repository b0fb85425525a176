package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.console.live.LiveRouter;
import headgate.forwarding.HostSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A router like a snapshot has what the snapshot has, as its own tools say.
@Timeout(120)
class LiveSetupTest {
    private static final Map<String, String[]> DOCUMENTS =
            Map.of(
                    "link.json", new String[] {"ip", "-j", "-d", "link"},
                    "addr.json", new String[] {"ip", "-j", "addr"},
                    "route4.json", "ip -4 -j route show table all".split(" "),
                    "route6.json", "ip -6 -j route show table all".split(" "),
                    "rule4.json", new String[] {"ip", "-4", "-j", "rule"},
                    "rule6.json", new String[] {"ip", "-6", "-j", "rule"},
                    "neigh.json", new String[] {"ip", "-j", "neigh"},
                    "maddr.json", new String[] {"ip", "-j", "maddr"},
                    "sysctl.txt", new String[] {"sh", "-c", "sysctl -a 2>/dev/null | grep ^net"},
                    "nft.json", new String[] {"nft", "-j", "list", "ruleset"});

    @TempDir private Path directory;

    @Test
    void hasTheRulesNeighboursAndPacketFilterOfTheSnapshot() throws Exception {
        String missing = LiveRouter.missing();
        assumeTrue(missing.isEmpty(), "no router can be made here; needed: " + missing);
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "nft is needed");
        try (LiveRouter first = LiveSetup.builtIn()) {
            first.ip("rule add pref 100 from 10.0.0.0/24 fwmark 0x1/0xff lookup 100".split(" "));
            first.ip(
                    "rule add pref 90 not to 10.9.0.0/16 ipproto tcp dport 80-90 goto 100"
                            .split(" "));
            first.ip("rule add pref 200 from all lookup main suppress_prefixlength 0".split(" "));
            first.ip("-6 rule add pref 300 iif eth0 prohibit".split(" "));
            first.ip("route add default via 10.0.2.2 table 100".split(" "));
            first.inside(
                    "nft",
                    """
                    table inet t {
                      set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/24, 10.0.2.9 }; }
                      chain side { ip saddr @s counter accept; }
                      chain f { type filter hook forward priority filter; policy drop;
                        ct state established,related accept
                        tcp dport { 80, 443 } jump side; }
                    }
                    """);
            for (Map.Entry<String, String[]> document : DOCUMENTS.entrySet()) {
                Files.writeString(
                        directory.resolve(document.getKey()), first.inside(document.getValue()));
            }
            var notes = new ArrayList<String>();
            HostSnapshot wanted = HostSnapshot.read(List.of(directory));
            String nft = HostSnapshot.text(List.of(directory), "nft.json");
            try (LiveRouter second = LiveSetup.like(wanted, nft, notes::add)) {
                assertEquals(List.of(), notes);
                for (String words :
                        List.of(
                                "-4 rule",
                                "-6 rule",
                                "-4 route show table 100",
                                "neigh show nud permanent")) {
                    assertEquals(sorted(first, words), sorted(second, words), words);
                }
                String ruleset = second.inside("nft", "list", "ruleset");
                assertTrue(ruleset.contains("jump side"), ruleset);
                assertEquals(first.inside("nft", "list", "ruleset"), ruleset);
            }
        }
    }

    /// The kernel lists neighbours in an order of its own.
    private static List<String> sorted(LiveRouter router, String words) throws IOException {
        return router.ip(words.split(" ")).lines().sorted().toList();
    }

    @Test
    void tellsWhatCannotBeHad() throws Exception {
        String missing = LiveRouter.missing();
        assumeTrue(missing.isEmpty(), "no router can be made here; needed: " + missing);
        Files.writeString(
                directory.resolve("link.json"),
                """
                [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,
                  "address":"00:00:00:00:00:00"},
                 {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:00"}]
                """);
        Files.writeString(
                directory.resolve("rule4.json"),
                """
                [{"priority":0,"src":"all","table":"local"},
                 {"priority":9,"src":"all","tun_id":5,"table":"main"},
                 {"priority":32766,"src":"all","table":"main"}]
                """);
        var notes = new ArrayList<String>();
        HostSnapshot wanted = HostSnapshot.read(List.of(directory));
        try (LiveRouter router = LiveSetup.like(wanted, "no rule set", notes::add)) {
            assertTrue(router.ip("rule").contains("lookup main"));
            assertTrue(
                    notes.stream().anyMatch(note -> note.startsWith("rule 9:")), notes::toString);
            assertTrue(
                    notes.stream().anyMatch(note -> note.startsWith("the packet filter")),
                    notes::toString);
        }
    }
}
