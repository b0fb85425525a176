package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class QuicCryptoStreamTest {
    private final QuicCryptoStream stream = new QuicCryptoStream();

    @Test
    void putsFramesInTheirPlaces() {
        stream.add(Said.hex("06 03 02 0405  06 05 01 06")); // CRYPTO at 3 and at 5
        assertEquals(0, stream.length());
        stream.add(Said.hex("06 00 03 010203"));
        assertBytes("010203040506");
    }

    @Test
    void takesOverlappingFrames() {
        stream.add(Said.hex("06 00 04 01020304  06 02 03 030405"));
        assertBytes("0102030405");
    }

    @Test
    void passesOverPaddingPingAndAcknowledgements() {
        stream.add(
                Said.hex(
                        """
                        00 00 01               # PADDING, PADDING, PING
                        02 4064 00 01 02 00 03 # ACK of 100, no delay, one range after the first
                        03 05 00 00 01 06 07 08  # ACK with ECN counts
                        06 00 01 2a            # CRYPTO
                        """));
        assertBytes("2a");
    }

    @Test
    void passesOverTheAcknowledgmentsOfGooglesVersions() {
        stream.add(
                Said.hex(
                        """
                        40 01 0000 01 00       # ACK of 1, no delay, one block, no time stamps
                        08 00 01 2a            # CRYPTO
                        55 0102 0000 02 0003   # ACK of 258, two more blocks, the first of 3
                          01 0004  02 0005     # gaps and lengths
                          02 01 00000001  02 0003   # two time stamps
                        08 01 01 2b
                        """));
        assertBytes("2a2b");
    }

    @Test
    void endsAtAFrameThatMayNotBeInAnInitialPacket() {
        stream.add(Said.hex("06 00 01 2a  08 06 01 01 2b")); // STREAM
        assertBytes("2a");
    }

    @Test
    void keepsNothingOfAFrameThatPromisesTooMuch() {
        stream.add(Said.hex("06 00 05 01020304"));
        assertEquals(0, stream.length());
    }

    @Test
    void keepsNothingBeyondItsGreatestLength() {
        stream.add(Said.hex("06 5fff 01 aa  06 6000 01 bb  06 ffffffffffffffff 01 cc"));
        for (int at = 0; at < QuicCryptoStream.MAX_LENGTH - 1; at++) {
            stream.add(Said.hex("06 %04x 01 11".formatted(0x4000 | at)));
        }
        assertEquals(QuicCryptoStream.MAX_LENGTH, stream.length());
    }

    private void assertBytes(String hex) {
        assertArrayEquals(
                Said.hex(hex),
                stream.bytes().asSlice(0, stream.length()).toArray(ValueLayout.JAVA_BYTE));
    }
}
