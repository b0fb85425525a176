package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Bursts made by hand, for a CPU that takes 1000 ns a frame: a window of 100 us has time for 100.
class BurstMeterTest {
    private static final SoftnetProfile EXACT =
            SoftnetProfile.LINUX_6.with(Map.of("irq_ns", "0", "gap_ns", "200", "packet_ns", "800"));

    private static final SoftnetCosts MICROSECOND_A_FRAME = EXACT.costs();
    private static final long WINDOW = 100_000;

    private final BurstMeter meter = new BurstMeter(MICROSECOND_A_FRAME, WINDOW);

    private void frames(int count, long fromNanos, long gapNanos) {
        for (int i = 0; i < count; i++) {
            meter.offer(fromNanos + i * gapNanos, 60);
        }
    }

    @Test
    void callsSteadyTrafficThatTheCpuKeepsUpWithNoBurst() {
        frames(10_000, 5, 1_000);
        Bursts bursts = meter.finish();
        assertEquals(0, bursts.count());
        assertEquals(10_000, bursts.frames());
        assertEquals(600_000, bursts.bytes());
        assertEquals(Bursts.ANY, bursts.takes(1));
        assertEquals(0, bursts.mostNeeded());
    }

    @Test
    void findsABurstWithItsStartItsLengthAndTheQueueItNeeds() {
        // 300 frames 250 ns apart: four come while one is served.
        frames(300, 1_000_000, 250);
        Bursts bursts = meter.finish();
        assertEquals(1, bursts.count());
        assertEquals(300, bursts.framesInBursts());
        assertEquals(new Bursts.Burst(1_000_000, 74_750, 300, 18_000, 226), bursts.largest());
        assertEquals(300, bursts.peak().frames());
        assertEquals(3.0, bursts.peak().load());
    }

    @Test
    void needsTheQueueThatTheModelFillsWithTheSameBurst() {
        frames(300, 1_000_000, 250);
        var path = new ReceivePath(EXACT, RxListener.NONE);
        for (int i = 0; i < 300; i++) {
            path.offer(i, 1_000_000 + i * 250L, 60, 0);
        }
        long held = path.softnetStat(0).inputQlen() + path.softnetStat(0).processQlen() + 1;
        assertEquals(held, meter.finish().mostNeeded(), 1);
    }

    @Test
    void findsABurstWhereverItBegins() {
        for (long start = 0; start < 2 * WINDOW; start += 777) {
            var moved = new BurstMeter(MICROSECOND_A_FRAME, WINDOW);
            moved.offer(0, 60);
            for (int i = 0; i < 120; i++) {
                moved.offer(start + i * 100L, 60);
            }
            assertEquals(1, moved.finish().count(), "from " + start);
        }
    }

    @Test
    void tellsBurstsApartThatAPauseDivides() {
        frames(150, 0, 100);
        frames(200, 1_000_000, 100);
        frames(150, 90_000_000, 100);
        Bursts bursts = meter.finish();
        assertEquals(3, bursts.count());
        assertEquals(500, bursts.framesInBursts());
        assertEquals(1_000_000, bursts.largest().startNanos());
        assertEquals(200, bursts.largest().frames());
    }

    @Test
    void seesAShortBurstOnlyInAShortWindow() {
        var millisecond = new BurstMeter(MICROSECOND_A_FRAME, 1_000_000);
        frames(150, 0, 100);
        for (int i = 0; i < 150; i++) {
            millisecond.offer(i * 100L, 60);
        }
        assertEquals(1, meter.finish().count());
        assertEquals(0, millisecond.finish().count());
    }

    @Test
    void saysWhatAQueueTakesAndHowManyOfTheBurstsHere() {
        // Need 91, 181 and 901 at ten times the CPU's speed.
        frames(101, 0, 100);
        frames(201, 10_000_000, 100);
        frames(1001, 20_000_000, 100);
        Bursts bursts = meter.finish();
        assertEquals(10.01, bursts.peak().load(), 0.6);
        assertEquals(901, bursts.mostNeeded(), 1);
        assertEquals(0, bursts.taken(64));
        assertEquals(1, bursts.taken(128));
        assertEquals(2, bursts.taken(256));
        assertEquals(2, bursts.taken(512));
        assertEquals(3, bursts.taken(1024));
        assertEquals(256 * bursts.peak().load() / (bursts.peak().load() - 1), bursts.takes(256), 1);
    }

    @Test
    void countsWorkRatherThanFrames() {
        for (int i = 0; i < 20; i++) {
            meter.offer(i * 1_000L, 60, 9_800);
        }
        Bursts bursts = meter.finish();
        assertEquals(1, bursts.count());
        assertEquals(20, bursts.largest().frames());
    }

    @Test
    void callsOneFrameThatTakesLongNoBurst() {
        meter.offer(0, 60, 1_000_000);
        assertEquals(0, meter.finish().count());
    }

    @Test
    void survivesTimesAtTheEdgeAndTimesThatGoBack() {
        meter.offer(Long.MIN_VALUE, 60, Long.MAX_VALUE);
        meter.offer(Long.MAX_VALUE, 60, Long.MIN_VALUE);
        meter.offer(0, 60);
        Bursts bursts = meter.finish();
        assertEquals(3, bursts.frames());
        assertEquals(ReceivePath.MAX_TIME, bursts.spanNanos());
    }

    @Test
    void hasNothingToSayOfNothing() {
        Bursts bursts = meter.finish();
        assertEquals(0, bursts.frames());
        assertEquals(0, bursts.meanRate());
        assertEquals(Bursts.ANY, bursts.takes(1));
    }

    @Test
    void refusesAWindowThatCannotSlide() {
        assertThrows(
                IllegalArgumentException.class, () -> new BurstMeter(MICROSECOND_A_FRAME, 999));
    }
}
