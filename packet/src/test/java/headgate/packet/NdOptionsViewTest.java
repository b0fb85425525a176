package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NdOptionsViewTest {
    private static final String OPTIONS =
            """
            01 01  02 00 00 00 00 01             # source link-layer address
            03 04 40 c0  00 00 0e 10  00 00 0e 10  00 00 00 00  # prefix of 64 bits
            20 01 0d b8 00 00 00 01  00 00 00 00 00 00 00 00
            05 01 00 00  00 00 05 dc             # MTU 1500
            """;

    private final NdOptionsView options = new NdOptionsView();

    @Test
    void readsAddressPrefixAndMtu() {
        var bytes = Hex.segment(OPTIONS);
        options.wrap(bytes, 0, bytes.byteSize());
        assertTrue(options.next());
        assertTrue(options.isLinkLayerAddress());
        assertEquals(0x0200_0000_0001L, options.linkLayerAddress());
        assertTrue(options.next());
        assertTrue(options.isPrefix());
        assertEquals(64, options.prefixLength());
        assertEquals(0x2001_0db8_0000_0001L, options.prefixHigh());
        assertEquals(0, options.prefixLow());
        assertTrue(options.next());
        assertTrue(options.isMtu());
        assertEquals(1500, options.mtu());
        assertFalse(options.next());
    }

    @Test
    void knowsWhereTheOptionsOfAMessageStart() {
        assertEquals(8, NdOptionsView.offset(133));
        assertEquals(16, NdOptionsView.offset(134));
        assertEquals(24, NdOptionsView.offset(136));
        assertEquals(40, NdOptionsView.offset(137));
        assertEquals(-1, NdOptionsView.offset(128));
    }

    @Test
    void stopsAtAnOptionOfNoLength() {
        var bytes = Hex.segment("05 00 00 00  00 00 05 dc");
        options.wrap(bytes, 0, bytes.byteSize());
        assertFalse(options.next());
    }

    @Test
    void takesAnAddressOfAnotherLengthForNoMac() {
        var bytes = Hex.segment("02 02 00 00  00 00 00 00  00 00 00 00  00 00 00 00");
        options.wrap(bytes, 0, bytes.byteSize());
        assertTrue(options.next());
        assertFalse(options.isLinkLayerAddress());
        assertEquals(16, options.length());
    }

    @Test
    void readsNothingOfAnOptionThatIsCut() {
        byte[] whole = Hex.bytes(OPTIONS);
        for (int length = 0; length < whole.length; length++) {
            options.wrap(Hex.segment(Arrays.copyOf(whole, length)), 0, length);
            int read = 0;
            while (options.next()) {
                read += options.length();
            }
            assertTrue(read <= length && read % 8 == 0);
        }
    }

    @Test
    void endsInRandomBytes() {
        var random = new Random(12);
        for (int i = 0; i < 5_000; i++) {
            var bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            options.wrap(Hex.segment(bytes), 0, bytes.length);
            int read = 0;
            while (options.next()) {
                read += options.length();
            }
            assertTrue(read <= bytes.length);
        }
    }
}
