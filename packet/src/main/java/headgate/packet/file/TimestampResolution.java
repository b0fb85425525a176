package headgate.packet.file;

/// What one unit of a pcapng time stamp means: options `if_tsresol` and `if_tsoffset`.
final class TimestampResolution {
    static final TimestampResolution MICROSECONDS = new TimestampResolution(6, 0);

    private static final int POWER_OF_TWO = 0x80;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /// Of the powers of ten that an unsigned 64-bit number holds; with a finer unit, no time stamp
    /// reaches one nanosecond.
    private static final int LARGEST_EXPONENT = 19;

    private final long multiplier;
    private final long divisor;
    private final int shift;
    private final long offsetNanos;

    /// @param tsresol the option's byte: units of 10^-n seconds, or 2^-n with the highest bit set
    /// @param offsetSeconds added to every time stamp
    TimestampResolution(int tsresol, long offsetSeconds) {
        int exponent = tsresol & 0x7f;
        boolean binary = (tsresol & POWER_OF_TWO) != 0;
        boolean tooFine = !binary && exponent - 9 > LARGEST_EXPONENT;
        multiplier = tooFine ? 0 : binary ? NANOS_PER_SECOND : powerOfTen(9 - exponent);
        divisor = tooFine || binary ? 1 : powerOfTen(exponent - 9);
        shift = binary ? exponent : 0;
        offsetNanos =
                offsetSeconds == 0
                        ? 0
                        : saturated(
                                Math.multiplyHigh(offsetSeconds, NANOS_PER_SECOND),
                                offsetSeconds * NANOS_PER_SECOND);
    }

    /// Nanoseconds since 1970 of a time stamp; one too large for 64 bits becomes the largest or
    /// smallest number there is.
    ///
    /// @param units unsigned
    long nanos(long units) {
        long high = Math.unsignedMultiplyHigh(units, multiplier);
        long low = units * multiplier;
        if (shift >= Long.SIZE) {
            low = high >>> (shift - Long.SIZE);
            high = 0;
        } else if (shift > 0) {
            low = high << (Long.SIZE - shift) | low >>> shift;
            high >>>= shift;
        }
        long nanos = high != 0 ? Long.MAX_VALUE : atMostLargest(divide(low));
        return offsetNanos == 0 ? nanos : saturatedSum(nanos, offsetNanos);
    }

    private long divide(long low) {
        return divisor == 1 ? low : Long.divideUnsigned(low, divisor);
    }

    private static long atMostLargest(long unsigned) {
        return unsigned < 0 ? Long.MAX_VALUE : unsigned;
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        boolean overflow = ((a ^ sum) & (b ^ sum)) < 0;
        return overflow ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    private static long saturated(long high, long low) {
        boolean fits = high == low >> (Long.SIZE - 1);
        return fits ? low : high < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /// 1 for a negative exponent.
    private static long powerOfTen(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }
}
