package headgate.console;

import static headgate.console.PacketBytes.ethernet;
import static headgate.console.PacketBytes.gre;
import static headgate.console.PacketBytes.icmp;
import static headgate.console.PacketBytes.ipv4;
import static headgate.console.PacketBytes.ipv6;
import static headgate.console.PacketBytes.join;
import static headgate.console.PacketBytes.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.console.live.LiveRouter;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// FW-7: this host's own kernel chooses among several next hops as the engine does, under each hash
/// policy.
@Timeout(120)
class LiveMultipathTest {
    private static final int FRAMES_OF_A_KIND = 12;

    private static LiveRouter router;

    @BeforeAll
    static void makeARouter() throws Exception {
        String missing = LiveRouter.missing();
        assumeTrue(missing.isEmpty(), "no router can be made here; needed: " + missing);
        router = LiveSetup.builtIn();
        router.ip(
                ("route add 2001:db8:66::/48 nexthop via 2001:db8:1::4 weight 2"
                                + " nexthop via 2001:db8:2::4")
                        .split(" "));
        router.settle();
    }

    @AfterAll
    static void end() {
        if (router != null) {
            router.close();
        }
    }

    /// 55 is what kernels have: the addresses, protocol and ports of the outer packet without its
    /// flow label; 4032 is all of the inner one.
    @ParameterizedTest
    @CsvSource({"0,55", "1,55", "2,55", "3,55", "3,4032", "3,4095", "3,546", "3,264", "3,18"})
    void choosesTheNextHopThatTheKernelChooses(int policy, int fields) throws Exception {
        for (String family : List.of("net.ipv4.", "net.ipv6.")) {
            List<String> refused =
                    router.set(
                            Map.of(
                                    family + "fib_multipath_hash_policy", "" + policy,
                                    family + "fib_multipath_hash_fields", "" + fields));
            assertEquals(List.of(), refused);
        }
        HostSnapshot host = router.snapshot();
        var comparison = new LiveComparison(router, new ForwardingPath(host));
        var random = new Random(policy * 4096L + fields);
        var devices = new HashSet<String>();
        for (int i = 0; i < FRAMES_OF_A_KIND; i++) {
            for (byte[] packet : packets(random)) {
                LiveComparison.Outcome outcome =
                        comparison.compare(PacketBytes.frame(packet), host.device("eth0"));
                assertTrue(outcome.isEqual(), outcome::toString);
                outcome.verdict()
                        .trail()
                        .consequences()
                        .egress()
                        .forEach(frame -> devices.add(frame.device()));
            }
        }
        assertEquals(Set.of("eth1", "eth2"), devices);
    }

    /// Plain packets and fragments, errors that quote, tunnels of IPv4 and IPv6 in one another,
    /// with and without GRE.
    private static List<byte[]> packets(Random random) {
        String from4 = "10.0.0." + (2 + random.nextInt(30));
        String to4 = "10.6." + random.nextInt(256) + "." + random.nextInt(256);
        String from6 = "2001:db8::" + (2 + random.nextInt(8));
        String to6 = "2001:db8:66::" + Integer.toHexString(random.nextInt(65536));
        byte[] udp = udp(random.nextInt(65536), random.nextInt(65536), new byte[16]);
        byte[] inner4 = ipv4("192.168.0." + random.nextInt(256), "10.9.9.9", 17, 0, udp);
        int label = random.nextInt(1 << 20);
        byte[] inner6 = ipv6("fd00::" + random.nextInt(10), "fd01::9", 17, label, udp);
        byte[] unlabelled = ipv6("fd00::" + random.nextInt(10), "fd01::9", 17, 0, udp);
        byte[] pptp = {0x30, (byte) 0x81, (byte) 0x88, 0x0b, 0, 24, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2};
        byte[] ppp = {(byte) 0xff, 3, 0, 0x21};
        byte[] tag = {0, 5, 8, 0};
        return List.of(
                ipv4(from4, to4, 17, 0, udp),
                ipv4(from4, to4, 17, 0x2000, udp),
                ipv4(from4, to4, 1, 0, icmp(3, 1, 0, inner4)),
                ipv4(from4, to4, 4, 0, inner4),
                ipv4(from4, to4, 41, 0, inner6),
                ipv4(from4, to4, 47, 0, gre(0x0800, 0, inner4)),
                ipv4(from4, to4, 47, 0, gre(0x86dd, 9, inner6)),
                ipv4(from4, to4, 47, 0, gre(0x6558, 0, ethernet(0x0800, inner4))),
                ipv4(from4, to4, 47, 0, gre(0x6558, 0, ethernet(0x8100, join(tag, inner4)))),
                ipv4(from4, to4, 47, 0, join(pptp, ppp, inner4)),
                ipv4(from4, to4, 47, 0, gre(0x8847, 0, inner4)),
                ipv6(from6, to6, 17, label, udp),
                ipv6(from6, to6, 4, label, inner4),
                ipv6(from6, to6, 41, 77, inner6),
                ipv6(from6, to6, 41, label, unlabelled),
                ipv6(from6, to6, 47, 0, gre(0x0800, 3, inner4)));
    }
}
