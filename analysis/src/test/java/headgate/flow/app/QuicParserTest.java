package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.app.ApplicationParser.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuicParserTest {
    private static Said said(byte[] bytes) {
        return Said.to(new QuicParser(), bytes);
    }

    @Test
    void readsTheClientsHelloOfTheRfcExamples() {
        for (byte[] packet :
                List.of(QuicSamples.CLIENT_INITIAL_V1, QuicSamples.CLIENT_INITIAL_V2)) {
            Said said = said(packet);
            assertEquals(Outcome.DONE, said.outcome());
            assertEquals(
                    List.of("example.com"), said.values("tls.handshake.extensions_server_name"));
            assertEquals(List.of("alpn"), said.values("tls.handshake.extensions_alpn_str"));
            assertEquals(
                    List.of("41bc9ae914d6cb3bd0bd0a5453ab7d7f"), said.values("tls.handshake.ja3"));
            assertEquals(
                    List.of("q13d0211an_62ed6f6ca7ad_4d634acda6c0"),
                    said.values("tls.handshake.ja4"));
        }
    }

    @Test
    void readsTheLongHeader() {
        assertEquals(
                List.of(
                        "quic.header_form=1",
                        "quic.version=1",
                        "quic.long.packet_type=0",
                        "quic.dcid=8394c8f03e515708"),
                said(QuicSamples.CLIENT_INITIAL_V1).fields().subList(0, 4));
        assertEquals(
                List.of("1"),
                said(QuicSamples.CLIENT_INITIAL_V2).values("quic.long.packet_type_v2"));
    }

    @Test
    void readsTheServersHelloWhenItHasSeenTheClients() {
        var conversation = new Conversation();
        read(QuicSamples.CLIENT_INITIAL_V1, true, conversation);
        Said said = read(QuicSamples.SERVER_INITIAL_V1, false, conversation);
        assertEquals(List.of("2"), said.values("tls.handshake.type"));
        assertEquals(List.of("771,4865,51-43"), said.values("tls.handshake.ja3s_full"));
        assertEquals(List.of("f067a5502a4262b5"), said.values("quic.scid"));
    }

    @Test
    void readsNoHelloOfAServerAlone() {
        Said said = said(QuicSamples.SERVER_INITIAL_V1);
        assertEquals(Outcome.NEED_MORE, said.outcome());
        assertEquals(List.of(), said.values("tls.handshake.type"));
    }

    /// RFC 8446 section 2.1: the server names a group that the client has sent no key for.
    @Test
    void readsBothHellosAgainAfterAHelloRetryRequest() {
        byte[] first = Said.hex("8394c8f03e515708");
        byte[] ofClient = Said.hex("c1");
        byte[] ofServer = Said.hex("5e");
        var client = new QuicSealed(QuicInitialKeys.client(QuicVersion.V1, first));
        var server = new QuicSealed(QuicInitialKeys.server(QuicVersion.V1, first));
        String random = "ab".repeat(32);
        String retry = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

        var conversation = new Conversation();
        Said asked = read(client.initial(first, ofClient, hello(1)), true, conversation);
        assertEquals(List.of("4865"), asked.values("tls.handshake.ciphersuite"));
        Said again =
                read(server.initial(ofClient, ofServer, answer(retry, 1)), false, conversation);
        assertEquals(List.of("2"), again.values("tls.handshake.type"));
        assertEquals(Outcome.NEED_MORE, again.outcome());
        Said askedAgain = read(client.initial(ofServer, ofClient, hello(2)), true, conversation);
        assertEquals(List.of("1"), askedAgain.values("tls.handshake.type"));
        assertEquals(List.of("4866"), askedAgain.values("tls.handshake.ciphersuite"));
        Said answered =
                read(server.initial(ofClient, ofServer, answer(random, 2)), false, conversation);
        assertEquals(List.of("4866"), answered.values("tls.handshake.ciphersuite"));
        assertEquals(Outcome.DONE, answered.outcome());
        // Whatever comes behind a ServerHello is of no interest.
        assertEquals(
                List.of(),
                read(client.initial(ofServer, ofClient, hello(3)), true, conversation)
                        .values("tls.handshake.type"));
    }

    /// @param suite TLS_AES_128_GCM_SHA256 is 1301
    private static byte[] hello(int suite) {
        return Said.hex(
                """
                01 000029  0303     # ClientHello, version
                %s                  # random
                00  0002 13 %02x    # no session id, one cipher suite
                01 00               # no compression
                """
                        .formatted("cd".repeat(32), suite));
    }

    private static byte[] answer(String random, int suite) {
        return Said.hex(
                """
                02 000026  0303     # ServerHello, version
                %s
                00  13 %02x  00     # no session id, cipher suite, no compression
                """
                        .formatted(random, suite));
    }

    @Test
    void triesNoFurtherWhenNothingCanBeOpened() {
        var conversation = new Conversation();
        byte[] spoilt = QuicSamples.CLIENT_INITIAL_V1.clone();
        spoilt[700] ^= 1;
        for (int i = 1; i < QuicConnection.MAX_FAILURES; i++) {
            read(spoilt, true, conversation);
        }
        assertEquals(
                List.of("1"),
                read(QuicSamples.CLIENT_INITIAL_V1, true, conversation)
                        .values("tls.handshake.type"));
        conversation = new Conversation();
        for (int i = 0; i < QuicConnection.MAX_FAILURES; i++) {
            read(spoilt, true, conversation);
        }
        Said said = read(QuicSamples.CLIENT_INITIAL_V1, true, conversation);
        assertEquals(List.of(), said.values("tls.handshake.type"));
        assertEquals(List.of("1"), said.values("quic.header_form"));
    }

    @Test
    void givesAHelloOnce() {
        var conversation = new Conversation();
        read(QuicSamples.CLIENT_INITIAL_V1, true, conversation);
        Said again = read(QuicSamples.CLIENT_INITIAL_V1, true, conversation);
        assertEquals(Outcome.DONE, again.outcome());
        assertEquals(List.of(), again.values("tls.handshake.type"));
    }

    @Test
    void readsTheConnectionIdOfAShortHeaderThatItsOwnerWasSeenToChoose() {
        var conversation = new Conversation();
        read(QuicSamples.CLIENT_INITIAL_V1, true, conversation);
        read(QuicSamples.SERVER_INITIAL_V1, false, conversation);
        byte[] toServer = Said.hex("43 f067a5502a4262b5 0102030405060708");
        byte[] toServerByAnother = Said.hex("43 f067a5502a4262b6 0102030405060708");
        byte[] toClient = Said.hex("43 0102030405060708");
        assertEquals(
                List.of("quic.header_form=0", "quic.dcid=f067a5502a4262b5"),
                read(toServer, true, conversation).fields());
        assertEquals(
                List.of("quic.header_form=0"),
                read(toServerByAnother, true, conversation).fields());
        assertEquals(List.of("quic.header_form=0"), read(toClient, false, conversation).fields());
    }

    /// RFC 9287: both sides agreed that the fixed bit says nothing.
    @Test
    void readsAShortHeaderWithoutTheFixedBitByItsConnectionId() {
        var conversation = new Conversation();
        read(QuicSamples.CLIENT_INITIAL_V1, true, conversation);
        read(QuicSamples.SERVER_INITIAL_V1, false, conversation);
        byte[] toServer = Said.hex("03 f067a5502a4262b5 0102030405060708");
        byte[] toServerByAnother = Said.hex("03 f067a5502a4262b6 0102030405060708");
        assertEquals(
                List.of("quic.header_form=0", "quic.dcid=f067a5502a4262b5"),
                read(toServer, true, conversation).fields());
        assertEquals(Outcome.NOT_MINE, read(toServerByAnother, true, conversation).outcome());
    }

    @Test
    void readsSeveralPacketsOfADatagram() {
        byte[] initial = QuicSamples.SERVER_INITIAL_V1;
        byte[] both = Arrays.copyOf(initial, initial.length + 20);
        // A Handshake packet without source connection id and with one byte of payload.
        byte[] handshake = Said.hex("e0 00000001 00 00 01 ff  43 0102030405060708 0000");
        System.arraycopy(handshake, 0, both, initial.length, handshake.length);
        Said said = said(both);
        assertEquals(List.of("1", "1", "0"), said.values("quic.header_form"));
        assertEquals(List.of("0", "2"), said.values("quic.long.packet_type"));
    }

    @Test
    void readsOnlyWhatAllVersionsShareOfAnUnknownOneInAConversation() {
        byte[] quant = Said.hex("80 45474701 04 01020304 02 0506 ffffffff");
        assertEquals(Outcome.NOT_MINE, said(quant).outcome());
        var conversation = new Conversation();
        read(QuicSamples.CLIENT_INITIAL_V1, true, conversation);
        Said said = read(quant, false, conversation);
        assertEquals(
                List.of(
                        "quic.header_form=1",
                        "quic.version=1162299137",
                        "quic.dcid=01020304",
                        "quic.scid=0506"),
                said.fields());
    }

    @Test
    void readsTheHeaderOfARetry() {
        Said said = said(Said.hex("f0 00000001 00 01 07 746f6b656e"));
        assertEquals(List.of("3"), said.values("quic.long.packet_type"));
        assertEquals(Outcome.NEED_MORE, said.outcome());
    }

    @Test
    void recognisesKnownVersionsWhoseLengthsFit() {
        assertTrue(recognises(QuicSamples.CLIENT_INITIAL_V1));
        assertTrue(recognises(QuicSamples.CLIENT_INITIAL_V2));
        assertFalse(recognises(Arrays.copyOf(QuicSamples.SERVER_INITIAL_V1, 100)));
        assertFalse(recognises(Said.hex("80 45474701 04 01020304 02 0506 ffffffff")));
        assertFalse(recognises(Said.hex("43 0102030405060708")));
        assertFalse(recognises(Said.hex("c0 00000001 15 " + "00".repeat(40)))); // an id of 21 bytes
    }

    /// As an ICMP error quotes it, or a capture of headers has it.
    @Test
    void readsTheHeaderOfAClientsFirstPacketThatIsCut() {
        byte[] cut = Arrays.copyOf(QuicSamples.CLIENT_INITIAL_V1, 40);
        assertTrue(recognises(cut));
        assertEquals(
                List.of(
                        "quic.header_form=1",
                        "quic.version=1",
                        "quic.long.packet_type=0",
                        "quic.dcid=8394c8f03e515708"),
                said(cut).fields());
        assertFalse(recognises(Said.hex("c0 00000001 07 01020304050607 00 00 4400")));
        assertFalse(recognises(Said.hex("80 00000001 08 0102030405060708 00 00 4400")));
    }

    @Test
    void readsShortHeadersOnlyInAConversation() {
        assertEquals(Outcome.NOT_MINE, said(Said.hex("43 0102030405060708")).outcome());
        assertEquals(Outcome.NOT_MINE, said(Said.hex("03 0102030405060708")).outcome());
        assertEquals(Outcome.NOT_MINE, said(new byte[0]).outcome());
    }

    /// RFC 9287: its sender and its receiver agreed that the bit says nothing.
    @Test
    void readsALongHeaderWithoutTheFixedBit() {
        Said said = said(Said.hex("a1 00000001 01 aa 01 bb 02 0102"));
        assertEquals(List.of("2"), said.values("quic.long.packet_type"));
        assertEquals(List.of("bb"), said.values("quic.scid"));
    }

    @Test
    void knowsTheVersionsThatWereInUseBeforeTheRfc() {
        assertEquals(QuicVersion.DRAFT_22, QuicVersion.of(0xff000016));
        assertEquals(QuicVersion.DRAFT_22, QuicVersion.of(0xfaceb001));
        assertEquals(QuicVersion.DRAFT_23, QuicVersion.of(0xff00001c));
        assertEquals(QuicVersion.DRAFT_23, QuicVersion.of(0xfaceb002));
        assertEquals(QuicVersion.DRAFT_29, QuicVersion.of(0xff000020));
        assertEquals(QuicVersion.DRAFT_29, QuicVersion.of(0xbabababa));
        assertEquals(QuicVersion.V1, QuicVersion.of(0xff000022));
        assertEquals(QuicVersion.T051, QuicVersion.of(0x54303531));
        assertNull(QuicVersion.of(0xff000015));
        assertNull(QuicVersion.of(0));
        assertNull(QuicVersion.of(0x51303436));
    }

    private static boolean recognises(byte[] bytes) {
        return new QuicParser().recognises(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    private static Said read(byte[] bytes, boolean fromClient, Conversation conversation) {
        conversation.fromClient = fromClient;
        return Said.to(new QuicParser(), bytes, conversation);
    }
}
