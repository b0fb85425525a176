package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Fields of headers that a capture cut, or that contradict themselves.
class CutHeaderFieldsTest {
    private static final String LINK = "020000000001 020000000002 0800 ";

    private static final String SEGMENT =
            LINK
                    + """
                    4500002d 00010000 40060000 0a000001 0a000002  # total length 45, TCP
                    9c40 270f 00000001 00000002                   # 40000 > 9999
                    5018 03e8 0000 0000  68656c6c6f
                    """;

    private static Map<String, List<Object>> fields(String annotated) {
        byte[] bytes = bytes(annotated);
        return fields(bytes, bytes.length);
    }

    private static byte[] bytes(String annotated) {
        return HexFormat.of().parseHex(annotated.replaceAll("#[^\n]*|\\s", ""));
    }

    /// @param captured how many of the bytes the capture has
    private static Map<String, List<Object>> fields(byte[] bytes, int captured) {
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(Arrays.copyOf(bytes, captured));
        frame.lengthCaptured = captured;
        frame.lengthOnWire = bytes.length;
        frame.linkType = LinkType.ETHERNET;
        new FrameDecoder().decode(frame);
        return new PacketFields(false).of(frame);
    }

    private static String protocols(Map<String, List<Object>> fields) {
        return (String) fields.get("frame.protocols").getFirst();
    }

    @Test
    void namesAnEthernetHeaderThatIsCut() {
        assertEquals("eth", protocols(fields("020000000001 0200")));
        assertEquals("eth", protocols(fields("")));
        assertNull(fields("020000000001 0200").get("eth.dst"));
    }

    @Test
    void givesTheFieldsOfAnIpv4HeaderThatTheCaptureHas() {
        var tenBytes = fields(bytes(SEGMENT), 14 + 10);
        assertEquals("eth:ethertype:ip", protocols(tenBytes));
        assertEquals(List.of(45L), tenBytes.get("ip.len"));
        assertEquals(List.of(6L), tenBytes.get("ip.proto"));
        assertNull(tenBytes.get("ip.checksum"));
        var sixteenBytes = fields(bytes(SEGMENT), 14 + 16);
        assertEquals(List.of("10.0.0.1"), sixteenBytes.get("ip.src"));
        assertEquals(List.of(2L), sixteenBytes.get("ip.checksum.status"));
        assertNull(sixteenBytes.get("ip.dst"));
        assertFalse(fields(bytes(SEGMENT), 14).containsKey("ip.hdr_len"));
    }

    @Test
    void givesTheFieldsOfAnIpv6HeaderThatTheCaptureHas() {
        byte[] packet =
                bytes(
                        """
                        020000000001 020000000002 86dd
                        60000000 0000 3b 40                 # no next header, hop limit 64
                        20010db8000000000000000000000001
                        20010db8000000000000000000000002
                        """);
        var cut = fields(packet, 14 + 24);
        assertEquals("eth:ethertype:ipv6", protocols(cut));
        assertEquals(List.of(64L), cut.get("ipv6.hlim"));
        assertEquals(List.of("2001:db8::1"), cut.get("ipv6.src"));
        assertNull(cut.get("ipv6.dst"));
        assertNull(fields(packet, 14 + 3).get("ipv6.flow"));
    }

    @Test
    void givesThePortsOfASegmentOfWhichFourBytesAreThere() {
        var fourBytes = fields(bytes(SEGMENT), 34 + 4);
        assertEquals("eth:ethertype:ip:tcp", protocols(fourBytes));
        assertEquals(List.of(40000L), fourBytes.get("tcp.srcport"));
        assertEquals(List.of(9999L), fourBytes.get("tcp.dstport"));
        assertNull(fourBytes.get("tcp.seq_raw"));
        assertNull(fields(bytes(SEGMENT), 34 + 3).get("tcp.srcport"));
        var sixteenBytes = fields(bytes(SEGMENT), 34 + 16);
        assertEquals(List.of(2L), sixteenBytes.get("tcp.ack_raw"));
        assertEquals(List.of(5L), sixteenBytes.get("tcp.len"));
        assertEquals(List.of(1000L), sixteenBytes.get("tcp.window_size_value"));
        assertNull(sixteenBytes.get("tcp.urgent_pointer"));
    }

