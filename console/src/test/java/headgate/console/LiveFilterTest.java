package headgate.console;

import static headgate.console.PacketBytes.icmp;
import static headgate.console.PacketBytes.ipv4;
import static headgate.console.PacketBytes.ipv4Sum;
import static headgate.console.PacketBytes.ipv6Fragment;
import static headgate.console.PacketBytes.ipv6Sum;
import static headgate.console.PacketBytes.tcp;
import static headgate.console.PacketBytes.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.console.live.LiveRouter;
import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Rule sets, connection tracking and translation against this host's own kernel: what leaves, byte
/// for byte, and what is counted. Tests use ports of their own, as the kernel keeps connections
/// from one to the next.
@Timeout(120)
class LiveFilterTest {
    private static final int SYN = 2;
    private static final int ACK = 16;
    private static final String CLIENT = "10.0.0.9";
    private static final String SERVER = "10.0.1.9";
    private static final String CLIENT6 = "2001:db8::9";
    private static final String SERVER6 = "2001:db8:1::9";
    private static final int UDP = 17;
    private static final int TCP = 6;
    private static final int MORE = 0x2000;

    private static LiveRouter router;

    private HostSnapshot host;
    private ForwardingPath path;
    private LiveComparison comparison;

    @BeforeAll
    static void makeARouter() throws Exception {
        String missing = LiveRouter.missing();
        assumeTrue(missing.isEmpty(), "no router can be made here; needed: " + missing);
        router = LiveSetup.builtIn();
        router.settle();
    }

    @BeforeEach
    void needsNft() throws Exception {
        try {
            router.inside("nft", "flush", "ruleset");
        } catch (IOException e) {
            assumeTrue(false, "nft is needed, and a kernel with nf_tables: " + e.getMessage());
        }
    }

    @AfterAll
    static void end() {
        if (router != null) {
            router.close();
        }
    }

    private void rules(String ruleset) throws Exception {
        router.inside("nft", ruleset);
        host = router.snapshot();
        path = new ForwardingPath(host);
        comparison = new LiveComparison(router, path);
    }

    private LiveComparison.Outcome send(int device, byte[] packet) throws IOException {
        return comparison.compare(PacketBytes.frame(device, packet), host.device("eth" + device));
    }

    /// @return the frames that left
    private List<byte[]> equal(int device, byte[] packet) throws IOException {
        LiveComparison.Outcome outcome = send(device, packet);
        assertTrue(outcome.isEqual(), () -> outcome.differences() + " " + outcome);
        var frames = new ArrayList<byte[]>();
        outcome.verdict()
                .trail()
                .consequences()
                .egress()
                .forEach(frame -> frames.add(frame.bytes()));
        return frames;
    }

    private static byte[] udp4(String from, int port, String to, int toPort) {
        return ipv4Sum(from, to, UDP, 6, udp(port, toPort, new byte[9]));
    }

    private static byte[] tcp4(String from, int port, String to, int toPort, int flags) {
        int ack = (flags & ACK) != 0 ? 1001 : 0;
        int sequence = flags == SYN ? 1000 : flags == ACK ? 1001 : 1000;
        return ipv4Sum(from, to, TCP, 16, tcp(port, toPort, sequence, ack, flags));
    }

    private static int source(byte[] frame) {
        return (frame[28] & 255) << 8 | frame[29] & 255;
    }

    // ---- Translation ----

    @Test
    void translatesSourcesAndTheirAnswers() throws Exception {
        rules(
                """
                table ip n {
                  chain post { type nat hook postrouting priority srcnat;
                    oifname "eth1" ip saddr 10.0.0.0/24 snat to 10.0.1.77; }
                }
                """);
        byte[] left = equal(0, udp4(CLIENT, 4000, SERVER, 53)).getFirst();
        assertEquals(0x014d, source(left), "10.0.1.77");
        assertEquals(1, equal(1, udp4(SERVER, 53, "10.0.1.77", 4000)).size());
        equal(0, tcp4(CLIENT, 4001, SERVER, 80, SYN));
        equal(1, tcp4(SERVER, 80, "10.0.1.77", 4001, SYN | ACK));
        equal(0, tcp4(CLIENT, 4001, SERVER, 80, ACK));
        equal(0, ipv4(CLIENT, SERVER, 1, 0, icmp(8, 0, 0x00070001, new byte[8])));
        equal(1, ipv4(SERVER, "10.0.1.77", 1, 0, icmp(0, 0, 0x00070001, new byte[8])));
        // What the server does not take: the error quotes the translated packet.
        byte[] quoted = Arrays.copyOfRange(left, 14, left.length);
        byte[] told = equal(1, ipv4(SERVER, "10.0.1.77", 1, 0, icmp(3, 3, 0, quoted))).getFirst();
        assertEquals(CLIENT, address(told, 14 + 20 + 8 + 12));
    }

