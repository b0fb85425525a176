package headgate.flow.app;

import java.util.List;

/// One message or more of each application, for tests that take any of them.
final class SampleMessages {
    static final List<byte[]> ALL =
            List.of(
                    DnsParserTest.QUERY,
                    DnsParserTest.RESPONSE,
                    NbnsParserTest.RESPONSE,
                    HttpParserTest.REQUEST,
                    HttpParserTest.RESPONSE,
                    ReplyCodeParserTest.GREETING,
                    ReplyCodeParserTest.EHLO,
                    ReplyCodeParserTest.USER,
                    SipParserTest.INVITE,
                    DhcpParserTest.REQUEST,
                    NtpParserTest.SERVER,
                    TlsParserTest.CLIENT_HELLO,
                    TlsParserTest.SERVER_HELLO,
                    QuicSamples.CLIENT_INITIAL_V1,
                    QuicSamples.SERVER_INITIAL_V1,
                    SshParserTest.DROPBEAR_CLIENT);

    private SampleMessages() {}
}
