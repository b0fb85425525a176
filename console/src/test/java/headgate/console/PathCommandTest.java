package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Ethernet, IPv4, UDP 10.0.0.1:1000 to 10.0.0.2:53 without payload.
    private static final String UDP_FRAME =
            """
            02 00 00 00 00 02  02 00 00 00 00 01  08 00
            45 00 00 1c 00 00 00 00 40 11 66 cf  0a 00 00 01  0a 00 00 02
            03 e8 00 35 00 08 00 00
            """;

    @TempDir Path directory;

    /// A blocker of 1 ms, then `burst` packets while it is in service.
    private String blocker(int burst) throws IOException {
        var lines = new StringBuilder("time_ns,length,flow,service_ns\n0,60,7,1000000\n");
        for (int i = 1; i <= burst; i++) {
            lines.append(100_000 + i).append(",60,7,100\n");
        }
        return file(lines.toString());
    }

    private String file(String text) throws IOException {
        Path file = directory.resolve("arrivals.csv");
        Files.writeString(file, text);
        return file.toString();
    }

    private String capture(int frames, int gapNanos) throws IOException {
        byte[] frame = HexFormat.of().parseHex(UDP_FRAME.replaceAll("\\s", ""));
        ByteBuffer bytes =
                ByteBuffer.allocate(24 + frames * (16 + frame.length))
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(0xa1b23c4d).putShort((short) 2).putShort((short) 4);
        bytes.putInt(0).putInt(0).putInt(65535).putInt(1);
        for (int i = 0; i < frames; i++) {
            bytes.putInt(1_700_000_000).putInt(i * gapNanos).putInt(frame.length);
            bytes.putInt(frame.length).put(frame);
        }
        Path file = directory.resolve("burst.pcap");
        Files.write(file, bytes.array());
        return file.toString();
    }

    @Test
    void showsStagesDelaysTheFirstLimitAndTheKernelsRow() throws IOException {
        var run = CommandRun.of("path", "--arrivals", blocker(20), "--set", "backlog=10");

        assertEquals(0, run.status(), run::err);
        assertTrue(run.out().contains("21 frames in 100.0 us"), run::out);
        assertTrue(run.out().contains("modelled, not measured"), run::out);
        assertTrue(run.out().contains("backlog          11/11"), run::out);
        assertTrue(run.out().contains("<- first limit"), run::out);
        assertTrue(
                run.out()
                        .contains(
                                "first limit: the input queue of CPU 0 (netdev_max_backlog 10),"
                                        + " 100.0 us after the start"),
                run::out);
        assertTrue(run.out().contains("\n0000000c 00000009 00000000 "), run::out);
        assertEquals("", run.err());
    }

    @Test
    void comparesProfilesSideBySide() throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(20),
                        "-p",
                        "linux-6",
                        "-p",
                        "linux-6",
                        "--set",
                        "backlog=10");

        assertTrue(run.out().contains("A  linux-6\nB  linux-6 backlog=10\n"), run::out);
        assertTrue(run.out().contains("A  nothing is dropped"), run::out);
        assertTrue(run.out().contains("A drops 100.0 % fewer than B."), run::out);
    }

    @Test
    void saysWhatTheWorseProfileLosesMostAtAndWhatLimitsTheBetterNext() throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(20),
                        "-p",
                        "linux-6",
                        "-p",
                        "linux-6",
                        "--set",
                        "backlog=10",
                        "-T",
                        "jsonl");

        JsonNode verdict = JSON.readTree(run.out().lines().toList().getLast());
        assertEquals("verdict", verdict.get("type").asText());
        assertEquals(
                "A drops 100.0 % fewer than B. B loses most at: input queue (netdev_max_backlog 10)."
                        + " A's next limit: CPU 0, busy 99.9 % of the time.",
                verdict.get("sentence").asText());
    }

    @Test
    void saysWhichOfTwoWaitsLeastWhereNeitherDrops() throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        file("0,60\n0,60\n0,60\n"),
                        "-p",
                        "linux-6",
                        "-p",
                        "linux-6",
                        "--set",
                        "packet_ns=5000");
        assertTrue(run.out().contains("Neither drops. A waits least: p99 4.0 us"), run::out);
    }

    @Test
    void tellsTheFateOfEachFrameInOrder() throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(13),
                        "--set",
                        "backlog=10",
                        "--fates",
                        "-T",
                        "jsonl");
        List<String> lines = run.out().lines().toList();
        assertEquals(15, lines.size(), run::out);
        for (int i = 0; i < 14; i++) {
            JsonNode fate = JSON.readTree(lines.get(i));
            assertEquals("fate", fate.get("type").asText());
            assertEquals(i + 1, fate.get("frame").asInt());
            assertEquals(60, fate.get("length").asInt());
            assertEquals(i < 12 ? "delivered" : "dropped", fate.get("fate").asText(), run::out);
        }
        assertEquals(1_000_000, JSON.readTree(lines.get(0)).get("service_ns").asInt());
        assertEquals("CPU_BACKLOG", JSON.readTree(lines.get(13)).get("reason").asText());

        var text =
                CommandRun.of("path", "--arrivals", blocker(13), "--set", "backlog=10", "--fates");
        assertTrue(
                text.out()
                        .contains(
                                "       13  1970-01-01T00:00:00.000100012Z     60 bytes  dropped for"
                                        + " CPU 0 after 0 ns: CPU_BACKLOG\n"),
                text::out);
    }

    @Test
    void findsBurstsAndSaysWhichQueuesTakeThem() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            lines.append(5_000_000 + i * 250).append(",60,7\n");
        }
        String arrivals = file(lines.toString());
        var run = CommandRun.of("path", "--arrivals", arrivals, "--bursts", "-T", "json");
        JsonNode bursts = JSON.readTree(run.out()).get(0).get("bursts");
        assertEquals(2, bursts.size());
        assertEquals(100_000, bursts.get(0).get("window_ns").asInt());
        assertEquals(1, bursts.get(0).get("count").asInt());
        assertEquals(300, bursts.get(0).get("largest").get("frames").asInt());
        assertEquals(0, bursts.get(1).get("count").asInt());

        var text = CommandRun.of("path", "--arrivals", arrivals, "--bursts");
        assertTrue(text.out().contains("bursts in windows of 100.0 us: at most 300 frames"));
        assertTrue(text.out().contains("1 microbursts with 300 frames"), text::out);
        assertTrue(
                text.out().contains("bursts in windows of 1.0 ms: at most 300 frames"), text::out);
        assertTrue(text.out().contains("no microburst: one CPU keeps up in every window"));
    }

    @Test
    void findsTheLargestCostWithoutDrops() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append(i * 1_000).append(",60,7\n");
        }
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        file(lines.toString()),
                        "--set",
                        "backlog=9",
                        "--sweep",
                        "packet_ns=0..100000",
                        "-T",
                        "jsonl");
        JsonNode sweep = JSON.readTree(run.out().lines().toList().getLast());
        long found = sweep.get("found").asLong();
        assertTrue(
                sweep.get("sentence").asText().endsWith("is the largest value without drops"),
                run::out);
        for (JsonNode each : sweep.get("tried")) {
            assertEquals(
                    each.get("value").asLong() > found, each.get("dropped").asLong() > 0, run::out);
        }
    }

    @Test
    void concludesNothingAboutValuesThatHaveNoOrder() throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(500),
                        "--sweep",
                        "weight=1..1000",
                        "-T",
                        "jsonl");
        JsonNode sweep = JSON.readTree(run.out().lines().toList().getLast());
        assertEquals(16, sweep.get("tried").size());
        assertTrue(
                sweep.get("sentence").asText().contains("1 is the smallest of 16 values tried"),
                run::out);
    }

    @Test
    void readsACapture() throws IOException {
        var run =
                CommandRun.of(
                        "path", "-r", capture(300, 100), "--set", "backlog=100", "-T", "json");

        assertEquals(0, run.status(), run::err);
        JsonNode total = JSON.readTree(run.out()).get(0);
        assertTrue(total.get("modelled").asBoolean());
        assertEquals(300, total.get("offered").asInt());
        assertEquals("2023-11-14T22:13:20Z", total.get("start").asText());
        assertEquals(
                total.get("dropped").asInt(),
                total.get("stages").get(0).get("dropped").get("CPU_BACKLOG").asInt());
        assertEquals(101, total.get("stages").get(0).get("depth_max").asInt());
        assertEquals("100", total.get("settings").get("backlog").asText());
        assertEquals(1, total.get("softnet_stat").size());
    }

    @Test
    void replaysFasterAndSlower() throws IOException {
        String capture = capture(300, 2000);

        assertEquals(0, dropped(capture, "1"));
        assertTrue(dropped(capture, "10") > 0);
        assertEquals(0, dropped(capture, "0.5"));
    }

    private static int dropped(String capture, String speed) throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "-r",
                        capture,
                        "--set",
                        "backlog=100",
                        "--speed",
                        speed,
                        "-T",
                        "jsonl");
        return JSON.readTree(run.out()).get("dropped").asInt();
    }

    @Test
    void findsTheSmallestBacklogWithoutDrops() throws IOException {
        // 5000 wait behind the blocker; a queue holds one more than the setting.
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(5000),
                        "--sweep",
                        "backlog=0..1000000",
                        "--commands");

        assertTrue(
                run.out().contains("backlog=0..1000000: 4999 is the smallest value without drops"),
                run::out);
        assertTrue(run.out().endsWith("\nsysctl -w net.core.netdev_max_backlog=4999\n"), run::out);
    }

    @Test
    void findsTheSmallestBacklogAmongAll() throws IOException {
        for (int burst : List.of(1, 2, 16, 17, 18, 19)) {
            var run =
                    CommandRun.of(
                            "path",
                            "--arrivals",
                            blocker(burst),
                            "--sweep",
                            "backlog=0..18",
                            "-T",
                            "jsonl");
            JsonNode sweep = JSON.readTree(run.out().lines().toList().getLast());
            assertEquals(burst - 1, sweep.get("found").asInt(), run::out);
            assertFalse(sweep.get("coarse").asBoolean());
        }
    }

    @Test
    void saysWhenNoValueRemovesTheDrops() throws IOException {
        var run = CommandRun.of("path", "--arrivals", blocker(500), "--sweep", "backlog=10..100");

        assertTrue(
                run.out().contains("backlog=10..100: no value removes the drops; at 100 there are"),
                run::out);
    }

    @Test
    void printsTheCommandsOfTheBestProfile() throws IOException {
        var plain = CommandRun.of("path", "--arrivals", blocker(1), "--commands");
        assertTrue(plain.out().endsWith("# nothing to set: these are the kernel's own settings\n"));

        var many =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(1),
                        "-p",
                        "linux-6-rps",
                        "--set",
                        "flow_limit=0-1",
                        "--set",
                        "budget=600",
                        "--commands");
        assertTrue(
                many.out()
                        .endsWith(
                                """
                                sysctl -w net.core.netdev_budget=600
                                sysctl -w net.core.flow_limit_cpu_bitmap=3
                                echo 2 > /sys/class/net/IFACE/queues/rx-0/rps_cpus
                                """),
                many::out);
    }

    @Test
    void printsTheCommandsOfEachInterface() throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(20),
                        "-p",
                        "linux-6-nic",
                        "--set",
                        "interfaces=lan0,wan0",
                        "--set",
                        "wan0.rx_queues=1",
                        "--set",
                        "wan0.rps=2",
                        "--sweep",
                        "lan0.ring=8..64",
                        "--commands");
        assertTrue(
                run.out().contains("\nlan0.ring=8..64: 20 is the smallest value without drops\n"),
                run::out);
        assertTrue(
                run.out()
                        .endsWith(
                                """
                                ethtool -C lan0 rx-usecs 16 rx-frames 32
                                ethtool -L wan0 combined 1
                                ethtool -G wan0 rx 256
                                ethtool -C wan0 rx-usecs 16 rx-frames 32
                                echo 4 > /sys/class/net/wan0/queues/rx-0/rps_cpus
                                """),
                run::out);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "af_packet   | rcvbuf=2000000     | sysctl -w net.core.rmem_default=4000000",
                "tpacket_v3  | blocks=100         | headgate agent -i IFACE --ring 25",
                "tpacket_v3  | blocks=100         | # or tcpdump -i IFACE -B 25600",
                "pf_ring-2.6 | min_num_slots=8192 | modprobe pf_ring min_num_slots=8192",
                "winpcap     | buffer=4000000     | # in the program: pcap_setbuff(p, 4000000);",
                "bpf         | buffer=1048576     | tcpdump -i IFACE -B 1024"
            })
    void printsTheCommandsThatGiveACaptureItsRoom(String profile, String setting, String line)
            throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(1),
                        "-p",
                        profile,
                        "--set",
                        setting,
                        "--commands");
        assertTrue(run.out().contains("\n" + line), run::out);
    }

    @Test
    void saysNothingOfACaptureThatHasItsUsualRoom() throws IOException {
        var run = CommandRun.of("path", "--arrivals", blocker(1), "-p", "tpacket_v3", "--commands");
        assertTrue(run.out().endsWith("# nothing to set: these are the kernel's own settings\n"));
    }

    /// Ten frames from 10.0.0.1 port 1000 to 10.0.0.2 port 53. With a key of zeros every hash is 0;
    /// one with bit 35 alone adds it for input bits 4 and 6 (of the first byte, 10) and 31 (of the
    /// fourth, 1): 1 + 4 + 2^27, which is entry 5 of 128 and of two queues the second.
    @ParameterizedTest
    @CsvSource({"00, 0", "10, 1"})
    void spreadsFramesAsTheHostsInterfaceDoes(String fifthByte, int cpu) throws IOException {
        Path host = Files.createDirectories(directory.resolve("gw"));
        Files.writeString(host.resolve("cpu.txt"), "online 0-1\nhz 250\n");
        Files.writeString(host.resolve("irq.txt"), "eth0 38 0 eth0-rx-0\neth0 39 1 eth0-rx-1\n");
        Files.writeString(
                host.resolve("ethtool-x.txt"),
                "== eth0\nRSS hash key:\n00:00:00:00:" + fifthByte + ":00".repeat(35) + "\n");
        var run =
                CommandRun.of("path", "-r", capture(10, 100), "-p", host.toString(), "-T", "jsonl");
        JsonNode rows = JSON.readTree(run.out()).get("softnet_stat");
        assertTrue(rows.get(cpu).asText().startsWith("0000000a "), run::out);
        assertTrue(rows.get(1 - cpu).asText().startsWith("00000000 "), run::out);
    }

    @Test
    void printsWhatTheCapturingProgramReads() throws IOException {
        String[] command = {
            "path",
            "--arrivals",
            file("0,60\n".repeat(300)),
            "-p",
            "linux-6",
            "-p",
            "af_packet",
            "-p",
            "tpacket_v3",
            "-p",
            "winpcap",
            "--set",
            "buffer=4096",
            "-T",
            "text"
        };
        String out = CommandRun.of(command).out();
        assertTrue(
                out.endsWith(
                        """
                        what the capturing program reads, modelled:
                        B  rcvbuf: tp_packets 300 tp_drops 0
                        C  tpacket_v3: tp_packets 300 tp_drops 0 tp_freeze_q_cnt 0
                        D  winpcap: ps_recv 64 ps_drop 16
                        """),
                out);
        command[command.length - 1] = "jsonl";
        List<String> lines = CommandRun.of(command).out().lines().toList();
        assertFalse(JSON.readTree(lines.get(0)).has("tap"));
        assertEquals(
                "{\"tp_packets\":300,\"tp_drops\":0,\"tp_freeze_q_cnt\":0}",
                JSON.readTree(lines.get(2)).get("tap").toString());
    }

    @Test
    void tellsEachIntervalWithTraffic() throws IOException {
        String arrivals = file("0,60\n1,60\n5000000,60\n3600000000000,60\n3600000000001,60\n");
        var run = CommandRun.of("path", "--arrivals", arrivals, "--every", "1ms", "-T", "jsonl");

        List<String> lines = run.out().lines().toList();
        assertEquals(4, lines.size(), run::out);
        JsonNode last = JSON.readTree(lines.get(2));
        assertEquals("interval", last.get("type").asText());
        assertEquals("1970-01-01T01:00:00Z", last.get("start").asText());
        assertEquals("1970-01-01T01:00:00.001Z", last.get("end").asText());
        assertEquals(2, last.get("offered").asInt());
        assertEquals(5, JSON.readTree(lines.get(3)).get("offered").asInt());
    }

    @ParameterizedTest
    @CsvSource({
        "drops>0, 1",
        "drops>9, 0",
        "drops>=9, 1",
        "drops>40%, 1",
        "drops>50%, 0",
        "delay.p99>500us, 1",
        "delay.max>1.5ms, 0",
        "time_squeeze>0, 0"
    })
    void failsOnWhatItIsAskedTo(String condition, int status) throws IOException {
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        blocker(20),
                        "--set",
                        "backlog=10",
                        "--fail-on",
                        condition);
        assertEquals(status, run.status(), run::out);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "-p       | windows     | no profile 'windows'; there are: linux-6, linux-6-hz100",
                "--set    | rings=256   | no setting 'rings'; there are: kernel, hz, tick_phase_ns, cpus",
                "--set    | weight=0    | weight=0 is not allowed: 1 to 2147483647",
                "--set    | rcvbuf=4096 | rcvbuf has no effect with tap=off; it has one with tap=rcvbuf",
                "--set    | reader_ns=9 | reader_ns has no effect with tap=off; it has one with tap=rcvbuf, tpac",
                "--set    | ring=64     | ring has no effect with rx_queues=0, where frames enter by netif_rx",
                "--set    | eth1.ring=64 | no interface 'eth1'; there are: eth0 (interfaces names them)",
                "--set    | eth0.hz=100 | hz is set for the whole host, not for an interface: write hz=",
                "--sweep  | eth0.ring=1..9 | eth0.ring has no effect with rx_queues=0, where frames",
                "--sweep  | blocks=1..9 | blocks has no effect with tap=off; it has one with tap=tpacket_v2, tpa",
                "--sweep  | backlog     | 'backlog' is no range to sweep: write KEY=A..B",
                "--sweep  | backlog=9..1 | 'backlog=9..1': the range is empty",
                "--sweep  | rps=0..1    | --sweep tries numbers; rps takes CPUs of the host as 0-3,6, or off",
                "--sweep  | weight=0..9 | weight=0 is not allowed",
                "--fail-on | drops      | 'drops' is no condition: write drops>0",
                "--fail-on | delay.p99>5 | '5' is no span of time",
                "--every  | 1ns         | --every takes 1us or more",
                "--every  | soon        | 'soon' is no span of time: write 100us, 5ms",
                "--speed  | 0           | --speed takes a factor of 1e-6 to 1e6",
                "-r       | x.pcap      | --arrivals stands for itself"
            })
    void refusesWhatItCannotDoAndSaysWhatItCan(String option, String value, String message)
            throws IOException {
        var run = CommandRun.of("path", "--arrivals", blocker(1), option, value);

        assertEquals(ExitCode.USAGE, run.status(), run::err);
        assertTrue(run.err().startsWith("headgate: " + message), run::err);
        assertEquals("", run.out());
    }

    @Test
    void namesAMissingInput() {
        var run = CommandRun.of("path", "--arrivals", directory.resolve("none.csv").toString());
        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().endsWith("none.csv: no such file\n"), run::err);

        assertEquals(ExitCode.USAGE, CommandRun.of("path").status());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "0,60;1,sixty;2,60    | line 2: a number that is none: '1,sixty'",
                "0,60;;7              | line 3: time_ns,length,flow,service_ns expected: '7'",
                "0,60;1,-60           | line 2: a length or service time below 0: '1,-60'",
                "0,60;1,60,1,2,3      | line 2: time_ns,length,flow,service_ns expected: '1,60,1,2,3'",
                "0,60;1,60,,-7        | line 2: a length or service time below 0: '1,60,,-7'",
                "0,60;1,2147483648    | line 2: a length above 2147483647: '1,2147483648'",
                "0,60;9223372036854775808,60 | line 2: a number that is none: '92233720368547758",
                "0,60;-,60            | line 2: a number that is none: '-,60'"
            })
    void usesArrivalsBeforeADamagedLineAndSaysWhereItIs(String lines, String message)
            throws IOException {
        var run = CommandRun.of("path", "--arrivals", file(lines.replace(';', '\n')));

        assertEquals(ExitCode.INPUT, run.status());
        assertTrue(run.err().contains("arrivals.csv: " + message), run::err);
        assertTrue(run.out().contains(": 1 frames in 0 ns"), run::out);
    }

    @Test
    void saysThatNothingArrivedAndThatTimeWentBackwards() throws IOException {
        var empty = CommandRun.of("path", "--arrivals", file(""));
        assertEquals(ExitCode.INPUT, empty.status());
        assertTrue(
                empty.err()
                        .endsWith(
                                "arrivals.csv: no frame arrived; lines of"
                                        + " time_ns,length,flow,service_ns are read\n"),
                empty::err);

        var backwards = CommandRun.of("path", "--arrivals", file("5,60\n3,60\n-9,60\n"));
        assertEquals(0, backwards.status());
        assertTrue(
                backwards
                        .err()
                        .contains(
                                "2 arrivals lie before the one before them, the first of them is"
                                        + " number 2, and were taken as arriving with it"),
                backwards::err);
    }

    @Test
    void survivesTimesAtTheEdgeOfWhatCanBeWritten() throws IOException {
        String arrivals =
                file(
                        Long.MIN_VALUE
                                + ",60\n0,60\n"
                                + Long.MAX_VALUE
                                + ",60\n"
                                + Long.MAX_VALUE
                                + ",60");
        var run =
                CommandRun.of(
                        "path",
                        "--arrivals",
                        arrivals,
                        "--every",
                        "1us",
                        "--speed",
                        "3",
                        "-T",
                        "jsonl");

        assertEquals(0, run.status(), run::err);
        JsonNode total = JSON.readTree(run.out().lines().toList().getLast());
        assertEquals(4, total.get("delivered").asInt());
    }
}
