package headgate.flow.app;

import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// A ClientHello in the form of SSL 2.0, by which clients offered later versions to servers of any
/// (RFC 5246 appendix E.2).
///
/// ```
/// 1 record length 15 · message type 8 · version 16
/// · lengths of cipher specs, session id and challenge, 16 each · these three
/// ```
///
/// Its record has no type and no version: what tells it are lengths that add up to the record's.
final class Ssl2Hello {
    private static final int RECORD_HEADER_LENGTH = 2;
    private static final int TYPE = 2;
    private static final int VERSION = 3;
    private static final int CIPHER_SPECS = 5;
    private static final int SESSION_ID = 7;
    private static final int CHALLENGE = 9;
    private static final int FIXED_LENGTH = 11;

    /// The record's length in 15 bits: there is no padding.
    private static final int UNPADDED = 0x8000;

    private static final int CLIENT_HELLO = 1;
    private static final int SSL_2_0 = 0x0002;
    private static final int SSL_3_0 = 0x0300;
    private static final int TLS_1_2 = 0x0303;
    private static final int CIPHER_SPEC_LENGTH = 3;
    private static final int SESSION_ID_LENGTH = 16;
    private static final int MIN_CHALLENGE_LENGTH = 16;
    private static final int MAX_CHALLENGE_LENGTH = 32;

    private Ssl2Hello() {}

    /// Whether a whole one begins at `offset`.
    static boolean isAt(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < FIXED_LENGTH
                || NetworkOrder.u8(bytes, offset + TYPE) != CLIENT_HELLO
                || !isVersion(version(bytes, offset))) {
            return false;
        }
        int recordLength = NetworkOrder.u16(bytes, offset) - UNPADDED;
        int cipherSpecs = NetworkOrder.u16(bytes, offset + CIPHER_SPECS);
        int sessionId = NetworkOrder.u16(bytes, offset + SESSION_ID);
        int challenge = NetworkOrder.u16(bytes, offset + CHALLENGE);
        int length = FIXED_LENGTH + cipherSpecs + sessionId + challenge;
        return recordLength == length - RECORD_HEADER_LENGTH
                && length <= limit - offset
                && cipherSpecs % CIPHER_SPEC_LENGTH == 0
                && (sessionId == 0 || sessionId == SESSION_ID_LENGTH)
                && challenge >= MIN_CHALLENGE_LENGTH
                && challenge <= MAX_CHALLENGE_LENGTH;
    }

    private static boolean isVersion(int version) {
        return version == SSL_2_0 || version >= SSL_3_0 && version <= TLS_1_2;
    }

    private static int version(MemorySegment bytes, long offset) {
        return NetworkOrder.u16(bytes, offset + VERSION);
    }

    static void read(MemorySegment bytes, long offset, FieldSink fields) {
        fields.add("tls.record.version", SSL_2_0);
        fields.add("tls.handshake.type", CLIENT_HELLO);
        fields.add("tls.handshake.version", version(bytes, offset));
    }
}
