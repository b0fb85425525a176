package headgate.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SipHashTest {
    /// The vectors of the paper's reference implementation: key 00 01 … 0f, message 00 01 ….
    private static final long KEY0 = 0x0706050403020100L;

    private static final long KEY1 = 0x0f0e0d0c0b0a0908L;

    @Test
    void hashesTheEmptyMessageAsPublished() {
        assertEquals(0x726fdb47dd0e0e31L, new SipHash().start(KEY0, KEY1).finish());
    }

    @Test
    void hashesEightBytesAsPublished() {
        assertEquals(
                0x93f5f5799a932462L,
                new SipHash().start(KEY0, KEY1).add(0x0706050403020100L).finish());
    }

    @Test
    void startsAnewForEachMessage() {
        var hash = new SipHash();
        hash.start(1, 2).add(3).finish();
        assertEquals(0x726fdb47dd0e0e31L, hash.start(KEY0, KEY1).finish());
    }
}
