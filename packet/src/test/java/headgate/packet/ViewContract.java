package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every view promises: placed on a whole header it says OK, on fewer bytes TRUNCATED, and it
/// never reads at or after the limit, whatever the bytes are.
abstract class ViewContract {
    /// Places the view under test.
    interface Wrap {
        Check at(MemorySegment bytes, long offset, long limit);
    }

    /// One whole header, annotated, and nothing after it.
    abstract String header();

    abstract Wrap view();

    /// Calls every accessor, so that one that reads too far fails.
    abstract void readAll();

    @Test
    void acceptsAWholeHeader() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view().at(bytes, 0, bytes.byteSize()));
        readAll();
    }

    @Test
    void acceptsAHeaderAnywhereInTheBytes() {
        byte[] header = Hex.bytes(header());
        byte[] shifted = new byte[header.length + 13];
        System.arraycopy(header, 0, shifted, 13, header.length);
        assertEquals(Check.OK, view().at(Hex.segment(shifted), 13, shifted.length));
        readAll();
    }

    @Test
    void findsEveryShorterHeaderTruncated() {
        byte[] header = Hex.bytes(header());
        for (int length = 0; length < header.length; length++) {
            var cut = Hex.segment(Arrays.copyOf(header, length));
            assertEquals(Check.TRUNCATED, view().at(cut, 0, length), "of length " + length);
        }
    }

    @Test
    void takesTheLimitForTheEndOfTheBytes() {
        var bytes = Hex.segment(header());
        assertEquals(Check.TRUNCATED, view().at(bytes, 0, bytes.byteSize() - 1));
    }

    @Test
    void neverReadsTooFarInRandomBytes() {
        var random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            var bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            if (random.nextBoolean() && bytes.length > 0) {
                bytes[0] = Hex.bytes(header())[0];
            }
            if (view().at(Hex.segment(bytes), 0, bytes.length) == Check.OK) {
                readAll();
                accepted++;
            }
        }
        assertNotEquals(0, accepted);
    }
}
