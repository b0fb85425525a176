package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SctpChunksViewTest {
    private final SctpChunksView chunks = new SctpChunksView();

    private void place(String annotated) {
        var bytes = Hex.segment(annotated);
        chunks.wrap(bytes, 0, bytes.byteSize());
    }

    @Test
    void goesFromChunkToChunkOverThePadding() {
        place(
                """
                03 00 00 10  00 00 00 01  00 01 00 00  00 00 00 00  # SACK, 16 bytes
                00 03 00 11  00 00 00 01  00 00 00 00  00 00 00 00  61 00 00 00  # DATA, 17 bytes
                """);
        assertTrue(chunks.next());
        assertEquals(3, chunks.type());
        assertEquals(16, chunks.length());
        assertEquals(0, chunks.offset());
        assertTrue(chunks.next());
        assertEquals(SctpChunksView.DATA, chunks.type());
        assertEquals(17, chunks.length());
        assertEquals(16, chunks.offset());
        assertFalse(chunks.next());
    }

    @Test
    void stopsBehindAChunkThatIsShorterThanItsHeader() {
        place("04 00 00 03  04 00 00 04");
        assertTrue(chunks.next());
        assertEquals(3, chunks.length());
        assertFalse(chunks.next());
        assertFalse(chunks.next());
    }

    @Test
    void stopsAtAHeaderThatIsCut() {
        place("0b 00 00 04  0a 00 00");
        assertTrue(chunks.next());
        assertFalse(chunks.next());
    }

    @Test
    void endsInRandomBytes() {
        var random = new Random(11);
        for (int i = 0; i < 5_000; i++) {
            var bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            chunks.wrap(Hex.segment(bytes), 0, bytes.length);
            int steps = 0;
            while (chunks.next()) {
                assertTrue(chunks.type() >= 0 && chunks.length() >= 0);
                steps++;
            }
            assertTrue(steps <= bytes.length / SctpChunksView.HEADER_LENGTH);
        }
    }
}
