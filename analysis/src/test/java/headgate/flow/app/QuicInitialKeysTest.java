package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import headgate.packet.Check;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The worked examples of RFC 9001 appendix A and RFC 9369 appendix A.
class QuicInitialKeysTest {
    private static final byte[] CONNECTION_ID = Said.hex("8394c8f03e515708");

    @Test
    void derivesTheKeysOfVersion1() {
        assertKeys(
                QuicInitialKeys.client(QuicVersion.V1, CONNECTION_ID),
                "1f369613dd76d5467730efcbe3b1a22d",
                "fa044b2f42a3fd3b46fb255c",
                "9f50449e04a0e810283a1e9933adedd2");
        assertKeys(
                QuicInitialKeys.server(QuicVersion.V1, CONNECTION_ID),
                "cf3a5331653c364c88f0f379b6067e37",
                "0ac1493ca1905853b0bba03e",
                "c206b8d9b9f0f37644430b490eeaa314");
    }

    @Test
    void derivesTheKeysOfVersion2() {
        assertKeys(
                QuicInitialKeys.client(QuicVersion.V2, CONNECTION_ID),
                "8b1a0bc121284290a29e0971b5cd045d",
                "91f73e2351d8fa91660e909f",
                "45b95e15235d6f45a6b19cbcb0294ba9");
        assertKeys(
                QuicInitialKeys.server(QuicVersion.V2, CONNECTION_ID),
                "82db637861d55e1d011f19ea71d5d2a7",
                "dd13c276499c0249d3310652",
                "edf6d05c83121201b436e16877593c3a");
    }

    @Test
    void derivesTheKeysOfDraft29() {
        assertKeys(
                QuicInitialKeys.client(QuicVersion.DRAFT_29, CONNECTION_ID),
                "175257a31eb09dea9366d8bb79ad80ba",
                "6b26114b9cba2b63a9e8dd4f",
                "9ddd12c994c0698b89374a9c077a3077");
    }

    @Test
    void opensTheClientsInitialPacketOfVersion1() {
        assertOpens(QuicVersion.V1, QuicSamples.CLIENT_INITIAL_V1);
    }

    @Test
    void opensTheClientsInitialPacketOfVersion2() {
        assertOpens(QuicVersion.V2, QuicSamples.CLIENT_INITIAL_V2);
    }

    @Test
    void opensTheServersInitialPacket() {
        byte[] frames =
                open(
                        QuicInitialKeys.server(QuicVersion.V1, CONNECTION_ID),
                        QuicSamples.SERVER_INITIAL_V1);
        // An ACK frame, then a CRYPTO frame with the ServerHello.
        assertEquals("02000000000600405a020000560303", hex(Arrays.copyOf(frames, 15)));
    }

    @Test
    void opensNothingThatWasChanged() {
        var keys = QuicInitialKeys.client(QuicVersion.V1, CONNECTION_ID);
        byte[] packet = QuicSamples.CLIENT_INITIAL_V1.clone();
        packet[700] ^= 1;
        assertNull(open(keys, packet));
    }

    @Test
    void opensNothingWithTheOtherSidesKeys() {
        assertNull(
                open(
                        QuicInitialKeys.server(QuicVersion.V1, CONNECTION_ID),
                        QuicSamples.CLIENT_INITIAL_V1));
    }

    @Test
    void opensNothingThatIsShorterThanTheSample() {
        byte[] packet =
                Said.hex(
                        """
                        c0 00000001            # Initial, version 1
                        08 8394c8f03e515708    # destination connection id
                        00 00                  # no source connection id, no token
                        13                     # length 19: one byte too few
                        00000000 000000000000000000000000000000
                        """);
        assertNull(open(QuicInitialKeys.client(QuicVersion.V1, CONNECTION_ID), packet));
    }

    private static void assertOpens(QuicVersion version, byte[] packet) {
        byte[] frames = open(QuicInitialKeys.client(version, CONNECTION_ID), packet);
        assertNotNull(frames);
        assertEquals(1162, frames.length);
        // A CRYPTO frame at offset 0 with 241 bytes, and PADDING.
        assertEquals("060040f1010000ed0303ebf8fa56f129", hex(Arrays.copyOf(frames, 16)));
        assertArrayEquals(new byte[917], Arrays.copyOfRange(frames, 245, frames.length));
    }

    private static byte[] open(QuicInitialKeys keys, byte[] packet) {
        var view = new QuicLongHeaderView();
        var bytes = MemorySegment.ofArray(packet);
        assertEquals(Check.OK, view.wrap(bytes, 0, packet.length));
        return keys.open(bytes, view);
    }

    private static void assertKeys(
            QuicInitialKeys keys, String key, String iv, String headerProtectionKey) {
        assertEquals(key, hex(keys.key()));
        assertEquals(iv, hex(keys.iv()));
        assertEquals(headerProtectionKey, hex(keys.headerProtectionKey()));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
