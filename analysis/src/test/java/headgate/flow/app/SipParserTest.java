package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import headgate.flow.app.ApplicationParser.Outcome;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class SipParserTest {
    /// From RFC 3261, section 24.2.
    static final byte[] INVITE =
            Said.text(
                    """
                    INVITE sip:bob@biloxi.com SIP/2.0
                    Via: SIP/2.0/TCP pc33.atlanta.com;branch=z9hG4bK776asdhds
                    Max-Forwards: 70
                    """);

    private final ApplicationParser parser = new SipParser(IpProtocol.UDP);

    @Test
    void readsTheInviteOfRfc3261() {
        assertEquals(
                List.of("sip.Method=INVITE", "sip.r-uri=sip:bob@biloxi.com"),
                Said.to(parser, INVITE).fields());
    }

    @Test
    void readsAStatusLine() {
        assertEquals(
                List.of("sip.Status-Code=180"),
                Said.to(parser, Said.text("SIP/2.0 180 Ringing\n")).fields());
    }

    @Test
    void refusesOtherLines() {
        for (String line :
                List.of("SIP/2.0 abc\n", "INVITE SIP/2.0\n", " sip:a SIP/2.0\n", "SIP/2.0", "")) {
            byte[] bytes = Said.text(line);
            assertEquals(Outcome.NOT_MINE, Said.to(parser, bytes).outcome(), line);
            assertFalse(parser.recognises(MemorySegment.ofArray(bytes), 0, bytes.length), line);
        }
    }
}
