package headgate.forwarding.nft;

/// Values from one to another, both included; unsigned numbers of 128 bits.
record Interval(long firstHigh, long firstLow, long lastHigh, long lastLow) {
    static final Interval ALL = new Interval(0, 0, -1, -1);

    static Interval of(long high, long low) {
        return new Interval(high, low, high, low);
    }

    /// @param bits of the type whose upper `length` bits are given
    static Interval prefix(long high, long low, int length, int bits) {
        int free = bits - length;
        long highMask = free >= 128 ? -1 : free > 64 ? (1L << free - 64) - 1 : 0;
        long lowMask = free >= 64 ? -1 : (1L << free) - 1;
        return new Interval(high & ~highMask, low & ~lowMask, high | highMask, low | lowMask);
    }

    boolean isSingle() {
        return firstHigh == lastHigh && firstLow == lastLow;
    }

    boolean contains(long high, long low) {
        return compare(firstHigh, firstLow, high, low) <= 0
                && compare(high, low, lastHigh, lastLow) <= 0;
    }

    /// Whether the last value is not before the first.
    boolean isOrdered() {
        return compare(firstHigh, firstLow, lastHigh, lastLow) <= 0;
    }

    static int compare(long high, long low, long otherHigh, long otherLow) {
        return high == otherHigh
                ? Long.compareUnsigned(low, otherLow)
                : Long.compareUnsigned(high, otherHigh);
    }
}
