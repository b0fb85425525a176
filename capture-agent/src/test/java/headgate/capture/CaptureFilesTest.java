package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.capture.file.CaptureFileSource;
import headgate.capture.file.Pacing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureFilesTest {
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ISB_FILTERACCEPT = 6;
    private static final int ISB_USRDELIV = 8;

    @TempDir Path directory;
    private final List<String> notices = new ArrayList<>();

    @Test
    void savesEachFrameWithItsInterfaceOnItsWay() throws Exception {
        ListSource source = sourceOf(50);
        Path file = directory.resolve("a.pcapng");
        try (var files = files(file, List.of())) {
            assertEquals(50, drain(limited(source, Autostop.NONE, files)));
        }
        List<byte[]> saved = read(file);
        assertEquals(50, saved.size());
        for (int i = 0; i < 50; i++) {
            assertArrayEquals(FrameSourceContract.frames(50).get(i), saved.get(i));
        }
        try (FrameSource back = CaptureFileSource.open(List.of(file), Pacing.FLAT_OUT)) {
            back.poll(_ -> {}, 1);
            assertEquals("eth0", back.interfaces().getFirst().name());
        }
    }

    @Test
    void saysAtTheEndWhatTheSourceCounted() throws Exception {
        Path file = directory.resolve("a.pcapng");
        try (var files = files(file, List.of())) {
            drain(limited(sourceOf(50), Autostop.NONE, files));
        }
        ByteBuffer options = lastBlock(file);
        assertEquals(INTERFACE_STATISTICS, options.getInt(0));
        assertEquals(50, option(options, ISB_FILTERACCEPT));
        assertEquals(50, option(options, ISB_USRDELIV));
    }

    @Test
    void beginsTheNextFileWhenOneIsFullAndKeepsTheLatest() throws Exception {
        int count = 200; // each takes 92 bytes: a new file after 11
        Path name = directory.resolve("day.pcapng");
        try (var files = files(name, List.of("filesize:1"))) {
            drain(limited(sourceOf(count), Autostop.NONE, files));
        }
        int all = 0;
        List<Path> written = written();
        for (Path file : written) {
            assertTrue(
                    file.getFileName().toString().matches("day_\\d{5}_\\d{14}\\.pcapng"),
                    file.toString());
            all += read(file).size();
        }
        assertEquals(count, all);
        assertTrue(written.size() > 10, written.toString());

        for (Path file : written) {
            Files.delete(file);
        }
        try (var files = files(name, List.of("filesize:1", "files:3"))) {
            drain(limited(sourceOf(count), Autostop.NONE, files));
        }
        assertEquals(3, written().size());
        List<byte[]> latest = read(written().getLast());
        assertEquals((byte) (count - 1), latest.getLast()[59]);
    }

    @Test
    void beginsTheNextFileWhenItsTimeIsUpAlsoWithoutFrames() throws Exception {
        try (var files = files(directory.resolve("a.pcapng"), List.of("duration:0.05"))) {
            LimitedSource source = limited(new ListSource(), Autostop.NONE, files);
            long end = System.nanoTime() + 5_000_000_000L;
            while (written().size() < 3 && System.nanoTime() < end) {
                source.poll(_ -> {}, 1);
                Thread.sleep(10);
            }
        }
        assertTrue(written().size() >= 3, written().toString());
    }

    @Test
    void goesOnWithoutFilesWhenTheDiskIsFullAndSaysHowMuchIsMissing() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "needs /dev/full");
        int count = 20_000;
        try (var files = files(full, List.of())) {
            assertEquals(count, drain(limited(sourceOf(count), Autostop.NONE, files)));
            String damage = files.finish();
            assertTrue(damage.contains("/dev/full"), damage);
            assertTrue(damage.matches(".*; \\d+ frames are not saved"), damage);
        }
        assertEquals(1, notices.size(), notices.toString());
        assertTrue(notices.getFirst().endsWith("publishing goes on"), notices.toString());
    }

    @Test
    void endsAfterTheFramesOfAllSourcesTogetherThatAreWanted() throws Exception {
        var countdown = new Autostop.Countdown(new Autostop(70, null, Autostop.NEVER));
        var one = new LimitedSource(sourceOf(50), countdown, null);
        var other = new LimitedSource(sourceOf(50), countdown, null);
        assertEquals(50, drain(one));
        assertEquals(20, drain(other));
        assertEquals(20, other.statistics().received(), "later frames are not counted");
    }

    @Test
    void endsWithTheFrameThatFillsTheFile() throws Exception {
        Path file = directory.resolve("a.pcapng");
        var stop = new Autostop(Autostop.NEVER, null, 1000);
        int handed;
        try (var files = files(file, List.of())) {
            handed = drain(limited(sourceOf(50), stop, files));
            assertTrue(files.length() >= 1000 && files.length() < 1100, "" + files.length());
        }
        assertEquals(handed, read(file).size());
    }

    private CaptureFiles files(Path path, List<String> conditions) throws IOException {
        return new CaptureFiles(FileRing.parse(path, conditions), notices::add);
    }

    private static LimitedSource limited(ListSource source, Autostop stop, CaptureFiles files) {
        return new LimitedSource(source, new Autostop.Countdown(stop), files);
    }

    private static ListSource sourceOf(int count) {
        var source = new ListSource();
        List<byte[]> frames = FrameSourceContract.frames(count);
        for (int i = 0; i < count; i++) {
            source.arrive(frames.get(i), 1_000_000L * i, 0);
        }
        source.end();
        return source;
    }

    private static int drain(FrameSource source) throws IOException {
        int handed = 0;
        for (int polled; (polled = source.poll(_ -> {}, 100)) != FrameSource.END; ) {
            handed += polled;
        }
        return handed;
    }

    private List<Path> written() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static List<byte[]> read(Path file) throws IOException {
        var frames = new ArrayList<byte[]>();
        try (FrameSource source = CaptureFileSource.open(List.of(file), Pacing.FLAT_OUT)) {
            while (source.poll(frame -> frames.add(FrameSourceContract.bytes(frame)), 100)
                    != FrameSource.END) {
                // Until there are no more.
            }
            assertEquals(null, source.statistics().damage());
        }
        return frames;
    }

    private static ByteBuffer lastBlock(Path file) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = all.getInt(all.capacity() - 4);
        return all.slice(all.capacity() - length, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// An option of an interface statistics block, whose options begin at 20.
    private static long option(ByteBuffer block, int code) {
        int at = 20;
        while (block.getShort(at) != code) {
            at += 4 + (block.getShort(at + 2) + 3 & ~3);
        }
        return block.getLong(at + 4);
    }
}
