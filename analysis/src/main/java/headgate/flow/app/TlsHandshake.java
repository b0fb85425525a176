package headgate.flow.app;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The handshake messages of one side of TLS, put together from the records or packets that carry
/// them (RFC 8446 section 4).
final class TlsHandshake {
    static final int HEADER_LENGTH = 4;
    private static final int HELLO_REQUEST = 0;
    static final int CLIENT_HELLO = 1;
    private static final int SERVER_HELLO = 2;

    private byte[] bytes = new byte[2048];
    private int length;
    private int lengthRead;
    private boolean hasChosenTls13;
    private boolean asksForAnotherHello;

    void clear() {
        length = lengthRead = 0;
        hasChosenTls13 = asksForAnotherHello = false;
    }

    void add(MemorySegment from, long offset, long limit) {
        int count = (int) (limit - offset);
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * (length + count));
        }
        MemorySegment.copy(from, offset, MemorySegment.ofArray(bytes), length, count);
        length += count;
    }

    /// Gives the sink the messages that are whole, up to one that cannot be. True if a hello was
    /// among them, which is all that is wanted of this side.
    ///
    /// @param transport for [Ja4]
    boolean read(FieldSink fields, char transport) {
        boolean isHello = false;
        var messages = new WireReader(MemorySegment.ofArray(bytes), 0, length);
        while (messages.remaining() >= HEADER_LENGTH) {
            int type = messages.u8();
            var body = messages.take(messages.u24());
            if (messages.overrun() || !isKnown(type) || isCounter(type)) {
                break;
            }
            lengthRead = (int) messages.position();
            fields.add("tls.handshake.type", type);
            switch (type) {
                case CLIENT_HELLO -> {
                    version(body, fields);
                    isHello |= clientHello(ClientHello.read(body), transport, fields);
                }
                case SERVER_HELLO -> {
                    version(body, fields);
                    isHello |= serverHello(ServerHello.read(body), fields);
                }
                default -> {}
            }
        }
        return isHello;
    }

    /// How many bytes the messages take that were read.
    int lengthRead() {
        return lengthRead;
    }

    /// Whether a HelloRetryRequest was among the messages that were read: both sides say hello
    /// again (RFC 8446 section 2.1).
    boolean asksForAnotherHello() {
        return asksForAnotherHello;
    }

    /// Whether a ServerHello among the messages that were read chose TLS 1.3.
    boolean hasChosenTls13() {
        return hasChosenTls13;
    }

    /// IANA "TLS HandshakeType", those of RFC 5246, 8446 and their extensions. Other numbers are a
    /// sign that the message is encrypted.
    private static boolean isKnown(int type) {
        return type <= 6 || type == 8 || type >= 11 && type <= 16 || type >= 20 && type <= 25;
    }

    /// A HelloRequest comes alone (RFC 5246 section 7.4.1.1). Before other bytes, its zeros are the
    /// beginning of the nonce that encrypted messages carry, where it counts them (RFC 5288 section
    /// 3).
    private boolean isCounter(int type) {
        return type == HELLO_REQUEST && length > HEADER_LENGTH;
    }

    /// Comes first in both hellos, and stands even where the lengths behind it make no sense.
    private static void version(WireReader hello, FieldSink fields) {
        if (hello.remaining() >= Short.BYTES) {
            fields.add("tls.handshake.version", hello.peekU16());
        }
    }

    private static boolean clientHello(ClientHello hello, char transport, FieldSink fields) {
        if (hello == null) {
            return false;
        }
        for (int suite : hello.cipherSuites()) {
            fields.add("tls.handshake.ciphersuite", suite);
        }
        if (hello.serverName() != null) {
            fields.add("tls.handshake.extensions_server_name", hello.serverName());
        }
        for (String name : hello.applicationProtocols()) {
            fields.add("tls.handshake.extensions_alpn_str", name);
        }
        for (int version : hello.supportedVersions()) {
            fields.add("tls.handshake.extensions.supported_version", version);
        }
        fields.add("tls.handshake.ja3_full", Ja3.text(hello));
        fields.add("tls.handshake.ja3", Ja3.of(hello));
        fields.add("tls.handshake.ja4_r", Ja4.raw(hello, transport));
        fields.add("tls.handshake.ja4", Ja4.of(hello, transport));
        return true;
    }

    private boolean serverHello(ServerHello hello, FieldSink fields) {
        if (hello == null) {
            return false;
        }
        fields.add("tls.handshake.ciphersuite", hello.cipherSuite());
        hasChosenTls13 |= hello.isTls13();
        asksForAnotherHello |= hello.isRetryRequest();
        if (hello.applicationProtocol() != null) {
            fields.add("tls.handshake.extensions_alpn_str", hello.applicationProtocol());
        }
        if (hello.selectedVersion() != 0) {
            fields.add("tls.handshake.extensions.supported_version", hello.selectedVersion());
        }
        fields.add("tls.handshake.ja3s_full", Ja3.text(hello));
        fields.add("tls.handshake.ja3s", Ja3.of(hello));
        return true;
    }
}
