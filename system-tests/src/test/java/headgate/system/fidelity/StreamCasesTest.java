package headgate.system.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.console.flows.FollowedStream;
import headgate.console.flows.FollowedStream.Side;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.FlowKey;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.IpProtocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Streams put in order here and by tshark's `-z follow,tcp,raw`, byte for byte, both sides.
///
/// A capture with a stream that differs carries its reason here; in any other one every stream must
/// agree.
class StreamCasesTest {
    private static final String CUT =
            "frames cut by the capture, whose missing bytes tshark does not mark";

    private static final String DAMAGED = "frames damaged at random, lengths among it";

    private static final Map<String, String> DEVIATIONS =
            Map.of(
                    "PcapPlusPlus__pcapng-example.pcapng.zst.cap",
                    CUT,
                    "community-id-spec__tcp.pcap",
                    CUT,
                    "wireshark__communityid.pcap",
                    CUT,
                    "nDPI__anyconnect-vpn.pcap",
                    "taken up at a keep-alive, whose byte tshark takes for a missing one",
                    "nDPI__fuzz-2006-06-26-2594.pcap",
                    DAMAGED,
                    "nDPI__fuzz-2006-09-29-28586.pcap",
                    DAMAGED,
                    "zeek__erspan.pcap",
                    "packets around the stream's are fragments, which are not put together");

    private static final int MAX_CAPTURE_BYTES = 600_000;
    private static final int MAX_STREAMS = 12;
    private static final FlowSettings SETTINGS = FlowSettings.CAPTURE_FILE;

    /// Bytes of both sides; gaps as tshark writes them among the bytes.
    private static final class Said implements FollowedStream.Listener {
        private final Map<Side, ByteArrayOutputStream> bytes = new EnumMap<>(Side.class);
        private FlowKey key;

        Said() {
            for (Side side : Side.values()) {
                bytes.put(side, new ByteArrayOutputStream());
            }
        }

        @Override
        public void onBegin(FlowKey begun, String communityId, long nanos) {
            key = begun;
        }

        @Override
        public void onBytes(Side side, byte[] piece) {
            bytes.get(side).writeBytes(piece);
        }

