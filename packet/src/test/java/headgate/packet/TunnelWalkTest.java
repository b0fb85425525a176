package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is in encapsulations, and behind the rarer link layers and transports.
class TunnelWalkTest {
    private static final String INNER =
            """
            45 00 00 20  00 07 00 00  40 11 00 00  # total length 32, UDP
            0a 00 00 01  0a 00 00 02
            d4 31 00 35  00 0c 00 00  de ad be ef  # 54321 > 53
            """;

    private static List<Layer> layers(Frame frame) {
        var layers = new ArrayList<Layer>();
        for (int i = 0; i < frame.layerCount; i++) {
            layers.add(frame.layer(i));
        }
        return layers;
    }

    /// All of these carry the same packet.
    @ParameterizedTest
    @EnumSource(
            value = SamplePackets.class,
            names = {
                "GRE_WITH_KEY",
                "PPTP",
                "ERSPAN_TYPE_2",
                "VXLAN",
                "VXLAN_GPE",
                "GENEVE",
                "GTP",
                "L2TP",
                "FOUR_IN_SIX_IN_SIX",
                "MPLS_OF_TWO",
                "PPPOE",
                "SERVICE_CHAIN",
                "BACKBONE_BRIDGE",
                "FABRIC_PATH",
                "SECURITY_GROUP",
                "MACSEC",
                "ARISTA_TIMESTAMP",
                "CAPWAP",
                "CAPWAP_OF_ETHERNET",
                "PIM_REGISTER",
                "ETHERNET_IN_IPV6",
                "CISCO_HDLC_AS_PPP",
                "SNAP",
                "PPP_LINK",
                "CISCO_HDLC",
                "FRAME_RELAY",
                "FDDI",
                "TOKEN_RING",
                "ARCNET",
                "WIRELESS",
                "PER_PACKET_INFORMATION",
                "PKTAP",
                "NFLOG",
                "INFINIBAND",
                "SOLARIS"
            })
    void givesTheFactsOfTheInnermostPacket(SamplePackets packet) {
        var frame = packet.decoded();
        var alone = Hex.frame(LinkType.RAW, INNER);
        assertEquals(4, frame.ipVersion);
        assertEquals(0x0a000001L, frame.sourceLow);
        assertEquals(0x0a000002L, frame.destinationLow);
        assertEquals(0, frame.sourceHigh);
        assertEquals(-1, frame.nextHeader());
        assertEquals(IpProtocol.UDP, frame.protocol);
        assertEquals(54321, frame.sourcePort);
        assertEquals(53, frame.destinationPort);
        assertEquals(12, frame.udpLength());
        assertEquals(4, frame.payloadLength);
        assertEquals(EtherType.IPV4, frame.etherType);
        assertEquals(FlowKey.of(alone), FlowKey.of(frame));
        assertEquals(FlowHash.symmetric(alone), FlowHash.symmetric(frame));
        assertEquals(CommunityId.of(alone), CommunityId.of(frame));
    }

    @Test
    void listsEveryHeaderFromTheOuterToTheInner() {
        assertEquals(
                List.of(
                        Layer.ETHERNET,
                        Layer.IPV4,
                        Layer.UDP,
                        Layer.VXLAN,
                        Layer.ETHERNET,
                        Layer.VLAN,
                        Layer.IPV4,
                        Layer.UDP),
                layers(SamplePackets.VXLAN.decoded()));
        assertEquals(
                List.of(Layer.PPP, Layer.MPLS, Layer.IPV4, Layer.UDP),
                layers(SamplePackets.PPP_LINK.decoded()));
        assertEquals(
                List.of(Layer.RADIOTAP, Layer.IEEE_802_11, Layer.LLC, Layer.IPV4, Layer.UDP),
                layers(SamplePackets.WIRELESS.decoded()));
    }

    @Test
    void recognisesWhatAnAccessPointAndItsControllerSayToEachOther() {
        var control = SamplePackets.CAPWAP_CONTROL.decoded();
        assertEquals(List.of(Layer.IPV4, Layer.UDP, Layer.CAPWAP), layers(control));
        assertEquals(5246, control.destinationPort);
        assertEquals(32, control.payloadOffset);
    }

