package headgate.capture.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.Zstd;
import headgate.capture.CaptureInterface;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.packet.Frame;
import headgate.packet.file.CaptureFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CaptureFileSourceTest {
    private static final int FILE_HEADER = 24;
    private static final int RECORD = 16 + 1000;

    @TempDir Path directory;

    @Test
    void readsWhatIsCompressedByGzipWhateverItsName() throws IOException {
        byte[] capture = capture(3000);
        Path file = Files.write(directory.resolve("frames.pcap"), gzip(capture));
        assertReadsAll(3000, file);
        assertTrue(Files.size(file) < capture.length);
    }

    @Test
    void readsSeveralGzipMembersAndTheZerosOfATape() throws IOException {
        byte[] capture = capture(300);
        var file = new ByteArrayOutputStream();
        for (int at = 0; at < capture.length; at += 100_000) {
            file.writeBytes(
                    gzip(Arrays.copyOfRange(capture, at, Math.min(at + 100_000, capture.length))));
        }
        file.writeBytes(new byte[512]);
        assertReadsAll(300, write(file.toByteArray()));
    }

    @Test
    void goesOverAllThatAGzipHeaderMayHold() throws IOException {
        byte[] capture = capture(5);
        var file = new ByteArrayOutputStream();
        file.writeBytes(HexFormat.of().parseHex("1f8b081e00000000ff03")); // FHCRC … FCOMMENT
        file.writeBytes(HexFormat.of().parseHex("0300616263")); // 3 extra bytes
        file.writeBytes("name\0comment\0".getBytes(StandardCharsets.US_ASCII));
        file.writeBytes(new byte[2]); // header CRC
        file.writeBytes(deflate(capture));
        file.writeBytes(trailer(capture));
        assertReadsAll(5, write(file.toByteArray()));
    }

    @Test
    void readsSeveralZstdFramesAndSkippableOnes() throws IOException {
        byte[] capture = capture(300);
        var file = new ByteArrayOutputStream();
        file.writeBytes(HexFormat.of().parseHex("552a4d1803000000aabbcc"));
        for (int at = 0; at < capture.length; at += 100_000) {
            file.writeBytes(
                    Zstd.compress(
                            Arrays.copyOfRange(
                                    capture, at, Math.min(at + 100_000, capture.length))));
        }
        file.writeBytes(HexFormat.of().parseHex("5f2a4d1800000000"));
        assertReadsAll(300, write(file.toByteArray()));
    }

    @Test
    void usesTheFramesBeforeACompressedFileIsCut() throws IOException {
        byte[] capture = capture(3000);
        for (byte[] compressed : List.of(gzip(capture), Zstd.compress(capture))) {
            try (var source = open(Arrays.copyOf(compressed, compressed.length / 2))) {
                List<byte[]> frames = readAll(source);
                assertTrue(frames.size() > 1000 && frames.size() < 2000, "" + frames.size());
                assertFrames(frames);
                String damage = source.statistics().damage();
                assertTrue(damage.matches("(gzip|zstd), near compressed byte \\d+: cut"), damage);
            }
        }
    }

    @Test
    void tellsOfAChecksumThatDoesNotFit() throws IOException {
        byte[] compressed = gzip(capture(30));
        compressed[compressed.length - 5] ^= 1;
        try (var source = open(compressed)) {
            assertEquals(30, readAll(source).size());
            assertTrue(source.statistics().damage().contains("checksum"));
        }
    }

    @Test
    void tellsOfWhatFollowsTheLastMember() throws IOException {
        var file = new ByteArrayOutputStream();
        file.writeBytes(gzip(capture(30)));
        file.writeBytes("and more".getBytes(StandardCharsets.US_ASCII));
        try (var source = open(file.toByteArray())) {
            assertEquals(30, readAll(source).size());
            assertTrue(source.statistics().damage().endsWith("what follows is not gzip"));
        }
    }

    @Test
    void neverThrowsForBytesChangedInACompressedFile() throws IOException {
        byte[] capture = capture(40);
        var random = new Random(7);
        for (byte[] compressed : List.of(gzip(capture), Zstd.compress(capture))) {
            for (int i = 0; i < 500; i++) {
                byte[] changed = compressed.clone();
                changed[4 + random.nextInt(changed.length - 4)] = (byte) random.nextInt();
                try (var source = open(changed)) {
                    assertTrue(readAll(source).size() <= 1000);
                } catch (CaptureFileException e) {
                    assertTrue(e.reason().length() > 5);
                }
            }
        }
    }

    @Test
    void saysHowFarItIs() throws IOException {
        Path file = write(capture(5000));
        try (var source = CaptureFileSource.open(file)) {
            source.poll(_ -> {}, 10);
            var statistics = source.statistics();
            assertEquals(Files.size(file), statistics.bytesTotal());
            assertTrue(statistics.bytesRead() > 0 && statistics.bytesRead() < Files.size(file));
            readAll(source);
            assertEquals(Files.size(file), source.statistics().bytesRead());
            assertEquals(5000, source.statistics().received());
        }
    }

    @Test
    void tellsWhereAFileIsDamaged() throws IOException {
        byte[] capture = capture(5);
        try (var source = open(Arrays.copyOf(capture, capture.length - 1))) {
            assertEquals(4, readAll(source).size());
            assertEquals(
                    "at byte %d: frame with its header cut: 1015 of 1016 bytes"
                            .formatted(FILE_HEADER + 4 * RECORD),
                    source.statistics().damage());
        }
    }

    @Test
    void namesAnInterfaceAfterTheFileThatDoesNotNameIt() throws IOException {
        Path file = Files.write(directory.resolve("office.pcap"), capture(1));
        try (var source = CaptureFileSource.open(file)) {
            assertEquals(
                    List.of(new CaptureInterface("office.pcap", 1, 65_535)), source.interfaces());
        }
    }

    @Test
    void keepsTheRecordedPace() throws IOException {
        var clock = new FakeClock();
        Path file = write(capture(4)); // one frame every 100 ms
        try (var source = CaptureFileSource.open(List.of(file), clock.pacing(1))) {
            List<Long> seenAt = new ArrayList<>();
            while (source.poll(_ -> seenAt.add(clock.millis()), 10) != FrameSource.END) {}
            assertEquals(List.of(0L, 100L, 200L, 300L), seenAt);
        }
    }

    @Test
    void keepsAMultipleOfTheRecordedPace() throws IOException {
        var clock = new FakeClock();
        try (var source = CaptureFileSource.open(List.of(write(capture(4))), clock.pacing(0.25))) {
            List<Integer> polls = new ArrayList<>();
            List<Long> seenAt = new ArrayList<>();
            int polled = 0;
            while (polled != FrameSource.END) {
                polled = source.poll(_ -> seenAt.add(clock.millis()), 10);
                polls.add(polled);
            }
            assertEquals(List.of(0L, 400L, 800L, 1200L), seenAt);
            // No poll waits longer than 100 ms.
            assertEquals(List.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, -1), polls);
        }
    }

    @Test
    void handsOverAtOnceWhatIsLate() throws IOException {
        var clock = new FakeClock();
        try (var source = CaptureFileSource.open(List.of(write(capture(40))), clock.pacing(1))) {
            assertEquals(1, source.poll(_ -> {}, 100));
            clock.nanos += 1_000_000_000;
            assertEquals(10, source.poll(_ -> {}, 100));
        }
    }

    @Test
    void refusesASpeedThatIsNone() {
        assertThrows(IllegalArgumentException.class, () -> Pacing.speed(-1));
        assertThrows(IllegalArgumentException.class, () -> Pacing.speed(Double.NaN));
    }

    @Test
    void saysWhyAFileCannotBeRead() throws IOException {
        assertRefused("no such file", directory.resolve("none.pcap"));
        assertRefused("holds no capture file", Files.createDirectory(directory.resolve("empty")));
        assertRefused("empty file", write(new byte[0]));
        assertRefused("empty file", write(gzip(new byte[0])));
        assertRefused(
                "not a pcap or pcapng capture, but text: it begins 68 65 6c 6c 6f",
                write(gzip("hello".getBytes(StandardCharsets.US_ASCII))));
        assertRefused(
                "not a pcap or pcapng capture, but xz compressed: it begins fd 37 7a 58 5a 00 00 04",
                write(HexFormat.of().parseHex("fd377a585a000004e6d6b446")));
        assertRefused(
                "gzip, near compressed byte 3: not compressed by deflate",
                write(HexFormat.of().parseHex("1f8b0700")));
    }

    @Test
    void saysThatItMayNotReadAFile() throws IOException {
        Path file = write(capture(1));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(file), "this user may read every file");
        assertRefused("permission denied", file);
    }

    @Test
    void readsANamedPipeWithoutWaitingForItsWriter() throws Exception {
        Path pipe = directory.resolve("pipe");
        assumeTrue(
                new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0,
                "mkfifo is not installed");
        byte[] capture = capture(20);
        int firstPart = FILE_HEADER + 10 * RECORD + 5;
        OutputStream[] writer = new OutputStream[1];
        Thread opener =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                writer[0] = Files.newOutputStream(pipe);
                                writer[0].write(capture, 0, firstPart);
                                writer[0].flush();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        try (var source = CaptureFileSource.open(pipe)) {
            opener.join();
            List<byte[]> frames = new ArrayList<>();
            while (frames.size() < 10) {
                source.poll(frame -> frames.add(bytes(frame)), 100);
            }
            assertEquals(0, source.poll(frame -> frames.add(bytes(frame)), 100));
            writer[0].write(capture, firstPart, capture.length - firstPart);
            writer[0].close();
            while (source.poll(frame -> frames.add(bytes(frame)), 100) != FrameSource.END) {}
            assertEquals(20, frames.size());
            assertFrames(frames);
            assertNull(source.statistics().damage());
            assertEquals(capture.length, source.statistics().bytesRead());
            assertEquals(0, source.statistics().bytesTotal());
        }
    }

    @Test
    void handsOverSeveralFramesThatAreValidTogether() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        var severalAtOnce =
                new FrameHandler() {
                    int most;

                    @Override
                    public void onFrame(Frame frame) {
                        throw new AssertionError("one frame of a file that was read by many");
                    }

                    @Override
                    public void onFrames(Frame[] several, int from, int to) {
                        most = Math.max(most, to - from);
                        for (int i = from; i < to; i++) {
                            frames.add(bytes(several[i]));
                        }
                    }
                };
        try (var source = open(capture(2000))) {
            assertEquals(3, source.poll(severalAtOnce, 3));
            assertEquals(1, source.poll(severalAtOnce, 1));
            while (source.poll(severalAtOnce, 100) != FrameSource.END) {}
        }
        assertTrue(severalAtOnce.most > 1, "never several");
        assertEquals(2000, frames.size());
        assertFrames(frames);
    }

    private static byte[] bytes(Frame frame) {
        return frame.bytes
                .asSlice(frame.start, frame.lengthCaptured)
                .toArray(ValueLayout.JAVA_BYTE);
    }

    /// A clock that only waiting moves.
    private static final class FakeClock {
        private long nanos = 5_000_000_000L;

        Pacing pacing(double speed) {
            return new Pacing(speed, () -> nanos, waited -> nanos += waited);
        }

        long millis() {
            return (nanos - 5_000_000_000L) / 1_000_000;
        }
    }

    private Path write(byte[] file) throws IOException {
        return Files.write(directory.resolve("file"), file);
    }

    private FrameSource open(byte[] file) throws IOException {
        return CaptureFileSource.open(write(file));
    }

    private static void assertRefused(String reason, Path file) {
        var refusal =
                assertThrows(
                        CaptureFileException.class, () -> CaptureFileSource.open(file).close());
        assertEquals(file + ": " + reason, refusal.getMessage());
    }

    private static void assertReadsAll(int count, Path file) throws IOException {
        try (var source = CaptureFileSource.open(file)) {
            List<byte[]> frames = readAll(source);
            assertNull(source.statistics().damage());
            assertEquals(count, frames.size());
            assertFrames(frames);
            assertEquals(Files.size(file), source.statistics().bytesRead());
        }
    }

    private static List<byte[]> readAll(FrameSource source) throws IOException {
        List<byte[]> frames = new ArrayList<>();
        while (source.poll(frame -> frames.add(bytes(frame)), 100) != FrameSource.END) {}
        return frames;
    }

    private static void assertFrames(List<byte[]> frames) {
        for (int i = 0; i < frames.size(); i++) {
            assertArrayEquals(frameBytes(i), frames.get(i), "frame " + i);
        }
    }

    /// A pcap file of frames of 1000 bytes, one every 100 ms.
    private static byte[] capture(int count) {
        var file = ByteBuffer.allocate(FILE_HEADER + count * RECORD).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
        file.putInt(65_535).putInt(1);
        for (int i = 0; i < count; i++) {
            file.putInt(1_700_000_000 + i / 10).putInt(i % 10 * 100_000).putInt(1000).putInt(1000);
            file.put(frameBytes(i));
        }
        return file.array();
    }

    /// Half of them cannot be compressed.
    private static byte[] frameBytes(int index) {
        byte[] bytes = new byte[1000];
        var random = new Random(index);
        for (int i = 0; i < 500; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        }
        return compressed.toByteArray();
    }

    private static byte[] deflate(byte[] bytes) {
        var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(bytes);
        deflater.finish();
        byte[] buffer = new byte[bytes.length + 100];
        int length = deflater.deflate(buffer);
        deflater.end();
        return Arrays.copyOf(buffer, length);
    }

    private static byte[] trailer(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes);
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .putInt(bytes.length)
                .array();
    }
}
