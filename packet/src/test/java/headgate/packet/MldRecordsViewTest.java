package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MldRecordsViewTest {
    private final MldRecordsView records = new MldRecordsView();

    @Test
    void goesFromRecordToRecordOverTheSources() {
        var bytes =
                Hex.segment(
                        """
                        06 00 00 01                              # block one source
                        ff 02 00 00 00 00 00 00  00 00 00 00 00 00 00 fb
                        20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
                        04 00 00 00                              # change to exclude none
                        ff 02 00 00 00 00 00 00  00 00 00 01 ff 00 00 05
                        """);
        records.wrap(bytes, 0, bytes.byteSize());
        assertTrue(records.next());
        assertEquals(6, records.recordType());
        assertEquals(0xfb, records.multicastAddressLow());
        assertTrue(records.next());
        assertEquals(4, records.recordType());
        assertEquals(0xff02_0000_0000_0000L, records.multicastAddressHigh());
        assertEquals(0x1_ff00_0005L, records.multicastAddressLow());
        assertFalse(records.next());
    }

    @Test
    void endsInRandomBytes() {
        var random = new Random(13);
        for (int i = 0; i < 5_000; i++) {
            var bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            records.wrap(Hex.segment(bytes), 0, bytes.length);
            int steps = 0;
            while (records.next()) {
                assertTrue(records.recordType() >= 0);
                records.multicastAddressHigh();
                records.multicastAddressLow();
                steps++;
            }
            assertTrue(steps <= bytes.length / 20);
        }
    }
}
