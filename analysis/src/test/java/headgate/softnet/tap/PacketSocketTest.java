package headgate.softnet.tap;

import static headgate.softnet.tap.Taps.US;
import static headgate.softnet.tap.Taps.offer;
import static headgate.softnet.tap.Taps.socket;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.softnet.tap.TapSettings.Reader;
import headgate.softnet.tap.TapSettings.SocketBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketSocketTest {
    private static final Reader NOBODY = new Reader(0, Reader.MAX);

    /// TP-10: SO_RCVBUF 0 gives 2304 bytes; 832 + 832 + 832 goes beyond, but 1664 was below.
    @Test
    void admitsAPacketWhileItIsBelowTheBufferWhateverThePacketsSize() {
        Tap tap = socket(0, NOBODY);
        offer(tap, 5, 0, 60);

        assertEquals(3, tap.stat().accepted());
        assertEquals(2, tap.stat().dropped());
        assertEquals(3 * 832, tap.stat().rmemAlloc());
    }

    /// TP-10: 2304 are full with one packet of 2304.
    @Test
    void isFullAtTheBufferNotOverIt() {
        Tap tap = socket(0, NOBODY);

        assertTrue(tap.offer(0, 0, 1514));
        assertFalse(tap.offer(1, 0, 60));
    }

    /// TP-11.
    @ParameterizedTest
    @CsvSource({
        "-1, 832",
        "0, 832",
        "240, 832",
        "241, 1280",
        "688, 1280",
        "689, 2304",
        "1712, 2304",
        "1713, 4352",
        "3760, 4352",
        "3761, 8448",
        "4079, 8448",
        "4080, 4928",
        "4097, 4928",
        "6000, 9024",
        "9000, 13120"
    })
    void chargesWhatTheAllocatorGave(int lengthBytes, int truesize) {
        assertEquals(truesize, PacketSocket.truesize(lengthBytes));
    }

    /// TP-11: a driver that gives each frame a buffer of one size.
    @Test
    void chargesTheSizeThatIsSet() {
        Tap tap = Tap.of(Taps.settings(TapKind.RCVBUF, 68, new SocketBuffer(5_000, 2_304), NOBODY));
        offer(tap, 9, 0, 60);

        assertEquals(5, tap.stat().accepted());
        assertEquals(5 * 2304, tap.stat().rmemAlloc());
    }

    /// TP-2, TP-10: three find room at 0; the reader takes one at 0, 10 and 20 µs, and each makes
    /// room.
    @Test
    void hasRoomAgainWhenTheReaderBeginsWithAPacket() {
        Tap tap = socket(0, 10 * US);
        offer(tap, 3, 0, 60);
        tap.runUntil(0);
        assertTrue(tap.offer(3, 1 * US, 60));
        assertFalse(tap.offer(4, 2 * US, 60));
        assertTrue(tap.offer(5, 10 * US, 60));
        assertFalse(tap.offer(6, 10 * US, 60));
        assertTrue(tap.offer(7, 25 * US, 60));

        // The sixth begins at 50 µs and takes 10; then the reader finds nothing.
        assertEquals(60 * US, tap.runUntilIdle());
        assertEquals(0, tap.stat().rmemAlloc());
        assertEquals(6, tap.delivered());
        assertEquals("tp_packets 8 tp_drops 2", tap.stat().toString());
    }

    /// TP-2: asleep at 0, awake at 7 µs; what came meanwhile needs no further wake-up.
    @Test
    void wakesASleepingReaderOnce() {
        Tap tap = socket(100_000, new Reader(5 * US, 7 * US));
        tap.offer(0, 0, 60);
        tap.offer(1, 6 * US, 60);
        tap.runUntil(6 * US);
        assertEquals(0, tap.delivered());
        tap.runUntil(12 * US);
        assertEquals(2, tap.delivered());
        assertEquals(17 * US, tap.runUntilIdle());
        tap.offer(2, 20 * US, 60);

        assertEquals(32 * US, tap.runUntilIdle());
        assertEquals(7 * US, tap.waits().histogram().getMaxValue(), 100);
    }
}
