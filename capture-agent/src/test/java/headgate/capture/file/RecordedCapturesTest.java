package headgate.capture.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import headgate.capture.FrameSource;
import headgate.packet.LinkType;
import headgate.packet.file.CaptureFileException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Real captures give the frames that tshark and capinfos find in them.
class RecordedCapturesTest {
    /// Columns of the expected answers.
    private static final int TIME = 1;

    private static final int LENGTH_ON_WIRE = 2;
    private static final int LENGTH_CAPTURED = 3;
    private static final int INTERFACE = 4;
    private static final int ENCAPSULATION = 5;

    /// tshark's numbers of the link types that Headgate decodes.
    private static final Map<Integer, Integer> ENCAPSULATIONS =
            Map.of(
                    LinkType.NULL, 15,
                    LinkType.ETHERNET, 1,
                    LinkType.RAW, 7,
                    LinkType.LINUX_SLL, 25,
                    LinkType.IPV4, 129,
                    LinkType.IPV6, 130,
                    LinkType.LINUX_SLL2, 210);

    /// tshark does not count the four bytes before the frames of LINKTYPE_SUNATM.
    private static final Map<Integer, Integer> PSEUDO_HEADERS = Map.of(123, 4);

    private static final int SECTION_HEADER = 0x0a0d0d0a;

    private record ReadFrame(
            long arrivalNanos, int wire, int captured, int linkType, int interfaceId) {}

    @TestFactory
    Stream<DynamicTest> readsGoodCapturesAsTsharkDoes() throws IOException {
        Path shared = shared();
        return comparisons(shared.resolve("captures/pcap"), shared.resolve("expected/decode"));
    }

    @TestFactory
    Stream<DynamicTest> readsMalformedCapturesAsTsharkDoes() throws IOException {
        Path malformed = shared().resolve("captures/malformed");
        return comparisons(malformed.resolve("pcap"), malformed.resolve("decode"));
    }

    @Test
    void findsAsManyFramesAsCapinfos() throws Exception {
        List<Path> traces;
        try (var files = Files.walk(shared().resolve("captures/zeek-conn"))) {
            traces = files.filter(file -> isTrace(file)).sorted().toList();
        }
        assumeTrue(isInstalled("capinfos"), "capinfos is not installed (package tshark)");
        List<String> command = new ArrayList<>(List.of("capinfos", "-T", "-r", "-M", "-c"));
        traces.forEach(trace -> command.add(trace.toString()));
        String counts = outputOf(command);
        assertEquals(traces.size(), counts.lines().count());
        for (String line : counts.lines().toList()) {
            String[] columns = line.split("\t");
            assertEquals(
                    Integer.parseInt(columns[1]), read(Path.of(columns[0])).size(), columns[0]);
        }
    }

    private static Stream<DynamicTest> comparisons(Path captures, Path expected)
            throws IOException {
        List<Path> files;
        try (var listed = Files.list(captures)) {
            files = listed.sorted().toList();
        }
        assertTrue(files.size() > 50, "captures in " + captures);
        return files.stream()
                .map(file ->
                        dynamicTest(file.getFileName().toString(), () -> compare(file, expected)));
    }

    private static void compare(Path file, Path expected) throws IOException {
        Path complaintFile = expected.resolve(file.getFileName() + ".tsv.gz.err");
        String complaint = Files.exists(complaintFile) ? Files.readString(complaintFile) : "";
        if (complaint.contains("version")) {
            assertThrows(CaptureFileException.class, () -> read(file));
            return;
        }
        List<ReadFrame> frames = read(file);
        if (complaint.contains("network type")) {
            // tshark refuses a link type that it does not know; frames are frames.
            assertTrue(!frames.isEmpty());
            return;
        }
        List<String[]> rows = rows(expected.resolve(file.getFileName() + ".tsv.gz"));
        assertEquals(rows.size(), frames.size());
        boolean oneSection = sections(file) < 2;
        for (int i = 0; i < rows.size(); i++) {
            compare(rows.get(i), frames.get(i), oneSection, "frame " + (i + 1));
        }
    }

