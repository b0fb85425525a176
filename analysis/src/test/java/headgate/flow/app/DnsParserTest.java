package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.app.ApplicationParser.Outcome;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DnsParserTest {
    static final byte[] QUERY =
            Said.hex(
                    """
                    12 34  01 00                    # identifier, query with recursion desired
                    00 01  00 00  00 00  00 01      # one question, one additional record
                    03 77 77 77 07 65 78 61 6d 70 6c 65 03 63 6f 6d 00  00 1c 00 01  # www.example.com AAAA IN
                    00  00 29  04 d0  00 00 80 00  00 00  # root, OPT, 1232 bytes, DO, no options
                    """);

    static final byte[] RESPONSE =
            Said.hex(
                    """
                    12 34  81 80                    # identifier, response without error
                    00 01  00 02  00 00  00 00      # one question, two answers
                    03 77 77 77 07 65 78 61 6d 70 6c 65 03 63 6f 6d 00  00 1c 00 01  # www.example.com AAAA IN
                    c0 0c  00 05 00 01  00 00 01 2c  00 04  01 65 c0 10  # CNAME e.example.com, 300 s
                    c0 2d  00 1c 00 01  00 00 00 3c  00 10  # e.example.com AAAA, 60 s
                    20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
                    """);

    private final ApplicationParser udp = new DnsParser(Application.DNS, IpProtocol.UDP);
    private final ApplicationParser tcp = new DnsParser(Application.DNS, IpProtocol.TCP);

    private static boolean recognises(ApplicationParser parser, byte[] bytes) {
        return parser.recognises(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /// A message of one answer: root, type, class IN, 1 s, and this data.
    private static byte[] answer(int type, String data) {
        String length = "%04x".formatted(data.replaceAll("\\s", "").length() / 2);
        return Said.hex(
                "0001 8000 0000 0001 0000 0000 00 "
                        + HexFormat.of().toHexDigits((short) type)
                        + "0001 00000001"
                        + length
                        + data);
    }

    @Test
    void readsAQueryWithItsEdnsSize() {
        assertEquals(
                List.of(
                        "dns.id=4660",
                        "dns.flags.response=0",
                        "dns.count.answers=0",
                        "dns.qry.name=www.example.com",
                        "dns.qry.type=28",
                        "dns.resp.name=<Root>",
                        "dns.resp.type=41",
                        "dns.rr.udp_payload_size=1232"),
                Said.to(udp, QUERY).fields());
    }

    @Test
    void followsAnAliasToItsAddress() {
        Said said = Said.to(udp, RESPONSE);
        assertEquals(Outcome.DONE, said.outcome());
        assertEquals(List.of("0"), said.values("dns.flags.rcode"));
        assertEquals(List.of("www.example.com", "e.example.com"), said.values("dns.resp.name"));
        assertEquals(List.of("e.example.com"), said.values("dns.cname"));
        assertEquals(List.of("2001:db8::1"), said.values("dns.aaaa"));
        assertEquals(List.of("300", "60"), said.values("dns.resp.ttl"));
    }

    @Test
    void readsTheCommonRecordTypes() {
        assertEquals(List.of("192.0.2.1"), Said.to(udp, answer(1, "c0000201")).values("dns.a"));
        assertEquals(List.of("a"), Said.to(udp, answer(2, "016100")).values("dns.ns"));
        assertEquals(
                List.of("a"), Said.to(udp, answer(12, "016100")).values("dns.ptr.domain_name"));
        Said mail = Said.to(udp, answer(15, "000a 016d00"));
        assertEquals(List.of("10"), mail.values("dns.mx.preference"));
        assertEquals(List.of("m"), mail.values("dns.mx.mail_exchange"));
        assertEquals(
                List.of("hi", "you"),
                Said.to(udp, answer(16, "02 6869  03 796f75")).values("dns.txt"));
        Said start = Said.to(udp, answer(6, "016d00 017200 " + "00".repeat(20)));
        assertEquals(List.of("m"), start.values("dns.soa.mname"));
        assertEquals(List.of("r"), start.values("dns.soa.rname"));
        Said https = Said.to(udp, answer(65, "0001 00"));
        assertEquals(List.of("1"), https.values("dns.svcb.svcpriority"));
        Said authority = Said.to(udp, answer(257, "00 05 6973737565 6361"));
        assertEquals(List.of("issue"), authority.values("dns.caa.tag"));
        assertEquals(List.of("ca"), authority.values("dns.caa.value"));
    }

    /// RFC 2782: _Service._Proto.Name.
    @Test
    void namesAServiceByItsParts() {
        byte[] bytes =
                Said.hex(
                        """
                        00 00  84 00  00 00  00 01  00 00  00 00
                        05 5f 6c 64 61 70  04 5f 74 63 70  01 61 01 62 00  # _ldap._tcp.a.b
                        00 21 00 01  00 00 00 78  00 0a  # SRV IN 120 s
                        00 01 00 02 01 85  01 68 01 62  # cut: the name of the target lacks its end
                        """);
        Said said = Said.to(udp, bytes);
        assertEquals(List.of("_ldap"), said.values("dns.srv.service"));
        assertEquals(List.of("_tcp"), said.values("dns.srv.proto"));
        assertEquals(List.of("a.b"), said.values("dns.srv.name"));
        assertEquals(List.of("389"), said.values("dns.srv.port"));
        assertEquals(List.of(), said.values("dns.srv.target"));
    }

    /// The example of RFC 4034, section 4.3: A, MX, RRSIG, NSEC and TYPE1234.
    @Test
    void readsTheTypesOfANsecRecord() {
        String data =
                """
                04 68 6f 73 74 07 65 78 61 6d 70 6c 65 03 63 6f 6d 00
                00 06 40 01 00 00 00 03
                04 1b 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                00 00 20
                """;
        Said said = Said.to(udp, answer(47, data));
        assertEquals(List.of("host.example.com"), said.values("dns.nsec.next_domain_name"));
        assertEquals(List.of("47", "1", "15", "46", "47", "1234"), said.values("dns.resp.type"));
    }

    @Test
    void believesNoCountBeyondTheBytes() {
        byte[] lying = QUERY.clone();
        Arrays.fill(lying, 4, 12, (byte) 0xff);
        Said said = Said.to(udp, lying);
        assertEquals(Outcome.DONE, said.outcome());
        assertEquals("www.example.com", said.values("dns.qry.name").getFirst());
    }

    @Test
    void leavesOutARecordThatIsCut() {
        byte[] cut = Arrays.copyOf(RESPONSE, RESPONSE.length - 1);
        assertEquals(List.of("www.example.com"), Said.to(udp, cut).values("dns.resp.name"));
    }

    @Test
    void recognisesQueryAndResponseWithoutPort() {
        assertTrue(recognises(udp, QUERY));
        assertTrue(recognises(udp, RESPONSE));
        byte[] otherClass = QUERY.clone();
        otherClass[32] = 9;
        assertFalse(recognises(udp, otherClass));
        assertFalse(recognises(udp, new byte[64]));
    }

    @Test
    void readsEveryMessageOfASegment() {
        byte[] two =
                joined(
                        joined(new byte[] {0, (byte) QUERY.length}, QUERY),
                        joined(new byte[] {0, (byte) RESPONSE.length}, RESPONSE));
        Said said = Said.to(tcp, two);
        assertEquals(Outcome.DONE, said.outcome());
        assertEquals(List.of("4660", "4660"), said.values("dns.id"));
    }

    @Test
    void asksForTheRestOfAMessage() {
        byte[] message = joined(new byte[] {0, (byte) RESPONSE.length}, RESPONSE);
        for (int length = 2; length < message.length; length++) {
            assertEquals(Outcome.NEED_MORE, Said.to(tcp, Arrays.copyOf(message, length)).outcome());
        }
    }
}