    @Test
    void leavesWhatIsEncryptedAlone() {
        var macsec = SamplePackets.ENCRYPTED_MACSEC.decoded();
        assertEquals(List.of(Layer.ETHERNET, Layer.MACSEC), layers(macsec));
        assertEquals(20, macsec.payloadOffset);
        assertEquals(
                List.of(Layer.IPV4, Layer.UDP, Layer.ESP),
                layers(SamplePackets.ESP_IN_UDP.decoded()));
    }

    @Test
    void takesTheDatagramsOfEncapsulatedEspForItsPayload() {
        var esp = SamplePackets.ESP_IN_UDP.decoded();
        assertEquals(16, esp.payloadLength);
        assertEquals(4500, esp.sourcePort);
        assertEquals(List.of(Layer.IPV4, Layer.UDP), layers(SamplePackets.IKE_IN_UDP.decoded()));
    }

    @Test
    void countsNoVlanTagsThatAreInsideAPacket() {
        assertEquals(0, SamplePackets.VXLAN.decoded().vlanCount);
        assertEquals(1, SamplePackets.PPPOE.decoded().vlanCount);
        assertEquals(1, SamplePackets.FABRIC_PATH.decoded().vlanCount);
    }

    @Test
    void readsIpv6InsideIpv4() {
        for (var packet : List.of(SamplePackets.SIX_IN_FOUR, SamplePackets.TEREDO)) {
            var frame = packet.decoded();
            assertEquals(6, frame.ipVersion);
            assertEquals(0x2001_0db8_0000_0000L, frame.sourceHigh);
            assertEquals(0, frame.networkChecksum());
            assertEquals(128, frame.icmpType());
            assertEquals(-1, frame.udpLength());
        }
    }

    @Test
    void keepsTheOuterFactsWhereTheInnerHeaderCannotBeRead() {
        byte[] bytes = SamplePackets.GRE_WITH_KEY.bytes();
        bytes[28] = 0x55;
        var frame = Hex.frame(LinkType.RAW, bytes);
        assertEquals(Check.BAD_VERSION, frame.check);
        assertEquals(28, frame.errorOffset);
        assertEquals(0xc0000201L, frame.sourceLow);
        assertEquals(IpProtocol.GRE, frame.protocol);
        assertEquals(-1, frame.sourcePort);
        assertEquals(bytes[8], frame.timeToLive());
        assertEquals(bytes.length, frame.networkLength());
        assertEquals((bytes[10] & 0xff) << 8 | bytes[11] & 0xff, frame.networkChecksum());
    }

    @Test
    void readsAnotherPacketBehindAnAuthenticationHeader() {
        var frame = SamplePackets.AUTHENTICATED.decoded();
        assertEquals(List.of(Layer.IPV4, Layer.AH, Layer.UDP), layers(frame));
        assertEquals(IpProtocol.UDP, frame.protocol);
        assertEquals(54321, frame.sourcePort);
        assertEquals(20, frame.networkHeaderLength);
    }

    @Test
    void givesThePortsOfTheRarerTransports() {
        for (var packet :
                List.of(SamplePackets.SCTP_DATA, SamplePackets.DCCP_DATA, SamplePackets.UDP_LITE)) {
            var frame = packet.decoded();
            assertEquals(20, frame.transportOffset, packet::toString);
            assertTrue(frame.sourcePort > 0, packet::toString);
            assertTrue(FlowKey.of(frame).hasPorts(), packet::toString);
        }
        assertEquals(-1, SamplePackets.ENCRYPTED.decoded().sourcePort);
    }

    /// Facts, flow and name are those of the error; what it quotes is in the layers alone.
    @Test
    void listsTheQuotedHeadersOfAnErrorAndKeepsItsFacts() {
        var frame = SamplePackets.UNREACHABLE.decoded();
        assertEquals(List.of(Layer.IPV4, Layer.ICMP, Layer.IPV4, Layer.UDP), layers(frame));
        assertEquals(2, frame.ownLayerCount());
        assertEquals(0xc0000201L, frame.sourceLow);
        assertEquals(3, frame.icmpType());
        assertEquals(-1, frame.sourcePort);
        assertEquals(28, frame.payloadOffset);
        assertEquals(32, frame.payloadLength);
        assertEquals(IpProtocol.ICMP, FlowKey.of(frame).protocol());
    }