    @Test
    void givesOfASegmentWhoseHeaderIsTooShortWhatComesBeforeThat() {
        var fields = fields(SEGMENT.replace("5018", "4018"));
        assertEquals("eth:ethertype:ip:tcp", protocols(fields));
        assertEquals(List.of(1L), fields.get("tcp.seq_raw"));
        assertEquals(List.of(16L), fields.get("tcp.hdr_len"));
        assertEquals(List.of(9L), fields.get("tcp.len"));
        assertNull(fields.get("tcp.flags"));
    }

    @Test
    void givesOfASegmentThatEndsBeforeItsHeaderNothingBehindALengthThatIsTooShort() {
        var fields =
                fields(
                        LINK
                                + """
                                45000024 00012000 40060000 0a000001 0a000002  # total length 36
                                9c40 270f 00000001 00000002
                                2018 03e8                                     # 8 bytes of header
                                """);
        assertEquals(List.of(1L), fields.get("tcp.seq_raw"));
        assertEquals(List.of(8L), fields.get("tcp.hdr_len"));
        assertNull(fields.get("tcp.len"));
        assertNull(fields.get("tcp.flags"));
    }

    @Test
    void givesNoLengthOfASegmentOfWhichAFragmentIsThere() {
        byte[] first = bytes(SEGMENT.replace("00010000", "00012000")); // more fragments
        assertEquals(List.of(0x18L), fields(first, first.length).get("tcp.flags"));
        assertNull(fields(first, first.length).get("tcp.len"));
        assertEquals(List.of(5L), fields(SEGMENT).get("tcp.len"));
    }

    @Test
    void givesThePortsAndTheLengthOfADatagramWhoseLengthIsTooShort() {
        var fields =
                fields(
                        LINK
                                + """
                                4500001c 00010000 40110000 0a000001 0a000002
                                9c40 270f 0007 0000               # length 7
                                """);
        assertEquals("eth:ethertype:ip:udp", protocols(fields));
        assertEquals(List.of(9999L), fields.get("udp.dstport"));
        assertEquals(List.of(7L), fields.get("udp.length"));
        assertNull(fields.get("udp.checksum.status"));
    }

    @Test
    void givesOfAnIpv4HeaderWhoseLengthsContradictItWhatComesBeforeThem() {
        String payload = " 00010000 40110000 0a000001 0a000002 9c40 270f 0008 0000";
        var shortHeader = fields(LINK + "4400001c" + payload);
        assertEquals(List.of(16L), shortHeader.get("ip.hdr_len"));
        assertNull(shortHeader.get("ip.len"));
        var shortPacket = fields(LINK + "45000013" + payload);
        assertEquals(List.of(19L), shortPacket.get("ip.len"));
        assertNull(shortPacket.get("ip.id"));
        var otherVersion = fields(LINK + "5500001c" + payload);
        assertEquals("eth:ethertype:ip", protocols(otherVersion));
        assertNull(otherVersion.get("ip.hdr_len"));
    }

    @Test
    void givesTheOperationOfAnArpPacketWhoseAddressesAreCut() {
        String arp = "020000000001 020000000002 0806  0001 0800 06 04 0001 020000000001";
        var fields = fields(arp);
        assertEquals("eth:ethertype:arp", protocols(fields));
        assertEquals(List.of(1L), fields.get("arp.opcode"));
        assertNull(fields.get("arp.src.hw_mac"));
    }

    @Test
    void givesTheTagOfAVlanHeaderWithoutAType() {
        var fields = fields("020000000001 020000000002 8100 0005");
        assertEquals("eth:ethertype:vlan", protocols(fields));
        assertEquals(List.of(5L), fields.get("vlan.id"));
        assertNull(fields.get("vlan.etype"));
    }