    private static String address(byte[] frame, int at) {
        return "%d.%d.%d.%d"
                .formatted(
                        frame[at] & 255,
                        frame[at + 1] & 255,
                        frame[at + 2] & 255,
                        frame[at + 3] & 255);
    }

    @Test
    void translatesDestinationsAndTheirAnswers() throws Exception {
        rules(
                """
                table ip n {
                  chain pre { type nat hook prerouting priority dstnat;
                    ip daddr 10.0.0.1 udp dport 5300 dnat to 10.0.1.9:53
                    ip daddr 10.0.0.1 tcp dport 8080 dnat to 10.0.1.9; }
                }
                """);
        byte[] left = equal(0, udp4(CLIENT, 4100, "10.0.0.1", 5300)).getFirst();
        assertEquals(SERVER, address(left, 30));
        byte[] back = equal(1, udp4(SERVER, 53, CLIENT, 4100)).getFirst();
        assertEquals("10.0.0.1", address(back, 26));
        equal(0, tcp4(CLIENT, 4101, "10.0.0.1", 8080, SYN));
        equal(1, tcp4(SERVER, 8080, CLIENT, 4101, SYN | ACK));
        equal(0, tcp4(CLIENT, 4101, "10.0.0.1", 8080, ACK));
        // Of another port: for the host itself, where nobody listens.
        equal(0, udp4(CLIENT, 4102, "10.0.0.1", 5301));
    }

    @Test
    void masqueradesByTheAddressOfTheWayOut() throws Exception {
        rules(
                """
                table ip n {
                  chain post { type nat hook postrouting priority srcnat; oifname "eth1" masquerade; }
                }
                """);
        byte[] left = equal(0, udp4(CLIENT, 4200, SERVER, 53)).getFirst();
        assertEquals("10.0.1.1", address(left, 26));
        equal(1, udp4(SERVER, 53, "10.0.1.1", 4200));
        // Not by that device.
        assertEquals(CLIENT, address(equal(0, udp4(CLIENT, 4201, "10.0.2.9", 53)).getFirst(), 26));
        // The port is taken: the kernel draws another one, which nobody can know.
        LiveComparison.Outcome second = send(0, udp4("10.0.0.10", 4200, SERVER, 53));
        assertFalse(second.incomplete().isEmpty(), second::toString);
    }

    @Test
    void redirectsToTheHostItself() throws Exception {
        rules(
                """
                table ip n {
                  chain pre { type nat hook prerouting priority dstnat; tcp dport 81 redirect to 8081; }
                }
                """);
        equal(0, tcp4(CLIENT, 4300, SERVER, 81, SYN));
    }

    @Test
    void translatesIpv6() throws Exception {
        rules(
                """
                table ip6 n {
                  chain pre { type nat hook prerouting priority dstnat;
                    ip6 daddr 2001:db8::1 udp dport 5300 dnat to [2001:db8:1::9]:53
                    tcp dport 81 redirect to :8081; }
                  chain post { type nat hook postrouting priority srcnat;
                    oifname "eth1" tcp dport 80 masquerade
                    oifname "eth1" udp dport 54 snat to 2001:db8:1::77; }
                }
                """);
        equal(0, udp6(CLIENT6, 4400, "2001:db8::1", 5300));
        equal(1, udp6(SERVER6, 53, CLIENT6, 4400));
        equal(0, udp6(CLIENT6, 4401, SERVER6, 54));
        equal(1, udp6(SERVER6, 54, "2001:db8:1::77", 4401));
        byte[] syn = ipv6Sum(CLIENT6, SERVER6, TCP, 16, tcp(4402, 80, 1000, 0, SYN));
        equal(0, syn);
        equal(0, ipv6Sum(CLIENT6, SERVER6, TCP, 16, tcp(4403, 81, 1000, 0, SYN)));
        byte[] answer = tcp(80, 4402, 2000, 1001, SYN | ACK);
        equal(1, ipv6Sum(SERVER6, "2001:db8:1::1", TCP, 16, answer));
    }

    private static byte[] udp6(String from, int port, String to, int toPort) {
        return ipv6Sum(from, to, UDP, 6, udp(port, toPort, new byte[9]));
    }

    // ---- Statements ----

