package headgate.capture.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.FrameSource;
import headgate.packet.file.CaptureFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FollowedFilesTest {
    @TempDir Path directory;

    private final List<Integer> times = new ArrayList<>();

    @Test
    void waitsForTheRestOfAHalfWrittenFrame() throws IOException {
        Path file = file("a.pcap", PcapBytes.at(0, 10));
        byte[] next = PcapBytes.record(20, new byte[60]);
        try (var source = follow(file)) {
            read(source, 2);
            for (int at = 0; at < next.length; at++) {
                assertEquals(0, source.poll(_ -> {}, 10));
                Files.write(file, new byte[] {next[at]}, StandardOpenOption.APPEND);
            }
            read(source, 3);
            assertEquals(List.of(0, 10, 20), times);
            assertNull(source.statistics().damage());
        }
    }

    @Test
    void waitsForAFileThatIsStillEmpty() throws IOException {
        Path file = file("a.pcap", new byte[0]);
        try (var source = follow(file)) {
            assertEquals(0, source.poll(_ -> {}, 10));
            Files.write(file, PcapBytes.at());
            assertEquals(0, source.poll(_ -> {}, 10));
            append(file, 5);
            read(source, 1);
            assertEquals(List.of(5), times);
        }
    }

    @Test
    void goesOnWithTheFileThatTakesThePlaceOfTheFirst() throws IOException {
        Path file = file("a.pcap", PcapBytes.at(0, 10));
        try (var source = follow(file)) {
            read(source, 2);
            Path next = file("next", PcapBytes.at(20, 30));
            append(file, 15); // written before it was moved away
            Files.move(file, directory.resolve("a.pcap.1"));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            read(source, 5);
            assertEquals(List.of(0, 10, 15, 20, 30), times);
            assertEquals(5, source.statistics().received());
        }
    }

    @Test
    void goesThroughARingOfFilesAsItIsWritten() throws IOException {
        file("ring0", PcapBytes.at(0, 10));
        file("ring1", PcapBytes.at(20, 30));
        file("notes.txt", "no capture".getBytes());
        try (var source = follow(directory)) {
            read(source, 4);
            file("ring0", PcapBytes.at(40, 50)); // the ring has two files
            read(source, 6);
            file("ring1", PcapBytes.at(60));
            read(source, 7);
            append(directory.resolve("ring1"), 70);
            read(source, 8);
            assertEquals(List.of(0, 10, 20, 30, 40, 50, 60, 70), times);
            assertNull(source.statistics().damage());
        }
    }

    @Test
    void readsAtOnceWhatIsThereAlready() throws IOException {
        for (int i = 0; i < 100; i++) {
            file("%03d".formatted(i), PcapBytes.at(i));
        }
        long start = System.nanoTime();
        try (var source = follow(directory)) {
            read(source, 100);
        }
        // Looking for the next file only now and then would take 20 s.
        assertTrue(System.nanoTime() - start < 10_000_000_000L);
    }

    @Test
    void goesOnBehindADamagedFileOfADirectory() throws IOException {
        byte[] torn = PcapBytes.at(0, 10);
        file("a", Arrays.copyOf(torn, torn.length - 3));
        file("b", PcapBytes.at(20));
        try (var source = follow(directory)) {
            read(source, 2);
            assertEquals(List.of(0, 20), times);
            assertTrue(source.statistics().damage().contains("/a: at byte 100: frame"));
        }
    }

    @Test
    void endsWithASingleFileThatIsDamaged() throws IOException {
        Path file = file("a.pcap", PcapBytes.at(0));
        try (var source = follow(file)) {
            read(source, 1);
            byte[] bad = PcapBytes.record(10, new byte[60]);
            bad[11] = 0x7f; // captured length
            Files.write(file, bad, StandardOpenOption.APPEND);
            int polled;
            do {
                polled = source.poll(_ -> {}, 10);
            } while (polled == 0);
            assertEquals(FrameSource.END, polled);
            assertTrue(source.statistics().damage().startsWith("at byte 100: frame of"));
        }
    }

    @Test
    void refusesWhatIsNoCapture() throws IOException {
        Path text = file("notes.txt", "hello".getBytes());
        assertThrows(CaptureFileException.class, () -> follow(text).close());
        Path none = directory.resolve("none");
        assertThrows(CaptureFileException.class, () -> follow(none).close());
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static void append(Path file, int millis) throws IOException {
        Files.write(file, PcapBytes.record(millis, new byte[60]), StandardOpenOption.APPEND);
    }

    private static FrameSource follow(Path path) throws IOException {
        return CaptureFileSource.follow(path, Pacing.FLAT_OUT);
    }

    /// Polls until so many frames have come in all.
    private void read(FrameSource source, int count) throws IOException {
        while (times.size() < count) {
            int polled = source.poll(frame -> times.add(PcapBytes.millis(frame.arrivalNanos)), 10);
            assertTrue(polled >= 0);
        }
        assertEquals(count, times.size());
    }
}
