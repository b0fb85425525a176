package headgate.flow;

/// Mixing for the flow table: the same for both directions, since the two ends are added. Only the
/// low 32 bits of the result matter. The steps are those of the 64-bit finaliser of MurmurHash3.
final class FlowHashing {
    private static final long FIRST_FACTOR = 0xff51afd7ed558ccdL;
    private static final long SECOND_FACTOR = 0xc4ceb9fe1a85ec53L;

    private FlowHashing() {}

    static long endpoint(long addressHigh, long addressLow, int port, long seed) {
        long hash = (addressLow ^ seed) + ((long) port << 40) + Long.rotateLeft(addressHigh, 23);
        hash = (hash ^ hash >>> 33) * FIRST_FACTOR;
        // High and low are mixed apart: bits of one must not be able to cancel those of the other.
        hash = (hash ^ hash >>> 33 ^ addressHigh) * SECOND_FACTOR;
        return hash ^ hash >>> 29;
    }

    static int finish(long hash) {
        hash = (hash ^ hash >>> 33) * FIRST_FACTOR;
        return (int) (hash >>> 32);
    }
}
