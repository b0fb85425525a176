package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForwardCommandTest {
    private static final String[] SETTINGS = {
        "rp_filter",
        "accept_local",
        "route_localnet",
        "send_redirects",
        "bc_forwarding",
        "mc_forwarding",
        "drop_unicast_in_l2_multicast",
        "shared_media"
    };

    @TempDir Path router;

    @BeforeEach
    void makeRouter() throws IOException {
        put(
                "addr.json",
                """
                [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,
                  "address":"00:00:00:00:00:00","addr_info":[]},
                 {"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:00","addr_info":[
                   {"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global"}]},
                 {"ifindex":3,"ifname":"eth1","flags":["UP"],"mtu":1500,
                  "address":"02:aa:00:00:00:01","addr_info":[
                   {"family":"inet","local":"10.0.1.1","prefixlen":24,"scope":"global"}]}]
                """);
        put(
                "route4.json",
                """
                [{"dst":"default","gateway":"10.0.1.2","dev":"eth1"},
                 {"type":"prohibit","dst":"192.168.3.0/24"},
                 {"dst":"10.0.0.0/24","dev":"eth0","scope":"link","protocol":"kernel"},
                 {"dst":"10.0.1.0/24","dev":"eth1","scope":"link","protocol":"kernel"}]
                """);
        put(
                "rule4.json",
                """
                [{"priority":0,"src":"all","table":"local"},
                 {"priority":32766,"src":"all","table":"main"},
                 {"priority":32767,"src":"all","table":"default"}]
                """);
        put(
                "neigh.json",
                """
                [{"dst":"10.0.1.2","dev":"eth1","lladdr":"02:bb:00:01:00:02","state":["STALE"]}]
                """);
        var sysctl = new StringBuilder();
        for (String device : new String[] {"all", "eth0", "eth1"}) {
            for (String key : SETTINGS) {
                sysctl.append("net.ipv4.conf.%s.%s = 0\n".formatted(device, key));
            }
            sysctl.append("net.ipv4.conf.%s.forwarding = 1\n".formatted(device));
        }
        put("sysctl.txt", sysctl.toString());
    }

    private void put(String name, String text) throws IOException {
        Files.writeString(router.resolve(name), text);
    }

    private CommandRun forward(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "forward";
        all[1] = "-R";
        all[2] = router.toString();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return CommandRun.of(all);
    }

    /// Two frames of one flow to the world, one to a prohibited network.
    private String capture() throws IOException {
        var file = ByteBuffer.allocate(1000).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        file.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
        file.putInt(65535).putInt(1);
        String ethernet = "02aa00000000 02bb00000009 0800";
        // 10.0.0.9:4242 > 8.8.8.8:53 UDP, 33 bytes; the same to 192.168.3.1
        String world = "45000021 00000000 401160b4 0a000009 08080808";
        String prohibited = "45000021 00000000 4011ad1a 0a000009 c0a80301";
        for (String header : new String[] {world, world, prohibited}) {
            String hex = ethernet + header + "10920035 000d0000 68656c6c6f";
            byte[] frame = HexFormat.of().parseHex(hex.replace(" ", ""));
            file.putInt(1).putInt(0).putInt(frame.length).putInt(frame.length).put(frame);
        }
        Path path = router.resolve("three.pcap");
        Files.write(path, java.util.Arrays.copyOf(file.array(), file.position()));
        return path.toString();
    }

    @Test
    void judgesOnePacketInOneLine() {
        CommandRun run = forward("--packet", "in eth0 10.0.0.9:4242 > 8.8.8.8:53 udp");
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertEquals(
                "1  10.0.0.9:4242 > 8.8.8.8:53 udp: forward out eth1 to 10.0.1.2"
                        + " (02:bb:00:01:00:02) by default via 10.0.1.2 dev eth1 table 254\n",
                run.out());
    }

    @Test
    void tracesEachStepWithTheRuleThatDecided() {
        CommandRun run =
                forward("--packet", "in eth0 10.0.0.9 > 192.168.3.1 icmp ttl 9", "--trace");
        assertTrue(run.out().contains("PROHIBIT"), run.out());
        assertTrue(run.out().contains("FW-6   fib_lookup"), run.out());
        assertTrue(run.out().contains("prohibit 192.168.3.0/24 table 254 (EACCES)"), run.out());
        assertTrue(run.out().contains("Ip.InReceives +1"), run.out());
    }

    @Test
    void honoursWhatThePacketSays() {
        CommandRun run =
                forward("-T", "json", "--packet", "in eth0 10.0.0.9:1 > 8.8.8.8:2 tcp len 1501 df");
        assertTrue(run.out().contains("\"drop_reason\":\"PKT_TOO_BIG\""), run.out());
        run = forward("--packet", "in eth0 10.0.0.9:1 > 8.8.8.8:2 tcp ttl 1");
        assertTrue(run.out().contains("TTL_EXPIRED"), run.out());
        assertTrue(run.out().contains("ICMP 11/0"), run.out());
    }

    @Test
    void judgesACapture() throws IOException {
        CommandRun run = forward("-r", capture(), "--in", "eth0");
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertTrue(run.out().matches("(?s).*forward +2 +94\n.*"), run.out());
        assertTrue(run.out().matches("(?s).*reject PROHIBIT +1 +47\n.*"), run.out());
        assertTrue(run.err().contains("2 of 2 flows, 3 frames"), run.err());
    }

    @Test
    void givesOneObjectForEachFlow() throws IOException {
        CommandRun run = forward("-r", capture(), "--in", "eth0", "-T", "jsonl");
        String[] lines = run.out().split("\n");
        assertEquals(2, lines.length, run.out());
        JsonNode first = new ObjectMapper().readTree(lines[0]);
        assertEquals("forward", first.get("verdict").asText());
        assertEquals(2, first.get("packets").asInt());
        assertEquals("10.0.1.2", first.get("next_hop").asText());
        assertEquals("3/13", new ObjectMapper().readTree(lines[1]).get("icmp").asText());
    }

    @Test
    void tracesACaptureFrameByFrame() throws IOException {
        CommandRun run = forward("-r", capture(), "--in", "eth0", "--trace", "-T", "json");
        JsonNode frames = new ObjectMapper().readTree(run.out());
        assertEquals(3, frames.size());
        JsonNode steps = frames.get(0).get("steps");
        assertEquals("FW-17", steps.get(steps.size() - 1).get("rule").asText());
        assertEquals(1, frames.get(2).get("counters").get("Ip.InReceives").asInt());
    }

    @Test
    void answersARouteQueryAsTheToolDoes() {
        CommandRun run = forward("--route", "8.8.8.8 from 10.0.0.9 iif eth0");
        assertTrue(run.out().startsWith("unicast via 10.0.1.2 dev eth1 table 254;"), run.out());
        assertEquals("EACCES\n", forward("--route", "192.168.3.9 from 10.0.0.9 iif eth0").out());
        assertTrue(forward("--route", "8.8.8.8").out().contains("src 10.0.1.1"));
    }

    @Test
    void saysWhyAnAnswerIsIncomplete() throws IOException {
        Files.delete(router.resolve("neigh.json"));
        CommandRun run = forward("--packet", "in eth0 10.0.0.9:4242 > 8.8.8.8:53 udp");
        assertTrue(run.out().contains("incomplete: the snapshot has no neigh.json"), run.out());
    }

    @Test
    void saysWhatItDoesNotKnowOfASnapshot() throws IOException {
        put("neigh.json", "[{\"dst\":\"10.0.1.2\",\"dev\":\"eth1\",\"colour\":\"red\"}]");
        CommandRun run = forward("--route", "10.0.1.9 from 10.0.0.9 iif eth0");
        assertTrue(run.err().contains("neigh.json /0/colour: is not known"), run.err());
    }

    @Test
    void namesLineAndColumnOfABrokenSnapshot() throws IOException {
        put("route4.json", "[{\"dst\":\n  oops}]");
        CommandRun run = forward("--route", "8.8.8.8");
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("route4.json line 2 column"), run.err());
    }

    @Test
    void saysThatThereIsNoSnapshot() {
        CommandRun run = CommandRun.of("forward", "-R", "/no/such/place", "--route", "8.8.8.8");
        assertEquals(ExitCode.INPUT, run.status());
        assertEquals("headgate: no file or directory /no/such/place\n", run.err());
    }

    @Test
    void listsTheDevicesWhereTheOneNamedIsNotThere() throws IOException {
        for (String[] arguments :
                new String[][] {
                    {"--packet", "in eth9 10.0.0.9:4242 > 8.8.8.8:53 udp"},
                    {"--route", "8.8.8.8 iif eth9"},
                    {"-r", capture(), "--in", "eth9"},
                    {"-r", capture()}
                }) {
            CommandRun run = forward(arguments);
            assertEquals(ExitCode.USAGE, run.status());
            assertTrue(run.err().contains("there are: lo, eth0, eth1"), run.err());
        }
    }

    @Test
    void saysWhatIsWrongWithAPacket() {
        CommandRun run = forward("--packet", "in eth0 10.0.0.9 > 8.8.8.8 udp ttl 300");
        assertEquals(ExitCode.USAGE, run.status());
        assertTrue(run.err().contains("ttl '300' is not a number from 0 to 255"), run.err());
        assertTrue(forward("--packet", "in eth0 10.0.0.9").err().contains("ends early"));
        assertTrue(
                forward("--packet", "in eth0 10.0.0.x > 1.1.1.1 udp").err().contains("10.0.0.x"));
        assertFalse(forward("--packet", "in eth0 10.0.0.9 > 8.8.8.8 89").out().isEmpty());
    }

    @Test
    void suspectsTheDeviceWhenAllFramesAreForOthers() throws IOException {
        CommandRun run = forward("-r", capture(), "--in", "eth1");
        assertTrue(run.err().contains("did they come in by eth1?"), run.err());
    }

    private static final String PROHIBITED =
            """
            prohibit default
            10.0.0.0/24 dev eth0 proto kernel scope link
            10.0.1.0/24 dev eth1 proto kernel scope link
            192.168.3.0/24 via 10.0.1.2 dev eth1
            """;

    /// Routes as another set: the world is prohibited, 192.168.3/24 is not.
    private String otherRoutes() throws IOException {
        put("changed", PROHIBITED);
        return router.resolve("changed").toString();
    }

    @Test
    void tellsOnlyWhatChangesUnderAnotherRuleSet() throws IOException {
        CommandRun run = forward("-r", capture(), "--in", "eth0", "--vs", otherRoutes());
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertTrue(
                run.out().startsWith("3 of 3 packets (100.0 %) in 2 flows change their fate"),
                run.out());
        assertTrue(
                run.out()
                        .matches(
                                "(?s).*forward out eth1 to 10.0.1.2 -> reject PROHIBIT 3/13 +1 +2"
                                        + " +94.*"),
                run.out());
        assertTrue(run.out().contains("1970-01-01T00:00:01Z"), run.out());
    }

    @Test
    void failsOnADifferenceOnlyWhereThereIsOne() throws IOException {
        String[] same = {"-r", capture(), "--in", "eth0", "--vs", router.toString()};
        CommandRun run = forward(with(same, "--fail-on", "diff"));
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertTrue(run.out().startsWith("0 of 3 packets"), run.out());
        same[5] = otherRoutes();
        assertEquals(ExitCode.FOUND, forward(with(same, "--fail-on", "diff")).status());
        assertEquals(
                ExitCode.USAGE,
                forward("-r", capture(), "--in", "eth0", "--fail-on", "diff").status());
    }

    private static String[] with(String[] words, String... more) {
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }

    @Test
    void givesBothFatesOfEachChangeAsJson() throws IOException {
        CommandRun run =
                forward("-r", capture(), "--in", "eth0", "--vs", otherRoutes(), "-T", "json");
        JsonNode changes = new ObjectMapper().readTree(run.out());
        assertEquals(2, changes.size());
        assertEquals("forward", changes.get(0).get("as_is").get("verdict").asText());
        assertEquals("3/13", changes.get(0).get("what_if").get("icmp").asText());
        assertEquals(2, changes.get(0).get("packets").asInt());
        assertEquals("1970-01-01T00:00:01Z", changes.get(0).get("first").asText());
    }

    @Test
    void countsPacketsThatFoundNoRow() throws IOException {
        CommandRun run =
                forward(
                        "-r",
                        capture(),
                        "--in",
                        "eth0",
                        "--vs",
                        otherRoutes(),
                        "--max-flows",
                        "1",
                        "--fail-on",
                        "diff");
        assertEquals(ExitCode.FOUND, run.status());
        assertTrue(run.err().contains("1 packets belong to flows beyond --max-flows"), run.err());
        assertTrue(run.err().contains("1 of them change their fate"), run.err());
    }

    @Test
    void comparesOnePacket() throws IOException {
        CommandRun run =
                forward(
                        "--packet",
                        "in eth0 10.0.0.9:1 > 8.8.8.8:2 udp",
                        "--vs",
                        otherRoutes(),
                        "--trace");
        assertTrue(run.out().contains("   now:  forward out eth1"), run.out());
        assertTrue(run.out().contains("   then: PROHIBIT"), run.out());
    }

    @Test
    void writesTheFramesThatLeave() throws IOException {
        Path out = router.resolve("leaving.pcapng");
        CommandRun run = forward("-r", capture(), "--in", "eth0", "-w", out.toString());
        assertEquals(ExitCode.DONE, run.status(), run.err());
        CommandRun printed = CommandRun.of("packets", "-r", out.toString(), "-e", "-T", "jsonl");
        String[] lines = printed.out().split("\n");
        JsonNode first = new ObjectMapper().readTree(lines[0]);
        assertEquals("02:bb:00:01:00:02", first.get("eth.dst").asText(), printed.out());
        assertEquals("02:aa:00:00:00:01", first.get("eth.src").asText());
        assertEquals(63, first.get("ip.ttl").asInt());
        assertTrue(run.err().contains("frames leave, in " + out), run.err());
    }

    @Test
    void tellsTheSourceOfFragmentsThatWaitedTooLong() throws IOException {
        put(
                "neigh.json",
                """
                [{"dst":"10.0.0.9","dev":"eth0","lladdr":"02:bb:00:00:00:09","state":["STALE"]}]
                """);
        byte[] first =
                PacketBytes.ipv4(
                        "10.0.0.9", "10.0.0.1", 17, 0x2000, PacketBytes.udp(1, 2, new byte[792]));
        byte[] later = PacketBytes.ipv4("10.0.0.9", "10.0.0.1", 17, 100, new byte[8]);
        var file = ByteBuffer.allocate(2000).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        file.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
        file.putInt(65535).putInt(1);
        int second = 1;
        for (byte[] packet : new byte[][] {first, later}) {
            byte[] frame = PacketBytes.ethernet(0x0800, packet);
            file.putInt(second).putInt(0).putInt(frame.length).putInt(frame.length).put(frame);
            // ipfrag_time is 30 s.
            second += 31;
        }
        Path capture = router.resolve("fragments.pcap");
        Files.write(capture, java.util.Arrays.copyOf(file.array(), file.position()));
        Path out = router.resolve("leaving.pcapng");
        CommandRun run = forward("-r", capture.toString(), "--in", "eth0", "-w", out.toString());
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertTrue(run.err().contains("1 packets were given up"), run.err());
        CommandRun printed = CommandRun.of("packets", "-r", out.toString(), "-T", "jsonl");
        JsonNode told = new ObjectMapper().readTree(printed.out().split("\n")[0]);
        assertEquals(11, told.get("icmp.type").asInt(), printed.out());
        assertEquals(1, told.get("icmp.code").asInt());
    }

    @Test
    void takesFramesByTheInterfacesThatTheirCaptureNames() throws IOException {
        Path named = router.resolve("named.pcapng");
        // Frames out of the router come by eth1, which is what the file calls their interface.
        forward("-r", capture(), "--in", "eth0", "-w", named.toString());
        CommandRun run = forward("-r", named.toString());
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertTrue(run.out().contains("drop NOT_FOR_US"), run.out());
    }

    @Test
    void judgesAnIpv6Packet() {
        CommandRun run =
                forward(
                        "--packet",
                        "in eth0 [2001:db8::9]:4242 > [2001:db8:1::9]:53 udp",
                        "-T",
                        "jsonl");
        assertEquals(ExitCode.DONE, run.status(), run.err());
        assertTrue(run.out().contains("\"src\":\"2001:db8::9\""), run.out());
        assertTrue(run.out().contains("\"dst_port\":53"), run.out());
        assertEquals(
                ExitCode.USAGE, forward("--packet", "in eth0 10.0.0.9 > 2001::1 udp").status());
        assertEquals(
                ExitCode.USAGE, forward("--packet", "in eth0 2001::2 > 2001::1 udp df").status());
    }

    @Test
    void addsUpSeveralSources() throws IOException {
        put("more", "8.0.0.0/8 via 10.0.1.2 dev eth1\n");
        String more = router.resolve("more").toString();
        CommandRun run = forward("-R", more, "--packet", "in eth0 10.0.0.9:4242 > 8.8.8.8:53 udp");
        assertTrue(run.out().contains("by 8.0.0.0/8 via 10.0.1.2"), run.out() + run.err());
    }

    @Test
    void saysWhichFileIsNothingThatIsKnown() throws IOException {
        put("letter", "Dear all,\n");
        CommandRun run = forward("-R", router.resolve("letter").toString(), "--route", "8.8.8.8");
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("letter: is no output of a command"), run.err());
    }
}
