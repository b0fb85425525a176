package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every [FrameSource] does. A test of a source extends this and says how to open one.
@Timeout(120)
public abstract class FrameSourceContract {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// More than one poll may take, with room for a busy machine: it promises 100 ms.
    private static final Duration SOON = Duration.ofSeconds(2);

    /// Ethernet frames of 60 bytes that differ in their last byte; their EtherType is for local
    /// experiments (IEEE 802), so that nobody else sends or answers them.
    protected static List<byte[]> frames(int count) {
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] frame = new byte[60];
            frame[0] = frame[6] = 0x02;
            frame[5] = 1;
            frame[11] = 2;
            frame[12] = (byte) 0x88;
            frame[13] = (byte) 0xb5;
            frame[59] = (byte) i;
            frames.add(frame);
        }
        return frames;
    }

    /// Opens a source that sees these frames, in this order, and no others.
    protected abstract FrameSource sourceOf(List<byte[]> frames) throws Exception;

    /// Whether the source ends after its last frame; otherwise it waits for more.
    protected abstract boolean ends();

    @Test
    void handsFramesOverInOrder() throws Exception {
        List<byte[]> sent = frames(100);
        try (var source = sourceOf(sent)) {
            List<byte[]> seen = take(source, sent.size(), 7);
            assertEquals(sent.size(), seen.size());
            for (int i = 0; i < sent.size(); i++) {
                assertArrayEquals(sent.get(i), seen.get(i), "frame " + i);
            }
        }
    }

    @Test
    void saysOfEachFrameWhenWhereAndHowLong() throws Exception {
        try (var source = sourceOf(frames(10))) {
            List<Long> times = new ArrayList<>();
            FrameHandler handler =
                    frame -> {
                        times.add(frame.arrivalNanos);
                        assertEquals(60, frame.lengthOnWire);
                        assertEquals(60, frame.lengthCaptured);
                        var origin = source.interfaces().get(frame.interfaceId);
                        assertEquals(origin.linkType(), frame.linkType);
                        assertFalse(origin.name().isEmpty());
                    };
            pollUntil(source, handler, 10, 10);
            assertEquals(times.stream().sorted().toList(), times);
            assertTrue(times.getFirst() > 0);
        }
    }

    @Test
    void handsOverNoMoreThanTheLimit() throws Exception {
        try (var source = sourceOf(frames(10))) {
            List<Integer> perPoll = new ArrayList<>();
            int seen = 0;
            for (long end = deadline(); seen < 10 && System.nanoTime() < end; ) {
                int[] handed = {0};
                int count = source.poll(_ -> handed[0]++, 3);
                assertEquals(count, handed[0]);
                perPoll.add(count);
                seen += count;
            }
            assertEquals(10, seen);
            assertTrue(perPoll.stream().allMatch(count -> count <= 3), perPoll::toString);
        }
    }

    @Test
    void endsOrWaitsAfterTheLastFrame() throws Exception {
        try (var source = sourceOf(frames(3))) {
            pollUntil(source, _ -> {}, 3, 10);
            long start = System.nanoTime();
            int expected = ends() ? FrameSource.END : 0;
            assertEquals(expected, source.poll(_ -> {}, 10));
            assertEquals(expected, source.poll(_ -> {}, 10));
            assertTrue(System.nanoTime() - start < SOON.toNanos());
        }
    }

    @Test
    void countsWhatItHandsOver() throws Exception {
        try (var source = sourceOf(frames(25))) {
            assertEquals(0, source.statistics().dropped());
            pollUntil(source, _ -> {}, 25, 10);
            SourceStatistics statistics = source.statistics();
            assertEquals(25, statistics.received());
            assertEquals(0, statistics.dropped());
            assertEquals(null, statistics.damage());
        }
    }

    @Test
    void mayBeInterruptedByAnotherThread() throws Exception {
        try (var source = sourceOf(frames(5))) {
            Thread other = Thread.ofPlatform().start(source::interrupt);
            assertEquals(5, pollUntil(source, _ -> {}, 5, 10));
            other.join();
        }
    }

    @Test
    void mayBeClosedTwice() throws Exception {
        var source = sourceOf(frames(3));
        source.close();
        source.close();
        assertEquals(FrameSource.END, source.poll(_ -> {}, 10));
    }

    /// Takes frames until there are `count` of them, at most `limit` at a time.
    protected static List<byte[]> take(FrameSource source, int count, int limit) throws Exception {
        List<byte[]> seen = new ArrayList<>();
        pollUntil(source, frame -> seen.add(bytes(frame)), count, limit);
        return seen;
    }

    /// Polls until `count` frames came, the source ended, or patience is over; says how many came.
    protected static int pollUntil(FrameSource source, FrameHandler handler, int count, int limit)
            throws Exception {
        int seen = 0;
        for (long end = deadline(); seen < count && System.nanoTime() < end; ) {
            int polled = source.poll(handler, limit);
            if (polled == FrameSource.END) {
                break;
            }
            seen += polled;
        }
        return seen;
    }

    protected static byte[] bytes(Frame frame) {
        return frame.bytes
                .asSlice(frame.start, frame.lengthCaptured)
                .toArray(ValueLayout.JAVA_BYTE);
    }

    private static long deadline() {
        return System.nanoTime() + PATIENCE.toNanos();
    }
}