    @Test
    void givesTypeAndIdentifierOfAnIcmpMessageThatIsCut() {
        byte[] echo =
                bytes(
                        LINK
                                + """
                                4500001c 00010000 40010000 0a000001 0a000002
                                0800 0000 0007 0001
                                """);
        var cut = fields(echo, 34 + 6);
        assertEquals(List.of(8L), cut.get("icmp.type"));
        assertEquals(List.of(7L), cut.get("icmp.ident"));
        assertNull(cut.get("icmp.seq"));
        assertNull(fields(echo, 34 + 4).get("icmp.type"));
    }

    @Test
    void givesTypeAndIdentifierOfAnIcmpv6MessageThatIsCut() {
        byte[] echo =
                bytes(
                        """
                        020000000001 020000000002 86dd
                        60000000 0008 3a 40                 # ICMPv6
                        20010db8000000000000000000000001
                        20010db8000000000000000000000002
                        8000 0000 0007 0001
                        """);
        var twoBytes = fields(echo, 54 + 2);
        assertEquals("eth:ethertype:ipv6:icmpv6", protocols(twoBytes));
        assertEquals(List.of(128L), twoBytes.get("icmpv6.type"));
        assertNull(twoBytes.get("icmpv6.checksum.status"));
        assertEquals(List.of(7L), fields(echo, 54 + 6).get("icmpv6.echo.identifier"));
    }

    @Test
    void givesTheTcpOptionsBeforeACut() {
        byte[] synchronize =
                bytes(
                        LINK
                                + """
                                45000030 00010000 40060000 0a000001 0a000002
                                9c40 0035 00000001 00000000      # 40000 > 53
                                7002 ffff 0000 0000              # 28 bytes, SYN
                                0204 05b4 01 030307              # 1460, scaled by 7
                                """);
        var cut = fields(synchronize, 34 + 26);
        assertEquals(List.of(1460L), cut.get("tcp.options.mss_val"));
        assertNull(cut.get("tcp.options.wscale.shift"));
        assertEquals(List.of(0L), cut.get("tcp.len"));
        assertNull(cut.get("dns.id"));
    }

    /// The packet around it ends: nothing says that there was to be a header.
    @Test
    void namesNoHeaderOfWhichNothingWasOnTheWire() {
        String empty = LINK + "45000014 00010000 40060000 0a000001 0a000002";
        assertEquals("eth:ethertype:ip", protocols(fields(empty)));
        assertTrue(fields(empty).containsKey("decode.error"));
    }

    @Test
    void namesAHeaderOnceThatPromisesMoreThanThereIs() {
        var fields = fields(SEGMENT.replace("4500002d", "45000064"));
        assertEquals("eth:ethertype:ip:tcp", protocols(fields));
        assertEquals(List.of(100L), fields.get("ip.len"));
    }

    /// Of a tunnel of GRE, whose frames have no EtherType of their own.
    @Test
    void callsAProtocolTypeOfGreNoEtherType() {
        var frame = new Frame();
        byte[] bytes = bytes("0000 030a 0000 0000000000000000 86dd  6000");
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        frame.linkType = LinkType.LINUX_SLL;
        new FrameDecoder().decode(frame);
        var fields = new PacketFields(false).of(frame);
        assertEquals("sll:ipv6", protocols(fields));
        assertNull(fields.get("sll.etype"));
    }

    @Test
    void givesNoFieldsOfIgmpForMessagesOfProtocolsInIt() {
        var fields =
                fields(
                        LINK
                                + """
                                4500001c 00010000 01020000 0a000001 e0000002
                                1400 0000 00000000               # PIM version 1
                                """);
        assertEquals("eth:ethertype:ip:igmp", protocols(fields));
        assertNull(fields.get("igmp.type"));
    }
}