    private static void compare(String[] row, ReadFrame frame, boolean oneSection, String which) {
        int pseudoHeader = PSEUDO_HEADERS.getOrDefault(frame.linkType, 0);
        assertEquals(row[LENGTH_ON_WIRE], "" + (frame.wire - pseudoHeader), which);
        assertEquals(row[LENGTH_CAPTURED], "" + (frame.captured - pseudoHeader), which);
        // A simple packet block has no time.
        if (!row[TIME].isEmpty()) {
            compareTime(row[TIME], frame.arrivalNanos, which);
        }
        // tshark numbers the interfaces of each section from 0.
        if (!row[INTERFACE].isEmpty() && oneSection) {
            assertEquals(row[INTERFACE], "" + frame.interfaceId, which);
        }
        Integer encapsulation = ENCAPSULATIONS.get(frame.linkType);
        if (encapsulation != null) {
            assertEquals(row[ENCAPSULATION], encapsulation.toString(), which);
        }
    }

    private static void compareTime(String epoch, long arrivalNanos, String which) {
        String[] parts = epoch.replaceFirst("^-", "").split("\\.");
        var seconds = new BigInteger(parts[0]).multiply(BigInteger.valueOf(1_000_000_000));
        long fraction = Long.parseLong(parts[1]);
        if (fraction < 1_000_000_000) {
            BigInteger nanos = seconds.add(BigInteger.valueOf(fraction));
            long largest = nanos.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
            assertEquals(largest, arrivalNanos, which);
        } else {
            // tshark does not carry what is more than a second, and keeps 32 bits of it.
            assertEquals((int) fraction, (int) (arrivalNanos - seconds.longValueExact()), which);
        }
    }

    private static List<ReadFrame> read(Path file) throws IOException {
        List<ReadFrame> frames = new ArrayList<>();
        try (var source = CaptureFileSource.open(file)) {
            int polled = 0;
            while (polled != FrameSource.END) {
                polled =
                        source.poll(
                                frame ->
                                        frames.add(
                                                new ReadFrame(
                                                        frame.arrivalNanos,
                                                        frame.lengthOnWire,
                                                        frame.lengthCaptured,
                                                        frame.linkType,
                                                        frame.interfaceId)),
                                100);
            }
            var statistics = source.statistics();
            assertEquals(frames.size() + statistics.dropped(), statistics.received());
            assertEquals(Files.size(file), statistics.bytesTotal());
            if (file.toString().contains("FuzzTarget") && statistics.damage() != null) {
                assertTrue(statistics.damage().contains("cut"), statistics.damage());
            } else {
                assertNull(statistics.damage());
            }
        }
        return frames;
    }

    private static List<String[]> rows(Path tsv) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(tsv))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .toList();
        }
    }

    /// How many sections a pcapng file has; 0 if it is none.
    private static int sections(Path file) throws IOException {
        var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int sections = 0;
        int at = 0;
        while (bytes.limit() - at >= 12 && (sections > 0 || bytes.getInt(at) == SECTION_HEADER)) {
            if (bytes.getInt(at) == SECTION_HEADER) {
                sections++;
                bytes.order(
                        bytes.get(at + 8) == 0x4d ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            }
            at += Math.max(12, bytes.getInt(at + 4));
        }
        return sections;
    }

    private static boolean isTrace(Path file) {
        return file.getFileName().toString().startsWith("trace.pcap");
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static String outputOf(List<String> command) throws Exception {
        var process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return output;
    }

    /// The folder of recorded captures, which is not part of the project.
    private static Path shared() {
        Path found =
                Stream.iterate(Path.of("").toAbsolutePath(), d -> d != null, Path::getParent)
                        .map(directory -> directory.resolve("shared"))
                        .filter(directory -> Files.isDirectory(directory.resolve("captures")))
                        .findFirst()
                        .orElse(null);
        String configured = System.getProperty("headgate.shared");
        Path shared = configured == null ? found : Path.of(configured);
        assumeTrue(shared != null, "no folder shared/captures beside the project");
        return shared;
    }
}
