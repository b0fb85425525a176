package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFilesTest {
    private static final String ADDR =
            """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                inet 127.0.0.1/8 scope host lo
            2: eth0: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
                link/ether 02:aa:00:00:00:00 brd ff:ff:ff:ff:ff:ff
                inet 10.0.0.1/24 scope global eth0
            3: eth1: <BROADCAST,UP> mtu 1400 qdisc noqueue state UP group default qlen 1000
                link/ether 02:aa:00:00:00:01 brd ff:ff:ff:ff:ff:ff
                inet 10.0.1.1/24 scope global eth1
            """;

    private static final String ROUTE =
            """
            default via 10.0.1.2 dev eth1\s
            10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1\s
            10.0.1.0/24 dev eth1 proto kernel scope link src 10.0.1.1\s
            """;

    private static final String RULE =
            "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n";

    private static final String NEIGH =
            """
            10.0.1.2 dev eth1 lladdr 02:bb:00:01:00:02 REACHABLE\s
            10.0.0.9 dev eth0 lladdr 02:bb:00:00:00:09 STALE\s
            10.0.1.250 dev eth1  FAILED\s
            """;

    @TempDir Path directory;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /// What people paste: the outputs of `ip` without `-j`, and the settings.
    private List<Path> pasted() throws IOException {
        return List.of(
                file("a", ADDR),
                file("b", ROUTE),
                file("c", RULE),
                file("d", NEIGH),
                file("e", new RouterFixture().documents().get("sysctl.txt")));
    }

    private static Verdict decide(HostSnapshot host, String destination) {
        return new ForwardingPath(host)
                .decide(RouterFixture.packet("10.0.0.9", destination, 64, 60), "eth0");
    }

    @Test
    void judgesByPastedTextAsByJson() throws Exception {
        HostSnapshot text = HostSnapshot.read(pasted());
        HostSnapshot json = new RouterFixture().snapshot();
        for (String destination :
                new String[] {
                    "8.8.8.8",
                    "10.0.0.1",
                    "10.0.1.1",
                    "10.0.0.255",
                    "10.0.1.250",
                    "127.0.0.1",
                    "10.0.0.9",
                    "255.255.255.255"
                }) {
            assertEquals(
                    decide(json, destination).kind(),
                    decide(text, destination).kind(),
                    destination);
        }
        var forward = assertInstanceOf(Verdict.Forward.class, decide(text, "8.8.8.8"));
        assertEquals("02:bb:00:01:00:02", forward.nextHopMac());
        assertEquals(1400, text.device("eth1").mtuBytes());
    }

    @Test
    void saysThatTheLocalTableWasTakenFromTheAddresses() throws Exception {
        assertEquals(
                "route4.json: lists no table local; taken from the addresses",
                HostSnapshot.read(pasted()).unmodelled().getFirst().toString());
    }

    @Test
    void doesNotGuessWhatIsInTablesThatAreNotListed() throws Exception {
        file("c", RULE + "100:\tfrom all lookup 100\n");
        List<Path> files = pasted();
        file("c", "100:\tfrom all lookup 100\n" + RULE);
        HostSnapshot host = HostSnapshot.read(files);
        var verdict = assertInstanceOf(Verdict.Incomplete.class, decide(host, "8.8.8.8"));
        assertTrue(verdict.why().contains("table 100 are not listed"), verdict.why());
    }

    @Test
    void makesAnswersIncompleteThatDependOnALineThatIsNotKnown() throws Exception {
        List<Path> files = pasted();
        file("b", ROUTE + "8.0.0.0/8 encap seg6 mode inline dev eth1\n");
        var verdict =
                assertInstanceOf(
                        Verdict.Incomplete.class, decide(HostSnapshot.read(files), "8.8.8.8"));
        assertTrue(verdict.why().startsWith("b line 4/"), verdict.why());
        assertInstanceOf(Verdict.Forward.class, decide(HostSnapshot.read(files), "9.9.9.9"));
        file("b", ROUTE + "RTNETLINK answers: Operation not permitted\n");
        assertInstanceOf(Verdict.Incomplete.class, decide(HostSnapshot.read(files), "9.9.9.9"));
    }

    @Test
    void readsTextOutOfADirectoryWhereThereIsNoJson() throws Exception {
        file("addr.txt", ADDR);
        file("route4.txt", ROUTE);
        file("rule4.txt", RULE);
        file("neigh.txt", NEIGH);
        file("sysctl.txt", new RouterFixture().documents().get("sysctl.txt"));
        assertInstanceOf(Verdict.Forward.class, decide(HostSnapshot.read(directory), "8.8.8.8"));
    }

    @Test
    void unpacksGzip() throws Exception {
        List<Path> files = pasted();
        try (var out = new GZIPOutputStream(Files.newOutputStream(directory.resolve("b")))) {
            out.write(ROUTE.getBytes());
        }
        assertInstanceOf(Verdict.Forward.class, decide(HostSnapshot.read(files), "8.8.8.8"));
        byte[] packed = Files.readAllBytes(directory.resolve("b"));
        Files.write(directory.resolve("b"), java.util.Arrays.copyOf(packed, packed.length - 9));
        var e = assertThrows(SnapshotException.class, () -> HostSnapshot.read(files));
        assertTrue(e.getMessage().startsWith("b: "), e.getMessage());
    }

    @Test
    void saysWhatAFileIsNot() throws Exception {
        var unknown =
                assertThrows(
                        SnapshotException.class,
                        () -> HostSnapshot.read(file("x", "hello world\n")));
        assertTrue(unknown.getMessage().startsWith("x: is no output of a command"));
        var packed =
                assertThrows(
                        SnapshotException.class, () -> HostSnapshot.read(file("y", "BZh91AY&SY")));
        assertTrue(packed.getMessage().contains("bzip2; unpack it first"));
    }

    @Test
    void findsTheWayToGatewaysWithoutDevices() throws Exception {
        List<Path> files = new java.util.ArrayList<>(pasted());
        String bgp =
                """
                BIRD 2.0.12 ready.
                Table master4:
                8.0.0.0/8            unicast [b1 06:51:29.571] * (200)
                \tvia 10.0.0.9 on eth0
                """;
        files.add(file("f", bgp));
        var forward =
                assertInstanceOf(
                        Verdict.Forward.class, decide(HostSnapshot.read(files), "8.8.8.8"));
        assertEquals("eth0", forward.device());
        // TABLE_DUMP_V2 with one peer: 9/8 by 10.0.1.2, 11/8 by 172.16.0.1
        byte[] mrt =
                RouterFixture.bytes(
                        """
                        00000000 000d 0001 00000015  0a000001 0000 0001  02 0a000002 0a000002 0000fde9
                        00000000 000d 0002 00000017  00000000 0809 0001  0000 00000000 0007 400304 0a000102
                        00000000 000d 0002 00000017  00000001 080b 0001  0000 00000000 0007 400304 ac100001
                        """);
        files.set(5, Files.write(directory.resolve("f"), mrt));
        forward =
                assertInstanceOf(
                        Verdict.Forward.class, decide(HostSnapshot.read(files), "9.9.9.9"));
        assertEquals("10.0.1.2", forward.nextHop());
        assertEquals("9.0.0.0/8 via 10.0.1.2 dev eth1 table 254", forward.route().toString());
        var unknown =
                assertInstanceOf(
                        Verdict.Incomplete.class, decide(HostSnapshot.read(files), "11.1.1.1"));
        assertEquals("no route of the snapshot leads to gateway 172.16.0.1", unknown.why());
    }

    @Test
    void changesOnlyWhatTheChangesSay() throws Exception {
        List<Path> files = pasted();
        Path change = file("change", "prohibit default\n" + ROUTE.replaceFirst(".*\n", ""));
        HostSnapshot changed = HostSnapshot.readChanged(files, List.of(change));
        assertEquals("reject", decide(changed, "8.8.8.8").kind());
        assertEquals("forward", decide(HostSnapshot.read(files), "8.8.8.8").kind());
        Path setting = file("setting", "net.ipv4.conf.eth0.forwarding = 0\n");
        HostSnapshot set = HostSnapshot.readChanged(files, List.of(setting));
        assertEquals("drop", decide(set, "8.8.8.8").kind());
    }

    @Test
    void takesADirectoryAmongTheChangesForASnapshotOfItsOwn() throws Exception {
        List<Path> files = pasted();
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("addr.txt"), ADDR);
        HostSnapshot changed = HostSnapshot.readChanged(files, List.of(other));
        assertInstanceOf(Verdict.Incomplete.class, decide(changed, "8.8.8.8"));
    }

    @Test
    void refusesHostileDocumentsInBoundedTime() {
        Map<String, String> hostile =
                Map.of(
                        "deep",
                        "[".repeat(1 << 20),
                        "deepObject",
                        "[" + "{\"a\":".repeat(1 << 16),
                        "longString",
                        "[{\"dst\":\"" + "x".repeat(2 << 20) + "\"}]",
                        "longNumber",
                        "[{\"dst\":\"default\",\"metric\":" + "9".repeat(1 << 16) + "}]",
                        "cut",
                        "[{\"dst\":\"default\",\"dev\":");
        hostile.forEach((name, text) ->
                assertTimeout(
                        Duration.ofSeconds(10),
                        () ->
                                assertThrows(
                                        SnapshotException.class,
                                        () -> HostSnapshot.of(Map.of("route4.json", text)),
                                        name)));
    }

    @Test
    void listsNumbersThatNoKernelHas() throws Exception {
        HostSnapshot host =
                HostSnapshot.of(
                        Map.of(
                                "route4.json",
                                "[{\"type\":\"blackhole\",\"table\":\"local\",\"dst\":\"1.0.0.0/8\","
                                        + "\"metric\":99999999999999999999}]",
                                "sysctl.txt",
                                "net.ipv4.ip_default_ttl = 99999999999999999999\n"));
        assertTrue(
                host.unmodelled().getFirst().toString().contains("is not a number"),
                host.unmodelled().toString());
        assertEquals(-1, host.sysctl("net.ipv4.ip_default_ttl"));
    }

    @Test
    void readsAHundredThousandRoutes() throws Exception {
        var text = new StringBuilder(6 << 20);
        for (int i = 0; i < 100_000; i++) {
            text.append(Inet4.format(0x0b000000 + (i << 8))).append("/24 via 10.0.1.2 dev eth1 \n");
        }
        List<Path> files = pasted();
        file("b", ROUTE + text);
        HostSnapshot host = HostSnapshot.read(files);
        assertEquals(100_003, host.tables().stream().mapToInt(Fib::size).max().orElse(0));
        assertEquals("forward", decide(host, "11.5.5.5").kind());
    }

    @Test
    void asksTenThousandRulesInTheirOrder() throws Exception {
        var text = new StringBuilder("0:\tfrom all lookup local\n");
        for (int i = 1; i < 10_000; i++) {
            text.append(i).append(":\tfrom 192.168.0.0/16 lookup main\n");
        }
        text.append("20000:\tfrom all prohibit\n");
        List<Path> files = pasted();
        file("c", text.toString());
        var refused =
                assertInstanceOf(
                        Verdict.Refused.class, decide(HostSnapshot.read(files), "8.8.8.8"));
        assertEquals(Verdict.Reason.PROHIBIT, refused.reason());
    }
}
