package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.app.ApplicationParser.Outcome;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TlsParserTest {
    static final byte[] CLIENT_HELLO =
            Said.hex(
                    """
                    16 0301 0075              # handshake, TLS 1.0 for the record, 117 bytes
                    01 000071  0303           # ClientHello, 113 bytes, TLS 1.2
                    000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f   # random
                    00                        # no session id
                    0006 1a1a 1301 c02f       # cipher suites: GREASE, two
                    01 00                     # compression methods: none
                    0042                      # 66 bytes of extensions
                    0000 0010 000e 00 000b 6578616d706c652e636f6d   # server_name: example.com
                    0010 000b 0009 02 6832 05 68332d3239            # protocols: h2, h3-29
                    000a 0004 0002 001d       # supported_groups: x25519
                    000b 0002 01 00           # ec_point_formats: uncompressed
                    000d 0004 0002 0403       # signature_algorithms: ecdsa_secp256r1_sha256
                    002b 0005 04 0304 0303    # supported_versions: 1.3, 1.2
                    """);

    static final byte[] SERVER_HELLO =
            Said.hex(
                    """
                    16 0303 0032              # handshake, 50 bytes
                    02 00002e  0303           # ServerHello, 46 bytes, TLS 1.2
                    202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f   # random
                    00 1301 00                # no session id, cipher suite, no compression
                    0006                      # 6 bytes of extensions
                    002b 0002 0304            # supported_versions: 1.3
                    14 0303 0001 01           # change_cipher_spec
                    17 0303 0003 aabbcc       # application data
                    """);

    private static Said said(byte[] bytes) {
        return Said.to(new TlsParser(), bytes);
    }

    @Test
    void readsWhatAClientOffers() {
        Said said = said(CLIENT_HELLO);
        assertEquals(Outcome.DONE, said.outcome());
        assertEquals(
                List.of(
                        "tls.handshake.type=1",
                        "tls.handshake.version=771",
                        "tls.handshake.ciphersuite=6682",
                        "tls.handshake.ciphersuite=4865",
                        "tls.handshake.ciphersuite=49199",
                        "tls.handshake.extensions_server_name=example.com",
                        "tls.handshake.extensions_alpn_str=h2",
                        "tls.handshake.extensions_alpn_str=h3-29",
                        "tls.handshake.extensions.supported_version=772",
                        "tls.handshake.extensions.supported_version=771",
                        "tls.handshake.ja3_full=771,4865-49199,0-16-10-11-13-43,29,0",
                        "tls.handshake.ja3=f30adf7b504167fd2c89311761003ce5",
                        "tls.handshake.ja4_r=t13d0206h2_1301,c02f_000a,000b,000d,002b_0403",
                        "tls.handshake.ja4=t13d0206h2_c1929292aa6b_5e519ef2b8a0",
                        "tls.record.content_type=22",
                        "tls.record.version=769"),
                said.fields());
    }

    @Test
    void readsWhatAServerChoseAndCallsOpaqueWhatFollowsInTls13() {
        Said said = said(SERVER_HELLO);
        assertEquals(Outcome.DONE, said.outcome());
        assertEquals(
                List.of(
                        "tls.handshake.type=2",
                        "tls.handshake.version=771",
                        "tls.handshake.ciphersuite=4865",
                        "tls.handshake.extensions.supported_version=772",
                        "tls.handshake.ja3s_full=771,4865,43",
                        "tls.handshake.ja3s=cce84e7a8b742462e40afb585a3e3ccc",
                        "tls.record.content_type=22",
                        "tls.record.version=771",
                        "tls.record.content_type=20",
                        "tls.record.version=771",
                        "tls.record.opaque_type=23",
                        "tls.record.version=771"),
                said.fields());
    }

    @Test
    void remembersThatTheConversationIsInTls13() {
        var conversation = new Conversation();
        byte[] data = Said.hex("17 0303 0003 aabbcc");
        assertEquals(List.of("23"), said(data).values("tls.record.content_type"));
        Said.to(new TlsParser(), SERVER_HELLO, conversation);
        assertEquals(
                List.of("23"),
                Said.to(new TlsParser(), data, conversation).values("tls.record.opaque_type"));
    }

    @Test
    void wantsMoreUntilTheHelloIsWhole() {
        for (int length = 5; length < CLIENT_HELLO.length; length++) {
            Said said = said(Arrays.copyOf(CLIENT_HELLO, length));
            assertEquals(Outcome.NEED_MORE, said.outcome(), "of " + length);
            assertEquals(List.of(), said.fields(), "of " + length);
        }
    }

    @Test
    void putsAHelloTogetherThatIsSplitOverRecords() {
        byte[] split = new byte[CLIENT_HELLO.length + 5];
        System.arraycopy(CLIENT_HELLO, 0, split, 0, 45);
        split[4] = 40;
        System.arraycopy(Said.hex("16 0301 004d"), 0, split, 45, 5);
        System.arraycopy(CLIENT_HELLO, 45, split, 50, CLIENT_HELLO.length - 45);
        Said said = said(split);
        assertEquals(List.of("example.com"), said.values("tls.handshake.extensions_server_name"));
        assertEquals(List.of("22", "22"), said.values("tls.record.content_type"));
    }

    @Test
    void readsTheSecondHelloThatFollowsAChangeCipherSpec() {
        byte[] second = joined(Said.hex("14 0303 0001 01"), CLIENT_HELLO);
        assertEquals(List.of("1"), said(second).values("tls.handshake.type"));
    }

    @Test
    void takesNothingForAMessageThatIsEncrypted() {
        byte[] finished =
                Said.hex(
                        """
                        14 0303 0001 01              # change_cipher_spec
                        16 0303 0008 0e000004 01020304   # would be a message if it were in the clear
                        """);
        assertEquals(List.of(), said(finished).values("tls.handshake.type"));
        assertEquals(List.of("20", "22"), said(finished).values("tls.record.content_type"));
    }

    @Test
    void keepsWhatComesBeforeABrokenExtension() {
        byte[] broken = CLIENT_HELLO.clone();
        broken[broken.length - 6] = 9; // supported_versions now claims 9 bytes, 5 are left
        Said said = said(broken);
        assertEquals(List.of("example.com"), said.values("tls.handshake.extensions_server_name"));
        assertEquals(
                List.of("771,4865-49199,0-16-10-11-13,29,0"),
                said.values("tls.handshake.ja3_full"));
    }

    @Test
    void readsAServerHelloOfAnEarlyDraft() {
        byte[] draft20 =
                Said.hex(
                        """
                        16 0301 002a              # handshake, 42 bytes
                        02 000026  7f14           # ServerHello, 38 bytes, TLS 1.3 draft 20
                        202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f
                        1303 0000                 # cipher suite, no extensions
                        """);
        assertEquals(List.of("32532,4867,"), said(draft20).values("tls.handshake.ja3s_full"));
    }

    @Test
    void knowsTheDraftsOfFacebookForTls13() {
        byte[] hello = SERVER_HELLO.clone();
        hello[53] = (byte) 0xfb; // supported_versions: draft 26
        hello[54] = 0x1a;
        assertEquals(List.of("23"), said(hello).values("tls.record.opaque_type"));
    }

    @Test
    void givesTheVersionOfAHelloWhoseLengthsMakeNoSense() {
        byte[] hello = CLIENT_HELLO.clone();
        hello[44] = 0x7f; // cipher suites beyond the end
        assertEquals(
                List.of("tls.handshake.type=1", "tls.handshake.version=771"),
                said(hello).fields().subList(0, 2));
        assertEquals(List.of(), said(hello).values("tls.handshake.ja3"));
    }

    @Test
    void takesTheCounterOfAnEncryptedMessageForNoHelloRequest() {
        assertEquals(
                List.of("0"), said(Said.hex("16 0303 0004 00000000")).values("tls.handshake.type"));
        byte[] finished = Said.hex("16 0303 000c 0000000000000000 a1b2c3d4");
        assertEquals(List.of(), said(finished).values("tls.handshake.type"));
    }

    /// RFC 5246 appendix E.2.
    @Test
    void readsAHelloInTheFormOfSsl2() {
        byte[] hello =
                Said.hex(
                        """
                        80 1f                  # a record of 31 bytes
                        01 0301                # ClientHello, TLS 1.0
                        0006 0000 0010         # lengths: cipher specs, session id, challenge
                        00002f 010080          # TLS_RSA_WITH_AES_128_CBC_SHA, SSL_CK_RC4_128_WITH_MD5
                        000102030405060708090a0b0c0d0e0f
                        """);
        assertEquals(
                List.of(
                        "tls.record.version=2",
                        "tls.handshake.type=1",
                        "tls.handshake.version=769"),
                said(hello).fields());
        assertEquals(Outcome.DONE, said(hello).outcome());
        assertTrue(new TlsParser().recognises(MemorySegment.ofArray(hello), 0, hello.length));
        for (int place : new int[] {0, 1, 2, 3, 6, 8, 10}) {
            byte[] other = hello.clone();
            other[place] ^= 4;
            assertEquals(Outcome.NOT_MINE, said(other).outcome(), "byte " + place);
        }
        assertEquals(Outcome.NOT_MINE, said(Arrays.copyOf(hello, hello.length - 1)).outcome());
    }

    @Test
    void refusesWhatIsNoRecord() {
        assertEquals(Outcome.NOT_MINE, said(Said.text("GET / HTTP/1.1\n\n")).outcome());
        assertEquals(Outcome.NOT_MINE, said(Said.hex("16 0305 0001 00")).outcome());
        assertEquals(Outcome.NOT_MINE, said(Said.hex("16 0303 4801 00")).outcome());
        assertEquals(Outcome.NOT_MINE, said(Said.hex("16 0303 00")).outcome());
    }

    @Test
    void recognisesARecordOnlyIfWhatFollowsIsOneToo() {
        assertTrue(recognises("17 0303 0001 00"));
        assertTrue(recognises("17 0303 0001 00  15 0303 0002 0100"));
        assertFalse(recognises("17 0303 0001 00  99 0303 0002 0100"));
    }

    private static boolean recognises(String annotated) {
        byte[] bytes = Said.hex(annotated);
        return new TlsParser().recognises(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    private static byte[] joined(byte[]... parts) {
        var bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
