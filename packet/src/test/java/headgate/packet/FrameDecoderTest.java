package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
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
        assertEquals(0x020000000002L, frame.destinationMac());
        assertEquals(0x020000000001L, frame.sourceMac());
        assertEquals(0x0a000001L, frame.sourceLow);
        assertEquals(0x0a000002L, frame.destinationLow);
        assertTrue(frame.dontFragment());
        assertFalse(frame.isFragment());
        assertEquals(64, frame.timeToLive());
        assertEquals(50000, frame.sourcePort);
        assertEquals(53, frame.destinationPort);
        assertEquals(12, frame.udpLength());
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

    @Test
    void readsTheOptionsOfASynBehindAVlanTag() {
        var frame = SamplePackets.SYN_WITH_OPTIONS.decoded();
        assertEquals(1, frame.vlanCount);
        assertEquals(0x8100602a, frame.vlanTags[0]);
        assertEquals(EtherType.IPV4, frame.etherType);
        assertEquals(TcpView.SYN, frame.tcpFlags());
        assertEquals(40, frame.tcpHeaderLength());
        assertEquals(64240, frame.window());
        assertEquals(1460, frame.maximumSegmentSize());
        assertEquals(7, frame.windowScale());
        assertTrue(frame.sackPermitted());
        assertTrue(frame.hasTimestamps());
        assertEquals(7, frame.timestampValue());
        assertEquals(0, frame.payloadLength);
    }

    @Test
    void readsAlignedTimestampsWithoutTheLoop() {
        var frame = SamplePackets.SEGMENT_WITH_TIMESTAMPS.decoded();
        assertTrue(frame.hasTimestamps());
        assertEquals(9, frame.timestampValue());
        assertEquals(7, frame.timestampEchoReply());
        assertEquals(-1, frame.maximumSegmentSize());
        assertEquals(2, frame.payloadLength);
    }

    @Test
    void readsArpBehindTwoTags() {
        var frame = SamplePackets.DOUBLE_TAGGED.decoded();
        assertEquals(2, frame.vlanCount);
        assertEquals(0x88a80064, frame.vlanTags[0]);
        assertEquals(0x810000c8, frame.vlanTags[1]);
        assertEquals(EtherType.ARP, frame.etherType);
        assertEquals(1, frame.arpOperation());
        assertEquals(0x0a000001, frame.arpSenderAddress());
        assertEquals(0x0a000002, frame.arpTargetAddress());
        assertEquals(0, frame.ipVersion);
    }

    @Test
    void takesAFifthTagForPayload() {
        var frame = Hex.frame(LinkType.ETHERNET, ETHERNET + "81 00" + "00 01 81 00".repeat(9));
        assertEquals(Check.TOO_DEEP, frame.check);
        assertEquals(Frame.MAX_VLAN_TAGS, frame.vlanCount);
        assertEquals(EtherType.VLAN, frame.etherType);
        assertEquals(14 + 4 * Frame.MAX_VLAN_TAGS, frame.payloadOffset);
    }

    @Test
    void passesIpv6ExtensionHeaders() {
        var frame = SamplePackets.IPV6_WITH_EXTENSIONS.decoded();
        assertEquals(7, frame.layerCount);
        assertEquals(Layer.IPV6_HOP_BY_HOP, frame.layer(2));
        assertEquals(Layer.IPV6_ROUTING, frame.layer(3));
        assertEquals(Layer.IPV6_DESTINATION, frame.layer(4));
        assertEquals(Layer.IPV6_FRAGMENT, frame.layer(5));
        assertEquals(0, frame.nextHeader());
        assertEquals(IpProtocol.UDP, frame.protocol);
        assertEquals(72, frame.networkHeaderLength);
        assertEquals(0xcafebabe, frame.identification());
        assertFalse(frame.isFragment());
        assertEquals(53, frame.sourcePort);
        assertEquals(8, frame.payloadLength);
    }

    @Test
    void looksForNoTransportHeaderInALaterFragment() {
        var frame = SamplePackets.IPV6_LAST_FRAGMENT.decoded();
        assertTrue(frame.isFragment());
        assertEquals(1448, frame.fragmentOffset());
        assertEquals(IpProtocol.UDP, frame.protocol);
        assertEquals(-1, frame.sourcePort);
        assertEquals(-1, frame.transportOffset);
        assertEquals(4, frame.payloadLength);
    }

    @Test
    void readsTheTransportHeaderOfAFirstFragment() {
        var frame = SamplePackets.IPV4_FIRST_FRAGMENT.decoded();
        assertTrue(frame.isFragment());
        assertEquals(1, frame.sourcePort);
        assertEquals(4000, frame.udpLength());
        assertEquals(8, frame.payloadLength);
    }

    @Test
    void leavesFramesOfOtherLinkTypesOpaque() {
        var frame = SamplePackets.UNKNOWN_LINK_TYPE.decoded();
        assertEquals(0, frame.layerCount);
        assertEquals(0, frame.payloadOffset);
        assertEquals(8, frame.payloadLength);
    }

    @Test
    void recognisesTheSpanningTreeBehindLlc() {
        var frame = SamplePackets.SPANNING_TREE.decoded();
        assertEquals(Layer.LLC, frame.layer(1));
        assertEquals(Layer.STP, frame.layer(2));
        assertEquals(-1, frame.etherType);
        assertEquals(4, frame.payloadLength);
    }

    @Test
    void takesAllThatIsThereWhereOffloadLeftTheTotalLengthZero() {
        var frame = Hex.frame(LinkType.RAW, DNS_QUERY_START.replace("45 00 00 20", "45 00 00 00"));
        assertEquals(Check.OK, frame.check);
        assertEquals(0, frame.networkLength());
        assertEquals(4, frame.payloadLength);
    }

    @Test
    void notesATotalLengthThatPromisesTooMuchAndReadsOn() {
        var frame = Hex.frame(LinkType.RAW, DNS_QUERY_START.replace("45 00 00 20", "45 00 00 40"));
        assertEquals(
                new DecodeError(
                        Check.BAD_LENGTH, Layer.IPV4, 0, 64, 32, DecodeError.Limit.FRAME_LENGTH),
                frame.error());
        assertEquals(50000, frame.sourcePort);
        assertEquals(4, frame.payloadLength);
    }

    @Test
    void blamesTheTotalLengthForATransportHeaderThatDoesNotFit() {
        var frame = Hex.frame(LinkType.RAW, DNS_QUERY_START.replace("45 00 00 20", "45 00 00 18"));
        assertEquals(
                "TRUNCATED: UDP at byte 20 needs 8 bytes, IPV4_TOTAL_LENGTH leaves 4",
                frame.error().toString());
        assertEquals(IpProtocol.UDP, frame.protocol);
        assertEquals(-1, frame.sourcePort);
    }

    @Test
    void blamesTheCaptureLengthForOptionsThatWereCut() {
        byte[] syn = Hex.bytes(SamplePackets.SYN_WITH_OPTIONS.annotated);
        var frame = Hex.frame(LinkType.ETHERNET, Arrays.copyOf(syn, 60), 60, syn.length);
        assertEquals(
                "TRUNCATED: TCP at byte 38 needs 40 bytes, CAPTURE_LENGTH leaves 22",
                frame.error().toString());
        assertEquals(54321, frame.sourcePort);
        assertEquals(TcpView.SYN, frame.tcpFlags());
        assertEquals(-1, frame.maximumSegmentSize());
    }

    @Test
    void takesNoOptionThatWasCutForPayload() {
        var whole = SamplePackets.SEGMENT_WITH_TIMESTAMPS.decoded();
        byte[] bytes = SamplePackets.SEGMENT_WITH_TIMESTAMPS.bytes();
        int captured = whole.payloadOffset - 4;
        var frame =
                Hex.frame(whole.linkType, Arrays.copyOf(bytes, captured), captured, bytes.length);
        assertEquals(captured, frame.payloadOffset);
        assertEquals(0, frame.payloadCaptured);
        assertEquals(whole.payloadLength, frame.payloadLength);
        assertNotEquals(0, frame.payloadLength);
    }

    /// The data offset leads beyond the packet.
    @Test
    void endsThePayloadWhereThePacketDoesWhoseTcpHeaderDoesNotFit() {
        var frame =
                Hex.frame(
                        LinkType.RAW,
                        """
                        45 00 00 28  00 01 00 00  40 06 00 00  0a 00 00 01  0a 00 00 02
                        9c 40 00 50  00 00 00 01  00 00 00 02  80 10 04 00  00 00 00 00
                        """);
        assertEquals(
                "TRUNCATED: TCP at byte 20 needs 32 bytes, IPV4_TOTAL_LENGTH leaves 20",
                frame.error().toString());
        assertEquals(40, frame.payloadOffset);
        assertEquals(0, frame.payloadLength);
    }

    @Test
    void endsAnEndlessExtensionChainAtTheMostLayers() {
        var chain =
                "60 00 00 00  00 c8 3c 40" + "00".repeat(32) + "3c 00 00 00 00 00 00 00".repeat(25);
        var frame = Hex.frame(LinkType.IPV6, chain);
        assertEquals(Frame.MAX_LAYERS, frame.layerCount);
        assertEquals(IpProtocol.DESTINATION_OPTIONS, frame.protocol);
        assertEquals(40 + 8 * (Frame.MAX_LAYERS - 1), frame.payloadOffset);
    }
}
