package headgate.capture.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.CaptureInterface;
import headgate.capture.FrameSource;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import headgate.packet.file.CaptureFileException;
import headgate.packet.file.InterfaceDescription;
import headgate.packet.file.PcapngWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MergedFilesTest {
    @TempDir Path directory;

    @Test
    void mergesFilesByTime() throws IOException {
        Path a = file("a.pcap", PcapBytes.at(0, 30, 60));
        Path b = file("b.pcap", PcapBytes.at(10, 20, 70));
        Path c = file("c.pcap", PcapBytes.at(15, 90));
        assertEquals(List.of(0, 10, 15, 20, 30, 60, 70, 90), times(List.of(c, a, b)));
    }

    @Test
    void readsAllCapturesOfADirectoryWhateverTheirNames() throws IOException {
        file("2.pcap", PcapBytes.at(20, 30));
        file("1.gz", gzip(PcapBytes.at(25)));
        file("readme.txt", "no capture".getBytes());
        file("empty", new byte[0]);
        file(".hidden.pcap", PcapBytes.at(1));
        Files.createDirectory(directory.resolve("deeper"));
        assertEquals(List.of(20, 25, 30), times(List.of(directory)));
    }

    @Test
    void mergesAsManyFilesAsThereAreAndEachFrameOnce() throws IOException {
        var random = new Random(11);
        var expected = new ArrayList<Integer>();
        for (int i = 0; i < 200; i++) { // each a second long, one every half second
            int start = i * 500;
            int[] times = random.ints(20, start, start + 1000).sorted().toArray();
            IntStream.of(times).forEach(expected::add);
            file("%03d.pcap".formatted(i), PcapBytes.at(times));
        }
        expected.sort(null);
        assertEquals(expected, times(List.of(directory)));
    }

    @Test
    void opensFilesThatFollowEachOtherOneAtATime() throws IOException {
        for (int i = 0; i < 300; i++) {
            file("%03d.pcap".formatted(i), PcapBytes.at(i * 10, i * 10 + 9));
        }
        try (var files = MergedFiles.open(List.of(directory))) {
            int most = 0;
            int frames = 0;
            for (OpenFile file = files.next(); file != null; file = files.next()) {
                most = Math.max(most, files.open.size());
                file.release(1);
                frames++;
            }
            assertEquals(600, frames);
            assertTrue(most <= 2, most + " were open");
            assertTrue(files.ended());
        }
    }

    @Test
    void tellsWhenMoreFilesOverlapThanAreMerged() throws IOException {
        int count = MergedFiles.MAX_OPEN + 2;
        for (int i = 0; i < count; i++) {
            file("%03d.pcap".formatted(i), PcapBytes.at(i, 1000 + i));
        }
        try (var source = open(List.of(directory))) {
            var times = new ArrayList<Integer>();
            readTo(source, frame -> times.add(PcapBytes.millis(frame.arrivalNanos)));
            assertEquals(2 * count, times.size());
            assertEquals(2 * count, source.statistics().received());
            String late = directory.resolve("064.pcap").toString();
            assertEquals(
                    late
                            + ": overlaps with 64 other files, more than are merged: its frames come"
                            + " late",
                    source.statistics().damage());
        }
    }

    @Test
    void keepsTheLinkTypeOfEachFrame() throws IOException {
        Path ethernet = file("a.pcap", PcapBytes.at(0, 20));
        Path raw =
                file("b.pcap", new PcapBytes(LinkType.RAW).frame(10, new byte[40]).toByteArray());
        try (var source = open(List.of(ethernet, raw))) {
            var seen = new ArrayList<CaptureInterface>();
            readTo(
                    source,
                    frame -> {
                        var from = source.interfaces().get(frame.interfaceId);
                        assertEquals(from.linkType(), frame.linkType);
                        seen.add(from);
                    });
            var a = new CaptureInterface("a.pcap", LinkType.ETHERNET, 65_535);
            var b = new CaptureInterface("b.pcap", LinkType.RAW, 65_535);
            assertEquals(List.of(a, b, a), seen);
        }
    }

    @Test
    void takesEqualInterfacesOfARingOfFilesForOne() throws IOException {
        var eth0 = new InterfaceDescription("eth0", LinkType.ETHERNET, 0);
        var eth1 = new InterfaceDescription("eth1", LinkType.ETHERNET, 0);
        Path first = file("1.pcapng", pcapng(1_000, eth0, eth0));
        Path second = file("2.pcapng", pcapng(2_000, eth1, eth0));
        try (var source = open(List.of(first, second))) {
            var ids = new ArrayList<Integer>();
            readTo(source, frame -> ids.add(frame.interfaceId));
            // Two of one name in one file are two.
            assertEquals(List.of(0, 1, 2, 0), ids);
            assertEquals(
                    List.of("eth0", "eth0", "eth1"),
                    source.interfaces().stream().map(CaptureInterface::name).toList());
        }
    }

    @Test
    void usesAllFilesAlthoughOneIsDamaged() throws IOException {
        byte[] whole = PcapBytes.at(10, 20, 30);
        Path cut = file("cut.pcap", Arrays.copyOf(whole, whole.length - 1));
        Path sound = file("sound.pcap", PcapBytes.at(0, 40));
        try (var source = open(List.of(cut, sound))) {
            var times = new ArrayList<Integer>();
            readTo(source, frame -> times.add(PcapBytes.millis(frame.arrivalNanos)));
            assertEquals(List.of(0, 10, 20, 40), times);
            assertEquals(
                    cut + ": at byte 176: frame with its header cut: 75 of 76 bytes",
                    source.statistics().damage());
            assertEquals(Files.size(cut) + Files.size(sound), source.statistics().bytesRead());
            assertEquals(Files.size(cut) + Files.size(sound), source.statistics().bytesTotal());
        }
    }

    @Test
    void sayHowManyFilesAreDamaged() throws IOException {
        byte[] whole = PcapBytes.at(10, 20);
        for (String name : List.of("a", "b", "c")) {
            file(name, Arrays.copyOf(whole, whole.length - 1));
        }
        try (var source = open(List.of(directory))) {
            readTo(source, _ -> {});
            String damage = source.statistics().damage();
            assertTrue(damage.endsWith("; and 2 more like this"), damage);
        }
    }

    @Test
    void refusesANamedFileThatIsNoCaptureAndADirectoryWithoutAny() throws IOException {
        Path capture = file("a.pcap", PcapBytes.at(0));
        Path text = file("notes.txt", "hello".getBytes());
        assertThrows(CaptureFileException.class, () -> open(List.of(capture, text)).close());
        Path none = Files.createDirectory(directory.resolve("none"));
        var refusal = assertThrows(CaptureFileException.class, () -> open(List.of(none)).close());
        assertEquals(none + ": holds no capture file", refusal.getMessage());
    }

    @Test
    void refusesACaptureOfADirectoryWhoseHeaderIsCut() throws IOException {
        file("a.pcap", PcapBytes.at(0));
        file("b.pcap", Arrays.copyOf(PcapBytes.at(), 20));
        var refusal =
                assertThrows(CaptureFileException.class, () -> open(List.of(directory)).close());
        assertTrue(refusal.getMessage().endsWith("b.pcap: pcap file header cut: 20 of 24 bytes"));
    }

    @Test
    void playsSeveralFilesAtTheirCommonPace() throws IOException {
        Path a = file("a.pcap", PcapBytes.at(0, 200));
        Path b = file("b.pcap", PcapBytes.at(100, 300));
        long[] now = {0};
        var pacing = new Pacing(2, () -> now[0], waited -> now[0] += waited);
        var seenAt = new ArrayList<Long>();
        try (var source = CaptureFileSource.open(List.of(a, b), pacing)) {
            readTo(source, _ -> seenAt.add(now[0] / 1_000_000));
        }
        assertEquals(List.of(0L, 50L, 100L, 150L), seenAt);
    }

    @Test
    void endsWithoutAFrameWhereFilesHaveNone() throws IOException {
        file("a.pcap", PcapBytes.at());
        file("b.pcap", PcapBytes.at());
        try (var source = open(List.of(directory))) {
            readTo(source, _ -> {});
            assertEquals(0, source.statistics().received());
            assertNull(source.statistics().damage());
        }
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static FrameSource open(List<Path> paths) throws IOException {
        return CaptureFileSource.open(paths, Pacing.FLAT_OUT);
    }

    private static List<Integer> times(List<Path> paths) throws IOException {
        var times = new ArrayList<Integer>();
        try (var source = open(paths)) {
            readTo(source, frame -> times.add(PcapBytes.millis(frame.arrivalNanos)));
            assertNull(source.statistics().damage());
            assertEquals(times.size(), source.statistics().received());
        }
        return times;
    }

    private static void readTo(FrameSource source, headgate.capture.FrameHandler handler)
            throws IOException {
        while (source.poll(handler, 7) != FrameSource.END) {}
    }

    /// One frame of each interface, a millisecond apart.
    private static byte[] pcapng(int millis, InterfaceDescription... interfaces)
            throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var writer = new PcapngWriter(Channels.newChannel(bytes), "Headgate")) {
            var frame = new Frame();
            frame.bytes = MemorySegment.ofArray(new byte[60]);
            frame.lengthCaptured = frame.lengthOnWire = 60;
            for (InterfaceDescription each : interfaces) {
                frame.arrivalNanos = millis++ * 1_000_000L;
                writer.write(frame, writer.addInterface(each), PcapngWriter.NO_FLAGS, null);
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        }
        return compressed.toByteArray();
    }
}
