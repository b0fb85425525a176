package headgate.softnet.tap;

import static headgate.softnet.tap.Taps.MS;
import static headgate.softnet.tap.Taps.US;
import static headgate.softnet.tap.Taps.buffered;
import static headgate.softnet.tap.Taps.offer;
import static headgate.softnet.tap.Taps.pfRing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.softnet.tap.TapSettings.PfRingSlots;
import headgate.softnet.tap.TapSettings.ReadBuffer;
import headgate.softnet.tap.TapSettings.Reader;
import org.junit.jupiter.api.Test;

/// PF_RING, WinPcap and BPF: taps whose reader waits until a read is worth it.
class TimedReadTapTest {
    private static final Reader NOBODY = new Reader(0, Reader.MAX);
    private static final Reader FAST = new Reader(0, 0);

    /// TP-40, TP-41: 4 slots of 24 + 1000 = 1024. A packet of 1000 takes a slot: three times 1024
    /// leave 1024 at the end, which is less than two slots, and the reader is at 0.
    @Test
    void keepsASlotOfPfRingFreeBehindTheReader() {
        Tap tap = pfRing(1000, new PfRingSlots(4, 1), 1000, NOBODY);
        offer(tap, 6, 0, 1000);

        assertEquals("ps_recv 3 ps_drop 3", tap.stat().toString());
    }

    /// TP-41: packets of 60 take 88 of the 4096 bytes. After n of them 4096 - 88 n are left; at 24
    /// (1984 left) that is below two slots of 1024.
    @Test
    void fitsMoreSmallPacketsIntoPfRingThanItHasSlots() {
        Tap tap = pfRing(1000, new PfRingSlots(4, 1), 1000, NOBODY);
        offer(tap, 60, 0, 60);

        assertEquals("ps_recv 24 ps_drop 36", tap.stat().toString());
    }

    /// TP-40: the reader is done with the first three slots and stands at 3072, as does the writer:
    /// an empty ring. The next packet goes there and wraps; then 3072 are free before the reader.
    @Test
    void goesRoundInPfRing() {
        Tap tap = pfRing(1000, new PfRingSlots(4, 1), 1000, FAST);
        offer(tap, 3, 0, 1000);
        tap.runUntil(0);
        assertEquals(3, tap.delivered());
        offer(tap, 3, 1, 1000);
        tap.runUntil(1);

        assertEquals(6, tap.delivered());
    }

    /// TP-42: the third packet wakes the reader; the fourth comes to one that is awake.
    @Test
    void wakesThePfRingReaderAtTheWatermark() {
        Tap tap = pfRing(1000, new PfRingSlots(64, 3), 1000, new Reader(1 * US, 0));
        tap.offer(0, 1 * US, 60);
        tap.offer(1, 2 * US, 60);
        tap.runUntil(900 * US);
        assertEquals(0, tap.delivered());
        tap.offer(2, 901 * US, 60);
        tap.offer(3, 902 * US, 60);

        assertEquals(905 * US, tap.runUntilIdle());
        assertEquals(4, tap.delivered());
    }

    /// TP-3: asleep since 0, so the time-out of 10 ms ends at 10, 20, 30 ms; the packet of 25 ms is
    /// read at 30.
    @Test
    void readsWhatThereIsWhenTheTimeoutHasPassed() {
        Tap tap = pfRing(1000, new PfRingSlots(64, 3), 10, FAST);
        tap.offer(0, 25 * MS, 60);

        assertEquals(30 * MS, tap.runUntilIdle());
        assertEquals(1, tap.delivered());
    }

    /// TP-50: 4096 bytes. A packet of 1000 takes 1020; after three 1036 are free, and 1020 would
    /// fit, but 3060 + 1020 = 4080 does not reach the end: it fits. After four 16 are free.
    @Test
    void dropsInOldWinPcapWhatTheWholeFrameHasNoRoomFor() {
        Tap tap =
                buffered(TapKind.WINPCAP_OLD, new ReadBuffer(4096, 256_000, 1 << 20), 1000, NOBODY);
        offer(tap, 6, 0, 1000);

        assertEquals("ps_recv 6 ps_drop 2", tap.stat().toString());
    }

    /// TP-51: two records of 1520 end at 3040. The reader takes both with one read; a third does
    /// not fit before the end and goes to the beginning, a fourth would reach the reader at 3040.
    @Test
    void doesNotWrapARecordInOldWinPcap() {
        Tap tap = buffered(TapKind.WINPCAP_OLD, new ReadBuffer(4096, 256_000, 2000), 1000, FAST);
        offer(tap, 2, 0, 1500);
        tap.runUntil(0);
        assertEquals(2, tap.delivered());
        assertTrue(tap.offer(2, 1, 1500));
        assertFalse(tap.offer(3, 1, 1500));
        assertTrue(tap.offer(4, 1, 60));
    }

    /// TP-52: more than mintocopy ends the wait; 2 × 1020 does not exceed 2040, 3 × 1020 does. One
    /// read takes what fits into the program's buffer: 4 records of 1020 are 4080.
    @Test
    void waitsInOldWinPcapForMoreThanMinToCopy() {
        Tap tap = buffered(TapKind.WINPCAP_OLD, new ReadBuffer(100_000, 4096, 2040), 1000, FAST);
        offer(tap, 2, 0, 1000);
        tap.runUntil(5 * MS);
        assertEquals(0, tap.delivered());
        tap.offer(2, 6 * MS, 1000);
        tap.runUntil(6 * MS);
        assertEquals(3, tap.delivered());
        tap.offer(3, 7 * MS, 1000);

        assertEquals(1006 * MS, tap.runUntilIdle());
        assertEquals(4, tap.delivered());
    }

