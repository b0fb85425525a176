package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DuplicateWindowTest {
    private static final long MILLI = 1_000_000;
    private static final String ADDRESSES = "02 00 00 00 00 02  02 00 00 00 00 01 ";
    private static final String REQUEST = "08 00  45 00 00 54" + " 11".repeat(80);

    private final DuplicateWindow window = new DuplicateWindow(5);
    private final Frame frame = new Frame();

    @Test
    void findsTheCopyOfAFrame() {
        assertFalse(seen(0, ADDRESSES + REQUEST));
        assertTrue(seen(1, ADDRESSES + REQUEST));
        assertTrue(seen(2, ADDRESSES + REQUEST));
    }

    @Test
    void findsTheCopyWithoutItsTagOrWithAnother() {
        assertFalse(seen(0, ADDRESSES + "81 00 00 0a  " + REQUEST)); // VLAN 10
        assertTrue(seen(0, ADDRESSES + REQUEST));
        assertTrue(seen(0, ADDRESSES + "81 00 00 14  " + REQUEST)); // VLAN 20
        assertTrue(seen(0, ADDRESSES + "88 a8 00 64  81 00 00 0a  " + REQUEST)); // 10 in 100
    }

    @Test
    void keepsWhatCameBeforeTheWindowOfTheFirst() {
        assertFalse(seen(0, ADDRESSES + REQUEST));
        assertTrue(seen(5, ADDRESSES + REQUEST));
        assertFalse(seen(6, ADDRESSES + REQUEST));
        assertTrue(seen(11, ADDRESSES + REQUEST));
    }

    @Test
    void findsTheCopyThatAnotherInterfaceSawALittleEarlier() {
        assertFalse(seen(3, ADDRESSES + REQUEST));
        assertTrue(seen(1, ADDRESSES + REQUEST));
    }

    @Test
    void keepsTheRoutedCopy() {
        assertFalse(seen(0, ADDRESSES + REQUEST));
        assertFalse(seen(0, "02 00 00 00 00 04  02 00 00 00 00 03 " + REQUEST));
        assertFalse(seen(0, ADDRESSES + REQUEST.replaceFirst("11", "10")));
    }

    @Test
    void takesPaddingForNothing() {
        String arp = "08 06  00 01 08 00 06 04 00 01" + " 0a".repeat(20);
        assertFalse(seen(0, ADDRESSES + "81 00 00 0a  " + arp + " 00".repeat(14)));
        assertTrue(seen(0, ADDRESSES + arp)); // as its sender's own capture has it
        assertTrue(seen(0, ADDRESSES + arp + " 00".repeat(18)));
        assertFalse(seen(0, ADDRESSES + arp + " 01".repeat(18)));
    }

    @Test
    void zerosOfALongFrameAreNoPadding() {
        assertFalse(seen(0, ADDRESSES + REQUEST + " 00 00"));
        assertFalse(seen(0, ADDRESSES + REQUEST));
    }

    @Test
    void comparesCutFramesAsFarAsBothWereCaptured() {
        byte[] whole = hex(ADDRESSES + REQUEST);
        byte[] tagged = hex(ADDRESSES + "81 00 00 0a  " + REQUEST);
        place(0, Arrays.copyOf(whole, 68), whole.length);
        assertFalse(window.isDuplicate(frame));
        place(0, Arrays.copyOf(tagged, 68), tagged.length);
        assertTrue(window.isDuplicate(frame));
        place(0, Arrays.copyOf(whole, 68), whole.length + 1);
        assertFalse(window.isDuplicate(frame));
    }

    @Test
    void keepsFramesThatDifferInOneBitAnywhere() {
        byte[] bytes = hex(ADDRESSES + REQUEST);
        place(0, bytes, bytes.length);
        assertFalse(window.isDuplicate(frame));
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] other = bytes.clone();
            other[bit / 8] ^= (byte) (1 << bit % 8);
            place(0, other, other.length);
            assertFalse(window.isDuplicate(frame), "bit " + bit);
        }
    }

    @Test
    void looksForNoTagsWhereThereAreNoEthernetAddresses() {
        byte[] raw = hex("45 00 00 1c  00 01 00 00  40 11 00 00  81 00 00 01  0a 00 00 01");
        frame.linkType = LinkType.RAW;
        place(0, raw, raw.length);
        assertFalse(window.isDuplicate(frame));
        raw[15] = 2;
        assertFalse(window.isDuplicate(frame));
        assertTrue(window.isDuplicate(frame));
    }

    @Test
    void takesFramesOfAnyLength() {
        byte[] bytes = hex(ADDRESSES + "81 00 00 0a  88 a8 00 0b  81 00 00 0c  " + REQUEST);
        for (int captured = 0; captured <= bytes.length; captured++) {
            long time = captured * 100L;
            place(time, Arrays.copyOf(bytes, captured), bytes.length);
            assertFalse(window.isDuplicate(frame), captured + " bytes");
            place(time, Arrays.copyOf(bytes, captured), captured);
            window.isDuplicate(frame);
        }
    }

    @Test
    void countsWhatItHadToForget() {
        var random = new Random(3);
        byte[] bytes = new byte[60];
        for (int i = 0; i < 200_000; i++) {
            random.nextBytes(bytes);
            place(0, bytes, bytes.length);
            assertFalse(window.isDuplicate(frame));
        }
        assertTrue(window.forgotten() >= 200_000 - (1 << 16), "" + window.forgotten());
        var spread = new DuplicateWindow(5);
        for (int i = 0; i < 200_000; i++) {
            random.nextBytes(bytes);
            place(i / 4_000 * 10L, bytes, bytes.length); // 4,000 in a window
            assertFalse(spread.isDuplicate(frame));
        }
        assertEquals(0, spread.forgotten());
    }

    @Test
    void refusesAWindowOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> new DuplicateWindow(0));
        assertThrows(IllegalArgumentException.class, () -> new DuplicateWindow(1001));
    }

    private boolean seen(long millis, String hex) {
        byte[] bytes = hex(hex);
        place(millis, bytes, bytes.length);
        return window.isDuplicate(frame);
    }

    private void place(long millis, byte[] bytes, int lengthOnWire) {
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = bytes.length;
        frame.lengthOnWire = lengthOnWire;
        frame.arrivalNanos = millis * MILLI;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
}
