package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.console.flows.IpfixFile;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.FrameDecoder;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// IPFIX files read by the tools of others: every flow of the sample capture, with its packets and
/// bytes.
class IpfixReadersTest {
    private static final List<FlowRecord> FLOWS = new ArrayList<>();

    @TempDir private static Path directory;
    private static Path file;

    @BeforeAll
    static void writeTheFile() throws IOException {
        file = directory.resolve("sample.ipfix");
        var decoder = new FrameDecoder();
        var table = new FlowTable(FlowSettings.CAPTURE_FILE, FLOWS::add);
        try (FrameSource source = CaptureFileSource.open(sample())) {
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                table.onFrame(frame);
                            },
                            1000)
                    != FrameSource.END) {}
        }
        table.endAll();
        try (var written =
                new IpfixFile(() ->
                        FileChannel.open(
                                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE))) {
            FLOWS.forEach(written::onRecord);
        }
        assertTrue(FLOWS.size() > 20, FLOWS.size() + " flows in the sample");
    }

    private static Path sample() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("samples/sample.pcapng"))) {
            directory = directory.getParent();
        }
        return directory.resolve("samples/sample.pcapng");
    }

    private static long packets() {
        return FLOWS.stream().mapToLong(FlowRecord::packets).sum();
    }

    private static long ipBytes() {
        return FLOWS.stream()
                .mapToLong(flow -> flow.originator().ipBytes() + flow.responder().ipBytes())
                .sum();
    }

    @Test
    void tsharkReadsEveryCountAndFindsNothingWrong() throws Exception {
        need("tshark");
        var rows = output("tshark", "-r", file.toString(), "-T", "fields", "-e", "cflow.octets");
        var sums = rows.stream().flatMap(row -> Stream.of(row.split(","))).map(Long::valueOf);
        assertEquals(ipBytes(), sums.mapToLong(Long::longValue).sum());
        var wrong = output("tshark", "-r", file.toString(), "-Y", "_ws.malformed or _ws.expert");
        assertEquals(List.of(), wrong);
    }

    @Test
    void libfixbufCountsEveryRecord() throws Exception {
        need("ipfixDump");
        var lines = output("ipfixDump", "--in", file.toString());
        long records = lines.stream().filter(line -> line.startsWith("--- data record")).count();
        assertEquals(FLOWS.size(), records);
        assertEquals(
                List.of(),
                lines.stream().filter(line -> line.contains("UNKNOWN")).toList(),
                "every element is in its registry");
    }

    @Test
    void nfcapdTakesTheMessagesAndNfdumpSumsThem() throws Exception {
        need("nfcapd");
        need("nfdump");
        int port = freePort();
        Path spool = Files.createDirectory(directory.resolve("nfcapd"));
        Process collector =
                new ProcessBuilder(
                                "nfcapd",
                                "-w",
                                spool.toString(),
                                "-b",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(port),
                                "-t",
                                "3600")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("nfcapd.log").toFile())
                        .start();
        try {
            awaitLine("Startup nfcapd");
            send(port);
            awaitLine("New ipfix exporter");
            TimeUnit.MILLISECONDS.sleep(300);
        } finally {
            collector.destroy();
            collector.waitFor(10, TimeUnit.SECONDS);
        }
        Path collected;
        try (Stream<Path> files = Files.list(spool)) {
            collected = files.findFirst().orElseThrow();
        }
        var told = output("nfdump", "-I", "-r", collected.toString());
        assertTrue(told.contains("Flows: " + FLOWS.size()), told.toString());
        assertTrue(told.contains("Packets: " + packets()), told.toString());
        assertTrue(told.contains("Bytes: " + ipBytes()), told.toString());
        assertTrue(told.contains("Sequence failures: 0"), told.toString());
    }

    private static int freePort() throws IOException {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitLine(String words) throws Exception {
        Path log = directory.resolve("nfcapd.log");
        for (int i = 0; i < 100 && !Files.readString(log).contains(words); i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertTrue(Files.readString(log).contains(words), Files.readString(log));
    }

    /// Each message of the file as a datagram.
    private static void send(int port) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try (var socket = new DatagramSocket()) {
            for (int at = 0; at < bytes.length; ) {
                int length = (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
                socket.send(
                        new DatagramPacket(
                                bytes, at, length, InetAddress.getLoopbackAddress(), port));
                at += length;
            }
        }
    }

    private static void need(String tool) {
        boolean present =
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, tool)));
        Assumptions.assumeTrue(present, "no " + tool + " here: ./verify installs it");
    }

    private static List<String> output(String... command) throws Exception {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var lines = new String(process.getInputStream().readAllBytes()).lines().toList();
        assertEquals(0, process.waitFor(), String.join(" ", command));
        return lines;
    }
}