    /// TP-53: of 6000 bytes 4076 are kept, which is a read of 4096 with their header; two of these
    /// records fit into 10000 bytes, where two of 6020 would not.
    @Test
    void cutsInOldWinPcapWhatNoReadWouldTake() {
        Tap tap = buffered(TapKind.WINPCAP_OLD, new ReadBuffer(11_000, 4096, 0), 1000, NOBODY);
        offer(tap, 2, 0, 6000);
        assertEquals(2, tap.stat().accepted());

        Tap read = buffered(TapKind.WINPCAP_OLD, new ReadBuffer(11_000, 4096, 0), 1000, FAST);
        read.offer(0, 0, 6000);
        read.runUntil(0);
        assertEquals(1, read.delivered());
    }

    /// TP-55: 4096 bytes, a packet of 1000 takes 1024: four fit to the last byte. Where the old
    /// driver needs room for the whole frame, this one needs it for what is kept.
    @Test
    void fillsTheBufferOfWinPcapToTheLastByte() {
        Tap tap = buffered(TapKind.WINPCAP, new ReadBuffer(4096, 256_000, 1 << 20), 1000, NOBODY);
        offer(tap, 6, 0, 1000);

        assertEquals("ps_recv 6 ps_drop 2", tap.stat().toString());
    }

    /// TP-56: 1336 + 24 = 1360, three times 4080: the 16 behind them are less than a header, so the
    /// third takes 1376 and nothing is left. Data of 1346 instead leaves none over and wraps.
    @Test
    void givesUpWhatIsTooShortForAHeaderAtTheEndOfWinPcapsBuffer() {
        Tap tap = buffered(TapKind.WINPCAP, new ReadBuffer(4096, 256_000, 1 << 20), 1000, NOBODY);
        offer(tap, 3, 0, 1336);
        assertFalse(tap.offer(3, 0, 0));

        Tap wraps = buffered(TapKind.WINPCAP, new ReadBuffer(4096, 256_000, 4_000), 1000, FAST);
        offer(wraps, 3, 0, 1336);
        wraps.runUntil(0);
        offer(wraps, 3, 1, 1336);
        wraps.runUntil(1);
        assertEquals(6, wraps.delivered());
    }

    /// TP-57: 2 × 1024 reach mintocopy, which is enough here.
    @Test
    void endsTheWaitOfWinPcapAtMinToCopy() {
        Tap tap = buffered(TapKind.WINPCAP, new ReadBuffer(100_000, 256_000, 2048), 1000, FAST);
        tap.offer(0, 0, 1000);
        tap.runUntil(5 * MS);
        assertEquals(0, tap.delivered());
        tap.offer(1, 6 * MS, 1000);
        tap.runUntil(6 * MS);

        assertEquals(2, tap.delivered());
    }

    /// TP-57: the copy makes room at once, before the program has looked at the packets.
    @Test
    void hasRoomInWinPcapWhenTheReadHasCopied() {
        Tap tap =
                buffered(
                        TapKind.WINPCAP,
                        new ReadBuffer(4096, 256_000, 4_000),
                        1000,
                        new Reader(1 * MS, 0));
        offer(tap, 4, 0, 1000);
        tap.runUntil(0);
        offer(tap, 5, 1, 1000);

        assertEquals(1, tap.stat().dropped());
        assertEquals(7, tap.depth().last());
    }

    /// TP-60: 4096 bytes. 26 + 1000 = 1026 is padded to 1032: three end at 2 × 1032 + 1026 = 3090,
    /// a fourth would end at 4122. So three go to hold, three to store, and the others are lost.
    @Test
    void losesInBpfWhenBothBuffersAreFull() {
        Tap tap = buffered(TapKind.BPF, new ReadBuffer(4096, 256_000, 0), 1000, NOBODY);
        offer(tap, 9, 0, 1000);

        assertEquals("ps_recv 9 ps_drop 3", tap.stat().toString());
    }

    /// TP-61: the fourth packet fills the store buffer over and so shows the first three; the read
    /// frees the hold buffer, however slow the program is.
    @Test
    void showsBpfsPacketsWhenABufferIsFull() {
        Tap tap =
                buffered(
                        TapKind.BPF, new ReadBuffer(4096, 256_000, 0), 1000, new Reader(1 * MS, 0));
        offer(tap, 3, 0, 1000);
        tap.runUntil(0);
        assertEquals(0, tap.delivered());
        tap.offer(3, 1, 1000);
        tap.runUntil(1);
        assertEquals(1, tap.delivered());
        offer(tap, 6, 2, 1000);

        assertEquals(1, tap.stat().dropped());
    }

    /// TP-61: a time-out shows what is in the store buffer.
    @Test
    void showsBpfsPacketsAfterTheTimeout() {
        Tap tap = buffered(TapKind.BPF, new ReadBuffer(4096, 256_000, 0), 100, FAST);
        tap.offer(0, 1 * MS, 60);

        assertEquals(100 * MS, tap.runUntilIdle());
        assertEquals(1, tap.delivered());
    }
}