    /// The way out by eth2 has an MTU of 1300, that by the route of 10.5.0.0/16 one of 1200.
    @Test
    void clampsTheSegmentSizeToTheRoute() throws Exception {
        rules(
                """
                table inet t {
                  chain f { type filter hook forward priority mangle;
                    tcp dport 80 tcp flags syn tcp option maxseg size set rt mtu
                    tcp dport 81 tcp option maxseg size set 1000; }
                }
                """);
        for (int port : List.of(80, 81, 82)) {
            for (String to : List.of("10.0.2.9", "10.5.0.9", SERVER)) {
                equal(0, syn4(port, to, 2, 4, 0x05, 0xb4));
                equal(0, syn4(port, to, 2, 4, 0x02, 0x00));
                // At an odd offset, behind others, cut off, not there.
                equal(0, syn4(port, to, 1, 2, 4, 0x05, 0xb4, 0, 0, 0));
                equal(0, syn4(port, to, 4, 2, 1, 1, 2, 4, 0x05, 0xb4));
                equal(0, syn4(port, to, 1, 1, 2, 4));
                equal(0, syn4(port, to, 0, 2, 4, 0x05, 0xb4, 0, 0, 0));
                equal(0, syn4(port, to));
            }
            for (String to : List.of("2001:db8:2::9", SERVER6)) {
                byte[] syn = syn(port, 2, 4, 0x05, 0xb4);
                equal(0, ipv6Sum(CLIENT6, to, TCP, 16, syn));
            }
        }
    }

    private static byte[] syn4(int port, String to, int... options) {
        return ipv4Sum(CLIENT, to, TCP, 16, syn(port, options));
    }

    private static byte[] syn(int port, int... options) {
        byte[] more = new byte[options.length];
        for (int i = 0; i < options.length; i++) {
            more[i] = (byte) options[i];
        }
        byte[] segment = PacketBytes.join(tcp(4800, port, 1000, 0, SYN), more);
        segment[12] = (byte) (segment.length / 4 << 4);
        return segment;
    }

    // ---- Sockets ----

    @Test
    void treatsSegmentsToAListenerAsTheKernelDoes(@TempDir Path directory) throws Exception {
        Path program = directory.resolve("Listen.java");
        Files.writeString(
                program,
                """
                void main(String[] words) throws Exception {
                    try (var _ = new java.net.ServerSocket(8090)) {
                        java.nio.file.Files.writeString(java.nio.file.Path.of(words[0]), "there");
                        Thread.sleep(30_000);
                    }
                }
                """);
        Path ready = directory.resolve("ready");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        router.inside(
                "sh",
                "-c",
                "'%s' '%s' '%s' > /dev/null 2>&1 < /dev/null &".formatted(java, program, ready));
        for (int i = 0; i < 100 && !Files.exists(ready); i++) {
            TimeUnit.MILLISECONDS.sleep(200);
        }
        assertTrue(Files.exists(ready), "nobody listens");
        rules("table ip empty {}");
        for (int flags : new int[] {ACK, SYN | ACK, 4, 4 | ACK, 1, SYN | 1, 0, 8}) {
            byte[] segment = tcp(4900 + flags, 8090, 1000, 0, flags);
            equal(0, ipv6Sum(CLIENT6, "2001:db8::1", TCP, 16, segment));
        }
        // The number that the kernel's answer begins with is drawn by lot, and it would be
        // repeated.
        byte[] first = ipv6Sum(CLIENT6, "2001:db8::1", TCP, 16, tcp(4999, 8090, 1000, 0, SYN));
        assertEquals("local", path.decide(PacketBytes.frame(first), "eth0").kind());
    }

    // ---- Fragments ----

    private static final String TRACKS =
            """
            table inet t {
              chain f { type filter hook forward priority filter; ct state invalid counter drop; }
            }
            """;

    @Test
    void putsFragmentsTogetherBeforeConnectionTracking() throws Exception {
        rules(TRACKS);
        byte[] udp = udp(4500, 53, new byte[1600]);
        int number = 1;
        for (int[] cut : new int[][] {{800}, {8}, {1456}, {400, 800, 1200}}) {
            String to = "10.6.0." + number++;
            equal4(to, UDP, udp, cut, false);
            equal4("10.6.1." + number, UDP, udp, cut, true);
            equal4("10.0.0.1", UDP, udp, cut, false);
        }
        // A TCP header in two fragments, for others and for the host.
        byte[] segment = PacketBytes.join(tcp(4501, 80, 1000, 0, SYN), new byte[48]);
        equal4("10.6.0.99", TCP, segment, new int[] {16}, false);
        equal4("10.6.0.98", TCP, segment, new int[] {8}, true);
        equal4("10.0.0.1", TCP, segment, new int[] {8}, false);
        byte[] echo = icmp(8, 0, 5, new byte[1000]);
        equal4("10.0.0.1", 1, echo, new int[] {400}, true);
    }

