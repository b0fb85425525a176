package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// What [FrameDecoder] makes of whole frames; the single headers are in the tests of their views.
class FrameDecoderTest {
    private static final String ETHERNET =
            """
            02 00 00 00 00 02  02 00 00 00 00 01   # destination, source
            """;

    private static final String DNS_QUERY_START =
            """
            45 00 00 20  12 34 40 00  40 11 00 00  # total length 32, DF, TTL 64, UDP
            0a 00 00 01  0a 00 00 02
            c3 50 00 35  00 0c ab cd               # 50000 > 53, length 12, checksum
            de ad be ef                            # payload
            """;

    @Test
    void readsEthernetIpv4AndUdp() {
        var frame = Hex.frame(LinkType.ETHERNET, ETHERNET + "08 00\n" + DNS_QUERY_START);
        assertEquals(Check.OK, frame.check);
        assertNull(frame.error());
        assertEquals(3, frame.layerCount);
        assertEquals(Layer.ETHERNET, frame.layer(0));
        assertEquals(Layer.IPV4, frame.layer(1));
        assertEquals(Layer.UDP, frame.layer(2));
        assertEquals(0x020000000002L, frame.destinationMac);
        assertEquals(0x020000000001L, frame.sourceMac);
        assertEquals(0x0a000001L, frame.sourceLow);
        assertEquals(0x0a000002L, frame.destinationLow);
        assertTrue(frame.dontFragment);
        assertFalse(frame.isFragment());
        assertEquals(64, frame.timeToLive);
        assertEquals(50000, frame.sourcePort);
        assertEquals(53, frame.destinationPort);
        assertEquals(12, frame.udpLength);
        assertEquals(0xabcd, frame.transportChecksum);
        assertEquals(42, frame.payloadOffset);
        assertEquals(4, frame.payloadLength);
    }

    @Test
    void leavesEthernetPaddingOutOfThePayload() {
        var padding = "00 ".repeat(14);
        var frame = Hex.frame(LinkType.ETHERNET, ETHERNET + "08 00\n" + DNS_QUERY_START + padding);
        assertEquals(Check.OK, frame.check);
        assertEquals(4, frame.payloadLength);
        assertEquals(4, frame.payloadCaptured);
    }
}
