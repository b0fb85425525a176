package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Fields and lines of packets in packets.
class TunnelFieldsTest {
    private static final String VXLAN =
            """
            020000000002 020000000001 0800
            45000052 00010000 40110000 c0000201 c0000202  # total length 82, UDP
            c350 12b5 003e 0000                           # 50000 > 4789, length 62
            08000000 00007b00                             # VXLAN 123
            0200000000aa 0200000000bb 0800
            45000020 00070000 40110000 0a000001 0a000002  # total length 32, UDP
            d431 0035 000c 0000 deadbeef                  # 54321 > 53
            """;

    /// Of a frame of IEEE 802.11 whose frame control is exchanged.
    private static final String CAPWAP =
            """
            4500006c 00070000 40110000 0a000009 0a000008  # total length 108, UDP
            305c 147f 0058 0000                           # to port 5247
            00204320 00000000 04dc2e00 00000000           # native frame, wireless info
            01082c00 020000000001 020000000002 020000000003 0000
            aaaa03 000000 0800                            # SNAP: IPv4
            45000020 00070000 40110000 0a000001 0a000002  # total length 32, UDP
            d431 270f 000c 0000 deadbeef                  # 54321 > 9999
            """;

    private static final String UNREACHABLE =
            """
            45000038 00010000 40010000 c0000202 c0000201  # total length 56, ICMP
            0303 0000 00000000                            # port unreachable
            45000028 00070000 40060000 c0000201 c0000202  # of a TCP segment, the first 8 bytes
            d431 0050 00000009
            """;

    private static Frame frame(int linkType, String annotated) {
        String digits = annotated.replaceAll("#[^\n]*|\\s", "");
        var frame = new Frame();
        byte[] bytes = HexFormat.of().parseHex(digits);
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        frame.linkType = linkType;
        new FrameDecoder().decode(frame);
        return frame;
    }

    @Test
    void givesTheFieldsOfEveryHeaderOuterFirst() {
        var fields = new PacketFields(false).of(frame(LinkType.ETHERNET, VXLAN));
        assertEquals(List.of("192.0.2.1", "10.0.0.1"), fields.get("ip.src"));
        assertEquals(List.of(50000L, 54321L), fields.get("udp.srcport"));
        assertEquals(List.of(3L, 3L), fields.get("udp.checksum.status"));
        assertEquals(List.of(123L), fields.get("vxlan.vni"));
        assertEquals(List.of("02:00:00:00:00:01", "02:00:00:00:00:bb"), fields.get("eth.src"));
        assertEquals(
                List.of("eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:udp"),
                fields.get("frame.protocols").stream()
                        .map(names -> names.toString().replaceAll(":dns$", ""))
                        .toList());
    }

    @Test
    void namesWhatAnAccessPointSendsItsControllerAsTsharkDoes() {
        var fields = new PacketFields(false).of(frame(LinkType.RAW, CAPWAP));
        assertEquals(
                List.of("raw:ip:udp:capwap.data:wlan:llc:ip:udp"), fields.get("frame.protocols"));
        var control =
                new PacketFields(false).of(frame(LinkType.RAW, CAPWAP.replace("147f", "147e")));
        assertEquals(List.of("raw:ip:udp:capwap"), control.get("frame.protocols"));
    }

    @Test
    void givesWhatAnErrorQuotesAsFarAsItGoes() {
        var fields = new PacketFields(false).of(frame(LinkType.RAW, UNREACHABLE));
        assertEquals(List.of("192.0.2.2", "192.0.2.1"), fields.get("ip.src"));
        assertEquals(List.of(54321L), fields.get("tcp.srcport"));
        assertEquals(List.of(9L), fields.get("tcp.seq_raw"));
        assertNull(fields.get("tcp.len"));
        assertEquals(List.of("raw:ip:icmp:ip:tcp"), fields.get("frame.protocols"));
    }

    /// A resolver that does not wait any more.
    @Test
    void readsTheMessageInADatagramThatAnErrorQuotes() {
        var fields =
                new PacketFields(false)
                        .of(
                                frame(
                                        LinkType.RAW,
                                        """
                                        45000055 00010000 40010000 c0000202 c0000201  # ICMP
                                        0303 0000 00000000                            # no such port
                                        45000039 00070000 40110000 c0000201 c0000202  # UDP
                                        0035 d431 0025 0000                           # 53 > 54321
                                        0007 8180 0001 0000 0000 0000                 # an answer
                                        07 6578616d706c65 03 636f6d 00 0001 0001      # example.com A
                                        """));
        assertEquals(List.of("raw:ip:icmp:ip:udp:dns"), fields.get("frame.protocols"));
        assertEquals(List.of("example.com"), fields.get("dns.qry.name"));
        assertEquals(List.of(7L), fields.get("dns.id"));
    }

    @Test
    void printsTheTunnelBeforeThePacket() {
        var text = new PacketText(PacketText.Time.NONE, ZoneOffset.UTC, false, false);
        assertEquals(
                "IP 192.0.2.1 > 192.0.2.2: VXLAN vni 123: "
                        + "IP 10.0.0.1.54321 > 10.0.0.2.53: UDP, length 4",
                text.of(frame(LinkType.ETHERNET, VXLAN)));
        assertEquals(
                "IP 192.0.2.2 > 192.0.2.1: ICMP destination unreachable, code 3, length 36",
                text.of(frame(LinkType.RAW, UNREACHABLE)));
    }
}