    private void equal4(String to, int protocol, byte[] payload, int[] cuts, boolean backwards)
            throws IOException {
        var fragments = new ArrayList<byte[]>();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int end = i < cuts.length ? cuts[i] : payload.length;
            byte[] part = Arrays.copyOfRange(payload, from, end);
            fragments.add(
                    ipv4(CLIENT, to, protocol, from / 8 | (i < cuts.length ? MORE : 0), part));
            from = end;
        }
        for (byte[] fragment : backwards ? fragments.reversed() : fragments) {
            equal(0, fragment);
        }
    }

    @Test
    void putsIpv6FragmentsTogetherBeforeConnectionTracking() throws Exception {
        rules(TRACKS);
        int id = 1;
        for (String to : List.of(SERVER6, "2001:db8:2::9", "2001:db8::1")) {
            byte[] whole = udp6(CLIENT6, 4600, to, 53, 2000);
            for (int cut : new int[] {8, 1200, 1448}) {
                equal6(to, UDP, whole, cut, id++, false);
                equal6(to, UDP, whole, cut, id++, true);
            }
            // Says that it is a fragment, and is all there is.
            equal(0, ipv6Fragment(CLIENT6, to, UDP, 0, id++, udp6(CLIENT6, 4601, to, 53, 16)));
        }
    }

    @Test
    void refusesIpv6FragmentsThatContradictEachOther() throws Exception {
        rules(TRACKS);
        byte[] part = udp6(CLIENT6, 4700, SERVER6, 53, 792);
        equal(0, ipv6Fragment(CLIENT6, SERVER6, UDP, 1, 900, part));
        equal(0, ipv6Fragment(CLIENT6, SERVER6, UDP, 1, 900, part));
        equal(0, ipv6Fragment(CLIENT6, SERVER6, UDP, 400 | 1, 900, part));
        equal(0, ipv6Fragment(CLIENT6, SERVER6, UDP, 800 | 1, 901, new byte[0]));
        equal(0, ipv6Fragment(CLIENT6, SERVER6, UDP, 0xfff8, 902, new byte[800]));
    }

    private static byte[] udp6(String from, int port, String to, int toPort, int length) {
        byte[] packet = ipv6Sum(from, to, UDP, 6, udp(port, toPort, new byte[length]));
        return Arrays.copyOfRange(packet, 40, packet.length);
    }

    private void equal6(String to, int protocol, byte[] payload, int cut, int id, boolean backwards)
            throws IOException {
        byte[] head = Arrays.copyOf(payload, cut);
        byte[] tail = Arrays.copyOfRange(payload, cut, payload.length);
        byte[] first = ipv6Fragment(CLIENT6, to, protocol, 1, id, head);
        byte[] last = ipv6Fragment(CLIENT6, to, protocol, cut, id, tail);
        equal(0, backwards ? last : first);
        equal(0, backwards ? first : last);
    }

    @Test
    void givesUpFragmentsThatWaitTooLong() throws Exception {
        assertEquals(
                List.of(),
                router.set(Map.of("net.ipv4.ipfrag_time", "1", "net.ipv6.ip6frag_time", "1")));
        try {
            rules("table ip empty {}");
            for (byte[] fragment :
                    List.of(
                            ipv4(CLIENT, "10.0.0.1", UDP, MORE, udp(1, 2, new byte[792])),
                            ipv4(CLIENT, "10.0.0.1", 1, 100, new byte[800]),
                            ipv6Fragment(
                                    CLIENT6, "2001:db8::1", UDP, 1, 7, udp(1, 2, new byte[792])),
                            ipv6Fragment(CLIENT6, "2001:db8::1", UDP, 800, 8, new byte[8]))) {
                equal(0, fragment);
                comparison.begin();
                TimeUnit.MILLISECONDS.sleep(1300);
                Decision decision = path.timeout(1_300_000_000L);
                LiveComparison.Outcome outcome = comparison.compare(router.drain(), decision);
                assertTrue(outcome.isEqual(), () -> outcome.differences() + " " + outcome);
                assertEquals(null, path.timeout(1_300_000_000L));
            }
        } finally {
            router.set(Map.of("net.ipv4.ipfrag_time", "30", "net.ipv6.ip6frag_time", "60"));
        }
    }
}