        @Override
        public void onMissing(Side side, long count) {
            String words = "[" + count + " bytes missing in capture file]";
            bytes.get(side).writeBytes((words + "\0").getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void onEnd() {}

        byte[] of(Side side) {
            return bytes.get(side).toByteArray();
        }

        String source() {
            return end(key.source(), key.sourcePort());
        }

        String destination() {
            return end(key.destination(), key.destinationPort());
        }

        private static String end(String address, int port) {
            return address.indexOf(':') < 0 ? address + ":" + port : "[" + address + "]:" + port;
        }
    }

    /// One of tshark's streams: its ends, and what each said.
    private record Followed(String[] nodes, byte[][] bytes) {}

    private int streams;
    private int equal;
    private final Map<String, List<String>> differences = new TreeMap<>();

    @Test
    void agreesWithTsharkOnEveryByteOfEverySide() throws Exception {
        Path captures = SharedFolder.folder("captures/pcap");
        Assumptions.assumeTrue(tsharkIsThere(), "no tshark here: ./verify installs it");
        List<Path> files;
        try (Stream<Path> all = Files.list(captures)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            if (Files.size(file) <= MAX_CAPTURE_BYTES) {
                compare(file);
            }
        }
        differences.forEach((name, lines) -> {
            System.out.println(name + ": " + DEVIATIONS.get(name));
            lines.forEach(line -> System.out.println("    " + line));
        });
        System.out.printf("%d of %d streams equal%n", equal, streams);
        var unexplained = new TreeMap<>(differences);
        unexplained.keySet().removeAll(DEVIATIONS.keySet());
        assertEquals(Map.of(), unexplained);
        assertTrue(streams > 100, streams + " streams");
    }

    private static boolean tsharkIsThere() {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "tshark")));
    }

    private void compare(Path file) throws Exception {
        List<Long> numbers = tcpConversations(file);
        if (numbers.isEmpty()) {
            return;
        }
        List<Followed> theirs = tsharks(file, numbers.size());
        for (Followed other : theirs) {
            streams++;
            String difference = difference(file, numbers, other);
            if (difference == null) {
                equal++;
            } else {
                differences
                        .computeIfAbsent(file.getFileName().toString(), _ -> new ArrayList<>())
                        .add(other.nodes[0] + " " + other.nodes[1] + ": " + difference);
            }
        }
    }

    /// Numbers of the TCP conversations among all, in the order of their beginnings.
    private static List<Long> tcpConversations(Path file) throws IOException {
        var numbers = new ArrayList<Long>();
        var table = new FlowTable(SETTINGS, _ -> {});
        read(
                file,
                frame -> {
                    long before = table.statistics().flowsStarted();
                    table.onFrame(frame);
                    boolean begins = table.statistics().flowsStarted() > before;
                    if (begins
                            && frame.protocol == IpProtocol.TCP
                            && numbers.size() < MAX_STREAMS) {
                        numbers.add(before + 1);
                    }
                });
        return numbers;
    }

    private static void read(Path file, Consumer<Frame> handler) throws IOException {
        var decoder = new FrameDecoder();
        try (FrameSource source = CaptureFileSource.open(file)) {
            while (source.poll(
                            frame -> {
                                decoder.decode(frame);
                                handler.accept(frame);
                            },
                            1000)
                    != FrameSource.END) {}
        } catch (headgate.packet.file.CaptureFileException e) {
            // What came before the damage counts.
        }
    }

    /// Null if one of ours is it.
    private static String difference(Path file, List<Long> numbers, Followed other)
            throws IOException {
        String best = "no such ends here";
        for (long number : numbers) {
            var said = new Said();
            var stream =
                    new FollowedStream(
                            Long.toString(number), SETTINGS, EnumSet.allOf(Side.class), said);
            read(file, stream::onFrame);
            stream.finish();
            var ends = List.of(said.source(), said.destination());
            boolean same = ends.equals(List.of(other.nodes));
            if (!same && !ends.reversed().equals(List.of(other.nodes))) {
                continue;
            }
            byte[] first = said.of(same ? Side.orig : Side.resp);
            byte[] second = said.of(same ? Side.resp : Side.orig);
            if (Arrays.equals(first, other.bytes[0]) && Arrays.equals(second, other.bytes[1])) {
                return null;
            }
            best =
                    "%d and %d bytes, tshark %d and %d; first differ at %d and %d"
                            .formatted(
                                    first.length,
                                    second.length,
                                    other.bytes[0].length,
                                    other.bytes[1].length,
                                    Arrays.mismatch(first, other.bytes[0]),
                                    Arrays.mismatch(second, other.bytes[1]));
        }
        return best;
    }

    // ---- tshark's ----

    private static List<Followed> tsharks(Path file, int count) throws Exception {
        var command = new ArrayList<>(List.of("tshark", "-q", "-n", "-r", file.toString()));
        for (int i = 0; i < count; i++) {
            command.addAll(List.of("-z", "follow,tcp,raw," + i));
        }
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var streams = new ArrayList<Followed>();
        try (var lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("Node 0: ")) {
                    streams.add(stream(line, lines));
                }
            }
        }
        streams.removeIf(stream -> stream.nodes[0].equals(":0"));
        return streams;
    }

    private static Followed stream(String first, java.io.BufferedReader lines) throws IOException {
        String[] nodes = {first.substring(8), lines.readLine().substring(8)};
        ByteArrayOutputStream[] said = {new ByteArrayOutputStream(), new ByteArrayOutputStream()};
        for (String line = lines.readLine(); !line.startsWith("==="); line = lines.readLine()) {
            boolean second = line.startsWith("\t");
            said[second ? 1 : 0].writeBytes(HexFormat.of().parseHex(line.strip()));
        }
        return new Followed(nodes, new byte[][] {said[0].toByteArray(), said[1].toByteArray()});
    }
}
