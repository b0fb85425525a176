package headgate.softnet.tap;

import static headgate.softnet.tap.Taps.MS;
import static headgate.softnet.tap.Taps.US;
import static headgate.softnet.tap.Taps.offer;
import static headgate.softnet.tap.Taps.ring;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.softnet.tap.TapSettings.Reader;
import headgate.softnet.tap.TapSettings.TpacketReq;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TpacketRingTest {
    private static final Reader NOBODY = new Reader(0, Reader.MAX);
    private static final Reader FAST = new Reader(0, 0);

    /// TP-20: 2 blocks of 4096 in frames of 1024, also for packets that are longer.
    @Test
    void givesAPacketOneFrameOfV2() {
        Tap tap = ring(TapKind.TPACKET_V2, new TpacketReq(4096, 2, 1024, 0, 0, 0), NOBODY);
        offer(tap, 10, 0, 1514);

        assertEquals(8, tap.capacity());
        assertEquals(8, tap.stat().accepted());
        assertEquals("tp_packets 10 tp_drops 2", tap.stat().toString());
    }

    /// TP-21: the frame of the packet that is being read is not free before the reader is done.
    @Test
    void keepsAFrameOfV2UntilTheReaderIsDone() {
        Tap tap =
                ring(
                        TapKind.TPACKET_V2,
                        new TpacketReq(4096, 1, 2048, 0, 0, 0),
                        new Reader(10 * US, 0));
        offer(tap, 2, 0, 60);
        tap.runUntil(0);
        assertEquals(1, tap.depth().last());
        assertFalse(tap.offer(2, 9 * US, 60));
        assertTrue(tap.offer(3, 10 * US, 60));
    }

    /// TP-31, TP-32: a block of 4096 has 4048 behind its header. 82 + 1514 is 1600 aligned, so two
    /// fit. 82 + 60 is 144: 48 + 28 × 144 = 4080 is below 4096, so 28 fit. 82 + 171 is 256: 15 of
    /// them end at 48 + 3840 = 3888, a 16th would end at 4144. 82 + 590 is 672: six end at 4080. 82
    /// + 926 is 1008: 48 + 4 × 1012 would be 4096, so a frame of 1012 (4 × 1016 aligned) does not
    ///   fit a fourth time, one of 1008 does.
    @ParameterizedTest
    @CsvSource({"1514, 2", "60, 28", "171, 15", "590, 6", "926, 4", "930, 3"})
    void fillsABlockOfV3WhileThePacketEndsBeforeTheBlock(int lengthBytes, int packets) {
        Tap tap = ring(TapKind.TPACKET_V3, new TpacketReq(4096, 3, 2048, 1000, 0, 0), NOBODY);
        offer(tap, 3 * packets + 5, 0, lengthBytes);

        assertEquals(3 * packets, tap.stat().accepted());
        assertEquals(3, tap.stat().blocks());
    }

    /// TP-31: 82 + 4 + 60 = 146 takes 152, so 26 fit where 28 did.
    @Test
    void leavesTheReserveFreeBeforeEachPacketOfV3() {
        Tap tap = ring(TapKind.TPACKET_V3, new TpacketReq(4096, 1, 2048, 1000, 0, 4), NOBODY);
        offer(tap, 100, 0, 60);

        assertEquals(26, tap.stat().accepted());
    }

    /// TP-31: a jumbo frame in the smallest block is cut to what a block takes, and each block
    /// takes one; but the first, which was open before, is closed empty (TP-33).
    @Test
    void cutsAPacketThatIsLongerThanABlockOfV3() {
        Tap tap = ring(TapKind.TPACKET_V3, new TpacketReq(4096, 4, 2048, 1000, 0, 0), NOBODY);
        offer(tap, 9, 0, 9000);

        assertEquals(3, tap.stat().accepted());
        assertEquals(4, tap.stat().blocks());
    }

    /// TP-33, TP-34: a reader has nothing to do with an empty block. The first is closed empty at
    /// 0, the second with a packet at 1 µs, and both are free at 2 µs.
    @Test
    void givesAnEmptyBlockOfV3BackAtOnce() {
        Tap tap =
                ring(
                        TapKind.TPACKET_V3,
                        new TpacketReq(4096, 2, 2048, 1000, 0, 0),
                        new Reader(US, 0));
        assertTrue(tap.offer(0, 0, 9000));
        assertTrue(tap.offer(1, US, 9000));
        assertTrue(tap.offer(2, 2 * US, 9000));
        tap.runUntilIdle();

        assertEquals(3, tap.delivered());
        assertEquals(0, tap.stat().freezes());
    }

    /// TP-30, TP-33: one freeze, however many packets meet it.
    @Test
    void freezesOnceWhenNoBlockIsFree() {
        Tap tap = ring(TapKind.TPACKET_V3, new TpacketReq(4096, 2, 2048, 1000, 0, 0), NOBODY);
        offer(tap, 10, 0, 1514);

        assertEquals("tp_packets 10 tp_drops 6 tp_freeze_q_cnt 1", tap.stat().toString());
    }

    /// TP-33, TP-34: two blocks of two packets. The reader has the first block at 0 (when the third
    /// packet closes it) and gives it back at 20 µs; at 20 µs the frozen queue thaws.
    @Test
    void thawsWhenTheReaderGivesABlockBack() {
        Tap tap =
                ring(
                        TapKind.TPACKET_V3,
                        new TpacketReq(4096, 2, 2048, 1000, 0, 0),
                        new Reader(10 * US, 0));
        offer(tap, 5, 0, 1514);
        assertEquals(1, tap.stat().dropped());
        assertFalse(tap.offer(5, 19 * US, 1514));
        assertTrue(tap.offer(6, 20 * US, 1514));
        assertTrue(tap.offer(7, 20 * US, 1514));
        assertFalse(tap.offer(8, 20 * US, 1514));

        assertEquals(2, tap.stat().freezes());
        assertEquals(6, tap.stat().accepted());
    }

    /// TP-34: a packet that is alone in its block is not seen before the block is closed.
    @Test
    void showsAPacketOfV3WhenItsBlockIsClosed() {
        Tap tap = ring(TapKind.TPACKET_V3, new TpacketReq(4096, 4, 2048, 10, 0, 0), FAST);
        tap.offer(0, 3 * MS, 60);
        tap.runUntil(9_999_999);
        assertEquals(0, tap.delivered());
        tap.runUntil(10 * MS);

        assertEquals(1, tap.delivered());
        assertEquals(7 * MS, tap.waits().histogram().getMaxValue(), 0.01 * 7 * MS);
        assertEquals(1, tap.stat().blocksByTimer());
    }

    /// TP-35: a period of 10 ms that is 4 ms old at time 0 ends at 6, 16 and 26 ms.
    @Test
    void closesBlocksByATimerThatDoesNotStartAnewWithABlock() {
        Tap tap = ring(TapKind.TPACKET_V3, new TpacketReq(4096, 4, 2048, 10, 4 * MS, 0), FAST);
        tap.offer(0, 5 * MS, 60);
        tap.runUntil(6 * MS);
        assertEquals(1, tap.stat().blocks());
        tap.offer(1, 15 * MS, 60);
        tap.offer(2, 16 * MS, 60);
        assertEquals(2, tap.stat().blocks());

        assertEquals(26 * MS, tap.runUntilIdle());
        assertEquals(3, tap.stat().blocksByTimer());
        assertEquals(3, tap.delivered());
    }

    /// TP-35: `tp_retire_blk_tov` 0 is 8 ms on a link that does not say how fast it is.
    @Test
    void letsTheKernelChooseTheTimer() {
        Tap tap = ring(TapKind.TPACKET_V3, new TpacketReq(4096, 4, 2048, 0, 0, 0), FAST);
        tap.offer(0, 1, 60);

        assertEquals(8 * MS, tap.runUntilIdle());
    }
}
