package headgate.flow.app;

import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// Transport Layer Security over TCP, SSL 3.0 to TLS 1.3: the records, and what is in the clear of
/// the handshake.
///
/// ```
/// record, RFC 8446 section 5.1:  content type 8 · version 16 · length 16 · fragment
/// handshake message, section 4:  type 8 · length 24 · body; may begin in one record and end in another
/// ```
final class TlsParser implements ConversationalParser {
    private static final int RECORD_HEADER_LENGTH = 5;

    /// Of a protected record, RFC 5246 section 6.2.3; later versions allow less.
    private static final int MAX_FRAGMENT_LENGTH = (1 << 14) + 2048;

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int APPLICATION_DATA = 23;

    private static final int SSL_3_0 = 0x0300;
    private static final int TLS_1_3 = 0x0304;

    private final TlsHandshake handshake = new TlsHandshake();

    @Override
    public Application application() {
        return Application.TLS;
    }

    @Override
    public int protocol() {
        return IpProtocol.TCP;
    }

    /// A record of a known type, version and length, and after it nothing or another one; or a
    /// hello in the form of SSL 2.0.
    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        if (Ssl2Hello.isAt(bytes, offset, limit)) {
            return true;
        }
        if (!isRecord(bytes, offset, limit)) {
            return false;
        }
        long next = end(bytes, offset);
        return limit - next < RECORD_HEADER_LENGTH || isRecord(bytes, next, limit);
    }

    @Override
    public Outcome parse(
            MemorySegment bytes,
            long offset,
            long limit,
            Conversation conversation,
            FieldSink fields) {
        if (Ssl2Hello.isAt(bytes, offset, limit)) {
            Ssl2Hello.read(bytes, offset, fields);
            return Outcome.DONE;
        }
        if (!isRecord(bytes, offset, limit)) {
            return Outcome.NOT_MINE;
        }
        handshake.clear();
        boolean isProtected = false;
        long at = offset;
        while (isWhole(bytes, at, limit)) {
            int contentType = NetworkOrder.u8(bytes, at);
            isProtected |= contentType == CHANGE_CIPHER_SPEC;
            if (contentType == HANDSHAKE && (!isProtected || isClientHello(bytes, at))) {
                handshake.add(bytes, at + RECORD_HEADER_LENGTH, end(bytes, at));
            }
            at = end(bytes, at);
        }
        boolean isHello = handshake.read(fields, 't');
        conversation.isTls13 |= handshake.hasChosenTls13();
        records(bytes, offset, at, conversation, fields);
        return at == limit || isHello || isProtected ? Outcome.DONE : Outcome.NEED_MORE;
    }

    /// In TLS 1.3 a record of application data may hold anything, and its type is called opaque.
    private static void records(
            MemorySegment bytes,
            long offset,
            long limit,
            Conversation conversation,
            FieldSink fields) {
        for (long at = offset; at < limit; at = end(bytes, at)) {
            int contentType = NetworkOrder.u8(bytes, at);
            boolean isOpaque = conversation.isTls13 && contentType == APPLICATION_DATA;
            fields.add(
                    isOpaque ? "tls.record.opaque_type" : "tls.record.content_type", contentType);
            fields.add("tls.record.version", NetworkOrder.u16(bytes, at + 1));
        }
    }

    /// A client of TLS 1.3 sends change_cipher_spec for the sake of middleboxes, and may then send
    /// another hello in the clear (RFC 8446 appendix D.4).
    private static boolean isClientHello(MemorySegment bytes, long at) {
        long message = at + RECORD_HEADER_LENGTH;
        return end(bytes, at) - message > TlsHandshake.HEADER_LENGTH
                && NetworkOrder.i32(bytes, message)
                        == (TlsHandshake.CLIENT_HELLO << 24
                                | (int) (end(bytes, at) - message - TlsHandshake.HEADER_LENGTH));
    }

    private static boolean isWhole(MemorySegment bytes, long at, long limit) {
        return isRecord(bytes, at, limit) && end(bytes, at) <= limit;
    }

    private static boolean isRecord(MemorySegment bytes, long at, long limit) {
        if (limit - at < RECORD_HEADER_LENGTH) {
            return false;
        }
        int contentType = NetworkOrder.u8(bytes, at);
        int version = NetworkOrder.u16(bytes, at + 1);
        int length = NetworkOrder.u16(bytes, at + 3);
        return contentType >= CHANGE_CIPHER_SPEC
                && contentType <= APPLICATION_DATA
                && version >= SSL_3_0
                && version <= TLS_1_3
                && length <= MAX_FRAGMENT_LENGTH
                && (length > 0 || contentType == APPLICATION_DATA);
    }

    private static long end(MemorySegment bytes, long at) {
        return at + RECORD_HEADER_LENGTH + NetworkOrder.u16(bytes, at + 3);
    }
}
