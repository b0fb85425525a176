package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class ApplicationDecoderTest {
    private final ApplicationDecoder decoder = new ApplicationDecoder();

    private Application told(int protocol, int sourcePort, int destinationPort, byte[] payload) {
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(payload);
        frame.lengthCaptured = frame.lengthOnWire = payload.length;
        frame.payloadLength = frame.payloadCaptured = payload.length;
        frame.ipVersion = 4;
        frame.protocol = protocol;
        frame.sourcePort = sourcePort;
        frame.destinationPort = destinationPort;
        return decoder.decode(
                frame,
                new FieldSink() {
                    @Override
                    public void add(String name, long number) {}

                    @Override
                    public void add(String name, String text) {}
                });
    }

    private Application tcp(int sourcePort, int destinationPort, byte[] payload) {
        return told(IpProtocol.TCP, sourcePort, destinationPort, payload);
    }

    private Application udp(int sourcePort, int destinationPort, byte[] payload) {
        return told(IpProtocol.UDP, sourcePort, destinationPort, payload);
    }

    @Test
    void goesByContentBeforeThePort() {
        assertEquals(Application.HTTP, tcp(40000, 53, HttpParserTest.REQUEST));
        assertEquals(Application.SIP, udp(40000, 123, SipParserTest.INVITE));
        assertEquals(Application.DNS, udp(40000, 40001, DnsParserTest.QUERY));
        assertEquals(Application.DHCP, udp(40000, 40001, DhcpParserTest.REQUEST));
    }

    @Test
    void goesByThePortWhereContentIsNoProof() {
        assertEquals(Application.NTP, udp(123, 40000, NtpParserTest.SERVER));
        assertEquals(Application.SMTP, tcp(25, 40000, ReplyCodeParserTest.GREETING));
        assertEquals(Application.FTP, tcp(21, 40000, ReplyCodeParserTest.GREETING));
        assertNull(tcp(40001, 40000, ReplyCodeParserTest.GREETING));
    }

    @Test
    void tellsWhatLooksLikeDnsByThePort() {
        assertEquals(Application.MDNS, udp(5353, 5353, DnsParserTest.QUERY));
        assertEquals(Application.LLMNR, udp(40000, 5355, DnsParserTest.QUERY));
        assertEquals(Application.NBNS, udp(137, 137, NbnsParserTest.RESPONSE));
    }

    @Test
    void believesNoPortAgainstTheContent() {
        assertNull(tcp(40000, 80, new byte[] {1, 2, 3, 4}));
        assertNull(udp(40000, 123, new byte[] {1, 2, 3, 4}));
    }

    @Test
    void readsNothingWhereThereIsNoPayload() {
        assertNull(tcp(40000, 80, new byte[0]));
    }

    @Test
    void hasAParserOnceForEachTransport() {
        var seen = new HashSet<String>();
        var applications = EnumSet.noneOf(Application.class);
        for (var make : ApplicationDecoder.PARSERS) {
            ApplicationParser parser = make.get();
            applications.add(parser.application());
            String both = parser.application() + " " + parser.protocol();
            assertTrue(seen.add(both), both);
        }
        assertEquals(EnumSet.allOf(Application.class), applications);
    }
}
