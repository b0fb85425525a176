package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.app.ApplicationParser.Outcome;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SshParserTest {
    /// The client's algorithms of "SSH-2.0-dropbear_2012.55", as the authors of HASSH list them.
    private static final String[] DROPBEAR = {
        "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1",
        "ssh-rsa,ssh-dss",
        "aes128-ctr,3des-ctr,aes256-ctr,aes128-cbc,3des-cbc,aes256-cbc,twofish256-cbc,twofish-cbc,"
                + "twofish128-cbc",
        "aes128-cbc",
        "hmac-sha1-96,hmac-sha1,hmac-md5",
        "hmac-sha1",
        "zlib,zlib@openssh.com,none",
        "none",
        "",
        ""
    };

    static final byte[] DROPBEAR_CLIENT =
            joined(Said.text("SSH-2.0-dropbear_2012.55\n"), kexInit(DROPBEAR));

    private static Said said(byte[] bytes) {
        return Said.to(new SshParser(), bytes);
    }

    @Test
    void namesAClientAsTheAuthorsOfHasshDo() {
        Said said = said(DROPBEAR_CLIENT);
        assertEquals(Outcome.DONE, said.outcome());
        assertEquals(List.of("SSH-2.0-dropbear_2012.55"), said.values("ssh.protocol"));
        assertEquals(List.of("16f898dd8ed8279e1055350b4e20666c"), said.values("ssh.kex.hassh"));
        assertEquals(List.of(), said.values("ssh.kex.hasshserver"));
    }

    @Test
    void namesAServerByTheAlgorithmsToTheClient() {
        var conversation = new Conversation();
        conversation.fromClient = false;
        Said said = Said.to(new SshParser(), DROPBEAR_CLIENT, conversation);
        assertEquals(
                List.of(
                        "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1;aes128-cbc;hmac-sha1;none"),
                said.values("ssh.kex.hasshserver_algorithms"));
        assertEquals(
                List.of("d9c77f9f6f9313c2e7ab786b5d7fd637"), said.values("ssh.kex.hasshserver"));
        assertEquals(List.of(), said.values("ssh.kex.hassh"));
    }

    @Test
    void readsAKeyExchangeThatComesAlone() {
        assertEquals(
                List.of("16f898dd8ed8279e1055350b4e20666c"),
                said(kexInit(DROPBEAR)).values("ssh.kex.hassh"));
    }

    @Test
    void wantsMoreUntilTheKeyExchangeIsWhole() {
        for (int length = 4; length < DROPBEAR_CLIENT.length; length++) {
            assertEquals(
                    Outcome.NEED_MORE,
                    said(Arrays.copyOf(DROPBEAR_CLIENT, length)).outcome(),
                    "of " + length);
        }
    }

    @Test
    void readsTheIdentificationOfVersion1() {
        byte[] publicKey = Said.hex("00 00 00 8f  00 02 a1a2");
        Said said = said(joined("SSH-1.5-1.2.26\n".getBytes(StandardCharsets.US_ASCII), publicKey));
        assertEquals(List.of("ssh.protocol=SSH-1.5-1.2.26"), said.fields());
        assertEquals(Outcome.DONE, said.outcome());
    }

    @Test
    void takesNoIdentificationLongerThanAllowed() {
        Said said = said(Said.text("SSH-2.0-" + "x".repeat(300) + "\n"));
        assertEquals(List.of(), said.fields());
        assertEquals(Outcome.DONE, said.outcome());
    }

    @Test
    void refusesAListThatPromisesTooMuch() {
        byte[] packet = kexInit(DROPBEAR);
        packet[4 + 2 + 16] = 0x7f;
        assertEquals(List.of(), said(packet).values("ssh.kex.hassh"));
    }

    @Test
    void recognisesTheIdentificationAnywhere() {
        assertTrue(
                new SshParser()
                        .recognises(
                                MemorySegment.ofArray(DROPBEAR_CLIENT), 0, DROPBEAR_CLIENT.length));
        assertEquals(Outcome.NOT_MINE, said(Said.text("220 mail\n")).outcome());
    }

    /// A packet of RFC 4253 section 6 with a KEXINIT of section 7.1.
    private static byte[] kexInit(String... lists) {
        var payload = new ByteArrayOutputStream();
        payload.write(20);
        payload.writeBytes(new byte[16]); // cookie
        for (String list : lists) {
            payload.writeBytes(ByteBuffer.allocate(4).putInt(list.length()).array());
            payload.writeBytes(list.getBytes(StandardCharsets.US_ASCII));
        }
        payload.writeBytes(new byte[1 + 4]); // first_kex_packet_follows, reserved
        int padding = 4 + (8 - (4 + 1 + payload.size() + 4) % 8) % 8;
        byte[] header =
                ByteBuffer.allocate(5)
                        .putInt(1 + payload.size() + padding)
                        .put((byte) padding)
                        .array();
        return joined(header, payload.toByteArray(), new byte[padding]);
    }

    private static byte[] joined(byte[]... parts) {
        var bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
