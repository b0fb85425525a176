package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.app.ApplicationParser.Outcome;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpParserTest {
    /// The exchange of RFC 9110, section 3.9.
    static final byte[] REQUEST =
            Said.text(
                    """
                    GET /hello.txt HTTP/1.1
                    User-Agent: curl/7.64.1
                    Host: www.example.com
                    Accept-Language: en, mi

                    """);

    static final byte[] RESPONSE =
            Said.text(
                    """
                    HTTP/1.1 200 OK
                    Date: Mon, 27 Jul 2009 12:28:53 GMT
                    Server: Apache
                    Content-Length: 51
                    Content-Type: text/plain

                    Hello World! My content includes a trailing CRLF.
                    """);

    private final ApplicationParser parser = new HttpParser(Application.HTTP, IpProtocol.TCP);

    private boolean recognises(byte[] bytes) {
        return parser.recognises(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    @Test
    void readsTheRequestOfRfc9110() {
        assertEquals(
                List.of(
                        "http.request.method=GET",
                        "http.request.uri=/hello.txt",
                        "http.user_agent=curl/7.64.1",
                        "http.host=www.example.com"),
                Said.to(parser, REQUEST).fields());
    }

    @Test
    void readsTheResponseOfRfc9110() {
        Said said = Said.to(parser, RESPONSE);
        assertEquals(Outcome.DONE, said.outcome());
        assertEquals(
                List.of(
                        "http.response.code=200",
                        "http.server=Apache",
                        "http.content_type=text/plain"),
                said.fields());
    }

    @Test
    void asksForTheRestOfTheHeaders() {
        for (int length = 5; length < REQUEST.length; length++) {
            Said said = Said.to(parser, Arrays.copyOf(REQUEST, length));
            assertEquals(Outcome.NEED_MORE, said.outcome(), "after " + length);
            assertEquals(List.of("GET"), said.values("http.request.method"));
        }
    }

    @Test
    void findsTheNextMessageBehindABody() {
        byte[] two =
                Said.text(
                        """
                        POST /a HTTP/1.1
                        Content-Length: 3

                        abcGET /b HTTP/1.1
                        Host: b

                        """);
        assertEquals(List.of("/a", "/b"), Said.to(parser, two).values("http.request.uri"));
    }

    @Test
    void takesTheBodyOfALaterSegmentForNoMessage() {
        byte[] lying =
                Said.text("POST /a HTTP/1.1\nContent-Length: 99999999999999999999\n\nGET /b");
        assertEquals(List.of("/a"), Said.to(parser, lying).values("http.request.uri"));
        byte[] chunked = Said.text("POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n3\nGET /b\n");
        assertEquals(List.of("/a"), Said.to(parser, chunked).values("http.request.uri"));
    }

    @Test
    void recognisesWholeStartLinesOnly() {
        assertTrue(recognises(REQUEST));
        assertTrue(recognises(RESPONSE));
        assertFalse(recognises(Said.text("GET /hello.txt HT")));
        assertFalse(recognises(Said.text("GET / SIP/2.0\n")));
        assertFalse(recognises(Said.text("get / HTTP/1.1\n")));
        assertFalse(recognises(Said.text("HTTP/1.1 OK\n")));
    }

    @Test
    void readsSsdpInDatagrams() {
        var ssdp = new HttpParser(Application.SSDP, IpProtocol.UDP);
        byte[] search = Said.text("M-SEARCH * HTTP/1.1\nHOST: 239.255.255.250:1900\n\n");
        assertEquals(
                List.of(
                        "http.request.method=M-SEARCH",
                        "http.request.uri=*",
                        "http.host=239.255.255.250:1900"),
                Said.to(ssdp, search).fields());
    }

    @Test
    void leavesRequestsOfOthersOverUdpAlone() {
        var ssdp = new HttpParser(Application.SSDP, IpProtocol.UDP);
        byte[] ofBitTorrent = Said.text("BT-SEARCH * HTTP/1.1\nHost: 239.192.152.143:6771\n\n");
        assertFalse(ssdp.recognises(MemorySegment.ofArray(ofBitTorrent), 0, ofBitTorrent.length));
        assertEquals(Outcome.NOT_MINE, Said.to(ssdp, ofBitTorrent).outcome());
    }

    @Test
    void showsControlCharactersInsteadOfSendingThem() {
        byte[] bytes = Said.text("GET / HTTP/1.1\nHost: a\u001b[2Jb\n\n");
        assertEquals(List.of("a\\033[2Jb"), Said.to(parser, bytes).values("http.host"));
    }
}
