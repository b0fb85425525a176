package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.app.ApplicationParser.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplyCodeParserTest {
    /// From RFC 5321, appendix D.1.
    static final byte[] GREETING = Said.text("220 foo.com Simple Mail Transfer Service Ready\n");

    static final byte[] EHLO = Said.text("EHLO bar.com\n");
    static final byte[] USER = Said.text("USER anonymous\n");

    private final ReplyCodeParser ftp = ReplyCodeParser.ftp();
    private final ReplyCodeParser smtp = ReplyCodeParser.smtp();

    private static boolean recognises(ApplicationParser parser, String text) {
        byte[] bytes = Said.text(text);
        return parser.recognises(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    @Test
    void readsTheOpeningOfRfc5321() {
        assertEquals(
                List.of(
                        "smtp.response.code=220",
                        "smtp.rsp.parameter=foo.com Simple Mail Transfer Service Ready"),
                Said.to(smtp, GREETING).fields());
        assertEquals(
                List.of("smtp.req.command=EHLO", "smtp.req.parameter=bar.com"),
                Said.to(smtp, EHLO).fields());
    }

    @Test
    void readsCommandAndReplyOfFtp() {
        assertEquals(
                List.of("ftp.request.command=USER", "ftp.request.arg=anonymous"),
                Said.to(ftp, USER).fields());
        assertEquals(List.of("ftp.request.command=PWD"), Said.to(ftp, Said.text("PWD\n")).fields());
        assertEquals(
                List.of("ftp.response.code=230", "ftp.response.arg=Welcome"),
                Said.to(ftp, Said.text("230-Welcome\n230 Go\n")).fields());
    }

    @Test
    void refusesWhatIsNeitherCommandNorReply() {
        assertEquals(Outcome.NOT_MINE, Said.to(ftp, Said.text("total 12\n")).outcome());
        assertEquals(Outcome.NOT_MINE, Said.to(ftp, Said.text("2300 bytes\n")).outcome());
        assertEquals(Outcome.NOT_MINE, Said.to(smtp, Said.text("\n")).outcome());
        assertEquals(Outcome.NOT_MINE, Said.to(smtp, new byte[] {22, 3, 1, 2, 0}).outcome());
    }

    @Test
    void asksForTheRestOfALine() {
        assertEquals(Outcome.NEED_MORE, Said.to(ftp, Said.text("USER anon")).outcome());
    }

    @Test
    void recognisesAGreetingThatNamesTheProtocol() {
        assertTrue(recognises(ftp, "220 ProFTPD Server ready\n"));
        assertFalse(recognises(smtp, "220 ProFTPD Server ready\n"));
        assertTrue(recognises(smtp, "220 mx.example.com ESMTP Postfix\n"));
        assertFalse(recognises(smtp, "500 no ESMTP here\n"));
    }
}
