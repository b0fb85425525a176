package headgate.packet.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimestampResolutionTest {
    private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000);

    @Test
    void readsPowersOfTen() {
        assertEquals(7_000_000_000L, nanos(0, 7));
        assertEquals(7_000_000L, nanos(3, 7));
        assertEquals(7_000L, nanos(6, 7));
        assertEquals(7L, nanos(9, 7));
        assertEquals(7L, nanos(12, 7_999));
        assertEquals(0L, nanos(127, -1));
    }

    @Test
    void readsPowersOfTwo() {
        assertEquals(7_000_000_000L, nanos(0x80, 7));
        assertEquals(1_500_000_000L, nanos(0x80 | 10, 1536));
        assertEquals(1_500_000_000L, nanos(0x80 | 32, 0x1_8000_0000L));
        assertEquals(999_999_999L, nanos(0x80 | 64, -1));
        assertEquals(0L, nanos(0xff, -1));
    }

    @Test
    void addsTheOffset() {
        assertEquals(
                1_700_000_000_000_000_007L, new TimestampResolution(9, 1_700_000_000).nanos(7));
        assertEquals(-1_000_000_000L, new TimestampResolution(9, -1).nanos(0));
    }

    @Test
    void agreesWithUnboundedArithmetic() {
        var random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            int tsresol = random.nextInt(256);
            long units = random.nextLong() >>> random.nextInt(64);
            long offset = random.nextInt(4) == 0 ? random.nextLong() >> random.nextInt(64) : 0;
            assertEquals(
                    exact(tsresol, units, offset),
                    new TimestampResolution(tsresol, offset).nanos(units),
                    () -> "tsresol %#x, %d units, offset %d".formatted(tsresol, units, offset));
        }
    }

    /// The units and the offset each saturate, and so does their sum.
    private static long exact(int tsresol, long units, long offset) {
        int exponent = tsresol & 0x7f;
        BigInteger base = BigInteger.valueOf((tsresol & 0x80) != 0 ? 2 : 10);
        BigInteger nanos =
                new BigInteger(Long.toUnsignedString(units))
                        .multiply(NANOS_PER_SECOND)
                        .divide(base.pow(exponent));
        BigInteger offsetNanos = BigInteger.valueOf(offset).multiply(NANOS_PER_SECOND);
        return saturated(saturated(nanos).add(saturated(offsetNanos))).longValueExact();
    }

    private static BigInteger saturated(BigInteger value) {
        return value.max(BigInteger.valueOf(Long.MIN_VALUE))
                .min(BigInteger.valueOf(Long.MAX_VALUE));
    }

    private static long nanos(int tsresol, long units) {
        return new TimestampResolution(tsresol, 0).nanos(units);
    }
}