    @Test
    void followsTheExtensionHeadersOfAQuotedPacket() {
        var frame = SamplePackets.TOO_BIG.decoded();
        assertEquals(
                List.of(Layer.IPV6, Layer.ICMPV6, Layer.IPV6, Layer.IPV6_FRAGMENT, Layer.TCP),
                layers(frame));
        assertFalse(frame.isFragment());
    }

    @Test
    void takesAQuoteThatIsCutForNoError() {
        byte[] whole = SamplePackets.UNREACHABLE.bytes();
        for (int length = 28; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            cut[3] = (byte) length;
            var frame = Hex.frame(LinkType.RAW, cut);
            assertEquals(Check.OK, frame.check);
            assertEquals(3, frame.icmpType());
        }
    }

    @Test
    void looksForATunnelOnlyWhereThePortsAndTheContentSaySo() {
        byte[] withoutFlag = SamplePackets.VXLAN_GPE.bytes();
        withoutFlag[28] = 0;
        var frame = Hex.frame(LinkType.RAW, withoutFlag);
        assertEquals(List.of(Layer.IPV4, Layer.UDP), layers(frame));
        assertEquals(4790, frame.destinationPort);
        byte[] elsewhere = SamplePackets.GTP.bytes();
        elsewhere[23]++;
        assertEquals(2, Hex.frame(LinkType.RAW, elsewhere).layerCount);
        byte[] answer = SamplePackets.GTP.bytes();
        answer[20] = answer[22];
        answer[21] = answer[23];
        answer[22] = (byte) 0xc3;
        assertNotEquals(2, Hex.frame(LinkType.RAW, answer).layerCount);
    }

    @Test
    void mayTunnelIsTrueOfEveryPortThatTunnels() {
        for (int port : new int[] {1701, 2123, 2152, 3544, 4789, 4790, 6081, 6635, 8472}) {
            assertTrue(TunnelWalk.mayTunnel(port));
        }
        assertFalse(TunnelWalk.mayTunnel(53));
        assertFalse(TunnelWalk.mayTunnel(443));
        assertFalse(TunnelWalk.mayTunnel(50000));
    }

    @Test
    void mayTunnelIsFalseOfNearlyAllOtherPorts() {
        long others = IntStream.range(0, 1 << 16).filter(TunnelWalk::mayTunnel).count();
        assertTrue(others < (1 << 16) / 30, others + " ports");
    }

    @Test
    void leavesWhatLiesDeeperThanTheDeepestPacketInThePayload() {
        int packets = 40;
        var bytes = new byte[packets * 20];
        for (int i = 0; i < packets; i++) {
            int at = i * 20;
            int length = bytes.length - at;
            bytes[at] = 0x45;
            bytes[at + 2] = (byte) (length >>> 8);
            bytes[at + 3] = (byte) length;
            bytes[at + 9] = IpProtocol.IPV4;
            bytes[at + 15] = (byte) i;
        }
        var frame = Hex.frame(LinkType.RAW, bytes);
        assertEquals(Frame.MAX_NESTING, frame.layerCount);
        assertEquals(Frame.MAX_NESTING - 1, frame.sourceLow);
        assertEquals(Frame.MAX_NESTING * 20, frame.payloadOffset);
        assertEquals(
                "TOO_DEEP: IPV4 at byte 160 is one more than is read", frame.error().toString());
    }

    @Test
    void endsInAStackOfLabelsWithoutBottom() {
        var bytes = new byte[14 + 400];
        bytes[12] = (byte) 0x88;
        bytes[13] = 0x47;
        var frame = Hex.frame(LinkType.ETHERNET, bytes);
        assertEquals(Frame.MAX_LAYERS, frame.layerCount);
        assertEquals(Check.TOO_DEEP, frame.check);
    }
}
