package headgate.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CaptureFilterTest {
    private static final String IP_UDP_53 =
            """
            45 00 00 1c  00 01 00 00  40 11 00 00  # IPv4, 28 bytes, UDP
            0a 00 00 01  0a 00 00 02               # 10.0.0.1 to 10.0.0.2
            c3 50 00 35  00 08 00 00               # port 50000 to 53
            """;
    private static final String ETHERNET_UDP_53 =
            "02 00 00 00 00 02  02 00 00 00 00 01  08 00\n" + IP_UDP_53;
    private static final String VLAN_7_UDP_53 =
            "02 00 00 00 00 02  02 00 00 00 00 01  81 00 60 07  08 00\n" + IP_UDP_53;

    @BeforeAll
    static void needsLibpcap() {
        try {
            CaptureFilter.requireLibpcap();
        } catch (CaptureOpenException e) {
            assumeTrue(false, e.getMessage());
        }
    }

    @Test
    void matchesFramesOnTheHeapAndOutsideIt() throws IOException {
        CaptureFilter dns = CaptureFilter.compile("udp port 53", LinkType.ETHERNET);
        CaptureFilter web = CaptureFilter.compile("tcp port 80", LinkType.ETHERNET);
        Frame onHeap = frame(LinkType.ETHERNET, ETHERNET_UDP_53);
        try (Arena arena = Arena.ofConfined()) {
            Frame outside = outside(arena, onHeap);
            for (Frame frame : new Frame[] {onHeap, outside}) {
                assertTrue(dns.matches(frame));
                assertFalse(web.matches(frame));
            }
        }
    }

    @Test
    void looksOnlyAtTheFrameAndNotAtWhatLiesAroundIt() throws IOException {
        CaptureFilter dns = CaptureFilter.compile("udp dst port 53", LinkType.ETHERNET);
        Frame frame = frame(LinkType.ETHERNET, "ff ff ff" + ETHERNET_UDP_53);
        assertFalse(dns.matches(frame));
        frame.start = 3;
        frame.lengthCaptured -= 3;
        assertTrue(dns.matches(frame));
        frame.lengthCaptured = 14 + 20 + 3; // The destination port is cut off.
        assertFalse(dns.matches(frame));
        frame.lengthCaptured = 0;
        assertFalse(dns.matches(frame));
    }

    @Test
    void refusesAFrameThatSaysItIsLongerThanItsBytes() throws IOException {
        CaptureFilter dns = CaptureFilter.compile("udp", LinkType.ETHERNET);
        try (Arena arena = Arena.ofConfined()) {
            Frame frame = outside(arena, frame(LinkType.ETHERNET, ETHERNET_UDP_53));
            frame.lengthCaptured++;
            assertThrows(IndexOutOfBoundsException.class, () -> dns.matches(frame));
        }
    }

    /// A pcapng may have an interface of each link type that there is.
    @Test
    void judgesFramesOfAnyNumberOfLinkTypes() throws IOException {
        CaptureFilter dns = CaptureFilter.compile("udp port 53", LinkType.ETHERNET);
        Frame frame = frame(LinkType.RAW, IP_UDP_53);
        for (int linkType = 30_000; linkType < 50_000; linkType++) {
            frame.linkType = linkType;
            assertFalse(dns.matches(frame));
        }
        frame.linkType = LinkType.RAW;
        assertTrue(dns.matches(frame));
    }

    @Test
    void seesVlanTagsInTheBytesOfAFile() throws IOException {
        CaptureFilter vlan7 = CaptureFilter.compile("vlan 7 and udp port 53", LinkType.ETHERNET);
        assertTrue(vlan7.matches(frame(LinkType.ETHERNET, VLAN_7_UDP_53)));
        assertFalse(vlan7.matches(frame(LinkType.ETHERNET, ETHERNET_UDP_53)));
        assertFalse(
                CaptureFilter.compile("vlan 8", LinkType.ETHERNET)
                        .matches(frame(LinkType.ETHERNET, VLAN_7_UDP_53)));
    }

    @Test
    void judgesFramesOfOtherLinkTypesByTheSameExpression() throws IOException {
        CaptureFilter dns = CaptureFilter.compile("udp port 53", LinkType.ETHERNET);
        assertTrue(dns.matches(frame(LinkType.RAW, IP_UDP_53)));
        assertTrue(dns.matches(frame(LinkType.ETHERNET, ETHERNET_UDP_53)));
        assertTrue(dns.matches(frame(LinkType.NULL, "02 00 00 00" + IP_UDP_53)));
        assertTrue(dns.matches(frame(LinkType.RAW, IP_UDP_53)));
        assertFalse(dns.matches(frame(LinkType.NULL, "02 00 00 00 45")));
    }

    @Test
    void doesNotMatchWhereTheExpressionMeansNothing() throws IOException {
        CaptureFilter vlan = CaptureFilter.compile("vlan", LinkType.ETHERNET);
        assertFalse(vlan.matches(frame(LinkType.RAW, IP_UDP_53)));
        assertTrue(vlan.matches(frame(LinkType.ETHERNET, VLAN_7_UDP_53)));
    }

    @Test
    void refusesWrongExpressionsWithTheWordsOfLibpcap() {
        var refused =
                assertThrows(
                        CaptureFilter.SyntaxException.class,
                        () -> CaptureFilter.compile("tcp prt 80", LinkType.ETHERNET));
        assertTrue(refused.getMessage().startsWith("filter 'tcp prt 80': "), refused.getMessage());
        assertTrue(refused.getMessage().contains("syntax error"), refused.getMessage());
        var meaningless =
                assertThrows(
                        CaptureFilter.SyntaxException.class,
                        () -> CaptureFilter.compile("vlan", LinkType.RAW));
        assertTrue(meaningless.getMessage().contains("VLAN"), meaningless.getMessage());
    }

    @Test
    void takesEverythingWithoutAnExpression() throws IOException {
        CaptureFilter all = CaptureFilter.compile("", LinkType.ETHERNET, 96);
        assertTrue(all.matches(frame(LinkType.ETHERNET, ETHERNET_UDP_53)));
        // One instruction: return 96 (BPF_RET | BPF_K is 6).
        assertEquals(8, all.instructions().byteSize());
        assertEquals(6, all.instructions().get(ValueLayout.JAVA_SHORT, 0));
        assertEquals(96, all.instructions().get(ValueLayout.JAVA_INT, 4));
    }

    private static Frame frame(int linkType, String annotatedHex) {
        String digits = annotatedHex.replaceAll("#.*", "").replaceAll("\\s", "");
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(HexFormat.of().parseHex(digits));
        frame.lengthCaptured = frame.lengthOnWire = (int) frame.bytes.byteSize();
        frame.linkType = linkType;
        return frame;
    }

    private static Frame outside(Arena arena, Frame onHeap) {
        var frame = new Frame();
        frame.bytes = arena.allocate(onHeap.lengthCaptured).copyFrom(onHeap.bytes);
        frame.lengthCaptured = onHeap.lengthCaptured;
        frame.lengthOnWire = onHeap.lengthOnWire;
        frame.linkType = onHeap.linkType;
        return frame;
    }
}
