package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.capture.Spool.Spooled;
import headgate.capture.Spool.Value;
import headgate.schema.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final long SIZE = 16 << 20;

    @TempDir Path directory;

    private final List<String> notices = new ArrayList<>();
    private final AgentListener listener =
            new AgentListener() {
                @Override
                public void onNotice(String notice) {
                    notices.add(notice);
                }
            };

    @Test
    void givesValuesBackAsTheyCame() throws IOException {
        try (var spool = open(1)) {
            assertTrue(spool.append(value(0, 100)));
            assertTrue(spool.append(new Value(Topic.LEDGER, new byte[0], -1, new byte[0], 0, 3)));
            assertSame(value(0, 100), spool.next());
            Spooled second = spool.next();
            assertEquals(Topic.LEDGER, second.value().topic());
            assertEquals(-1, second.value().lane());
            assertEquals(3, second.account());
            assertTrue(second.ofThisRun());
            assertNull(spool.next());
        }
    }

    @Test
    void keepsOrderOverSegmentsAndRemovesThoseThatAreDone() throws IOException {
        try (var spool = open(1)) {
            for (int i = 0; i < 30; i++) { // 300 kB each: a segment has three
                assertTrue(spool.append(value(i, 300_000)));
            }
            assertTrue(segments() >= 10);
            for (int i = 0; i < 30; i++) {
                Spooled read = spool.next();
                assertSame(value(i, 300_000), read);
                spool.acknowledge(read.slot());
            }
            assertTrue(spool.isEmpty());
            assertEquals(0, spool.bytes());
            assertEquals(0, segments());
            assertTrue(spool.append(value(30, 100)));
            assertSame(value(30, 100), spool.next());
        }
    }

    @Test
    void refusesWhatItHasNoRoomForUntilThereIsRoomAgain() throws IOException {
        try (var spool = open(1)) {
            int count = 0;
            while (spool.append(value(count, 500_000))) {
                count++;
            }
            assertEquals(SIZE / 500_000 - 1, count, 1);
            assertTrue(spool.bytes() <= SIZE);
            for (int i = 0; i < 2; i++) { // a segment
                spool.acknowledge(spool.next().slot());
            }
            assertTrue(spool.append(value(count, 500_000)));
        }
    }

    @Test
    void hasWhatWasNotAcknowledgedForTheNextRun() throws IOException {
        try (var spool = open(1)) {
            for (int i = 0; i < 5; i++) {
                spool.append(value(i, 100));
            }
            spool.acknowledge(spool.next().slot());
            Spooled underWay = spool.next();
            spool.acknowledge(spool.next().slot()); // of another partition: it came first
            assertSame(value(1, 100), underWay);
        }
        try (var spool = open(2)) {
            assertEquals(1 + 3 + 4, spool.earlierFrames());
            spool.append(value(9, 100));
            for (int i : new int[] {1, 3, 4}) {
                Spooled read = spool.next();
                assertSame(value(i, 100), read);
                assertFalse(read.ofThisRun());
                spool.acknowledge(read.slot());
            }
            assertEquals(8, spool.replayedFrames());
            assertEquals(0, spool.earlierFrames());
            assertTrue(spool.next().ofThisRun());
        }
        assertEquals(List.of(), notices);
    }

    @Test
    void putsFirstWhatWasUnderWay() throws IOException {
        try (var spool = open(1)) {
            spool.append(value(7, 100));
            spool.putFirst(List.of(value(5, 100), value(6, 100)));
        }
        try (var spool = open(2)) {
            for (int i = 5; i < 8; i++) {
                assertSame(value(i, 100), spool.next());
            }
        }
    }

    @Test
    void cutsOffTheTailOfAKilledAgentAtWhateverByte() throws IOException {
        byte[] whole = segmentOf(value(3, 60), value(4, 50));
        int second = whole.length / 2 + 5; // 44 bytes of header, 6 and 5 of topic and key each
        for (int cut = 1; cut < whole.length; cut++) {
            Path segment = onlySegment();
            Files.write(segment, Arrays.copyOf(whole, cut));
            notices.clear();
            try (var spool = open(2)) {
                int left = cut >= second ? 1 : 0;
                assertEquals(left == 1 ? 3 : 0, spool.earlierFrames(), "cut at " + cut);
                // The header that is whole tells how many frames its value had.
                long headerOf = cut >= second ? cut - second : cut;
                int torn = headerOf < 44 ? 0 : left == 1 ? 4 : 3;
                assertEquals(torn, spool.damagedFrames(), "cut at " + cut);
                assertEquals(cut == second ? 0 : 1, notices.size(), "cut at " + cut);
                if (left == 1) {
                    assertSame(value(3, 60), spool.next());
                }
                assertNull(spool.next());
            }
            Files.write(segment, whole);
        }
    }

    @Test
    void losesARecordWhoseChecksumDoesNotFitAndNoOther() throws IOException {
        byte[] whole = segmentOf(value(3, 60), value(4, 50));
        whole[100] ^= 1;
        Files.write(onlySegment(), whole);
        try (var spool = open(2)) {
            Spooled damaged = spool.next();
            assertNull(damaged.value());
            assertEquals(3, damaged.frames());
            assertSame(value(4, 50), spool.next());
            assertEquals(3, spool.damagedFrames());
            assertEquals(4, spool.earlierFrames());
            assertTrue(notices.getFirst().contains("3 frames are lost"), notices::toString);
        }
    }

    @Test
    void takesWhateverBytesASegmentHas() throws IOException {
        byte[] whole = segmentOf(value(3, 60), value(4, 50), value(5, 50));
        var random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            byte[] changed = whole.clone();
            for (int times = random.nextInt(4); times >= 0; times--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            Path segment = directory.resolve("1000000000000.spool");
            Files.write(segment, changed);
            try (var spool = open(2)) {
                int read = 0;
                for (var next = spool.next(); next != null; next = spool.next()) {
                    read++;
                }
                assertTrue(read <= 3);
            }
        }
    }

    @Test
    void isUsedByOneAgentAtATime() throws IOException {
        try (var spool = open(1)) {
            var refused = assertThrows(IOException.class, () -> open(2).close());
            assertTrue(refused.getMessage().endsWith("another agent uses it"));
            assertTrue(spool.isEmpty());
        }
        open(2).close();
    }

    @Test
    void saysThatADirectoryCannotBeUsed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        var refused =
                assertThrows(IOException.class, () -> Spool.open(file, SIZE, 1, listener).close());
        assertTrue(refused.getMessage().contains("cannot be used"), refused.getMessage());
    }

    private Spool open(long run) throws IOException {
        return Spool.open(directory, SIZE, run, listener);
    }

    /// Has as many frames as its number, and bytes that belong to it.
    private static Value value(int number, int length) {
        byte[] bytes = new byte[length];
        new Random(number).nextBytes(bytes);
        return new Value(Topic.FRAMES, "gw1/0".getBytes(UTF_8), 2, bytes, number, 1);
    }

    private static void assertSame(Value expected, Spooled read) {
        assertEquals(expected.topic(), read.value().topic());
        assertArrayEquals(expected.key(), read.value().key());
        assertEquals(expected.lane(), read.value().lane());
        assertArrayEquals(expected.value(), read.value().value());
        assertEquals(expected.frames(), read.value().frames());
        assertEquals(expected.frames(), read.frames());
    }

    private byte[] segmentOf(Value... values) throws IOException {
        try (var spool = open(1)) {
            Stream.of(values).forEach(spool::append);
        }
        return Files.readAllBytes(onlySegment());
    }

    private Path onlySegment() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".spool"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private long segments() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".spool")).count();
        }
    }
}
