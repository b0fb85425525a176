package headgate.flow.app;

import java.util.Arrays;
import java.util.HexFormat;

/// What a TLS server chose, RFC 8446 section 4.1.3; the same for all versions since SSL 3.0.
///
/// ```
/// legacy_version 2 · random 32 · session_id <1> · cipher_suite 2 · compression_method 1
/// · extensions <2>, each type 2, data <2>; versions before 1.3 may end before the extensions
/// ```
///
/// @param version legacy_version: 0x0303 for 1.2 and all later ones
/// @param isRetryRequest whether it is a HelloRetryRequest, which has a random of its own: the
///   client has to say hello again
/// @param cipherSuite by its IANA number
/// @param extensions types in the server's order
/// @param selectedVersion of the extension supported_versions; 0 if it is not there
/// @param applicationProtocol that the server chose, one character a byte; null if none is named
record ServerHello(
        int version,
        boolean isRetryRequest,
        int cipherSuite,
        int[] extensions,
        int selectedVersion,
        String applicationProtocol) {
    private static final int RANDOM_LENGTH = 32;

    /// SHA-256 of "HelloRetryRequest".
    private static final byte[] RETRY_REQUEST =
            HexFormat.of()
                    .parseHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");

    private static final int TLS_1_3 = 0x0304;

    /// Reads the body of a handshake message of type 2. Null if it ends too early; extensions are
    /// read as far as their lengths make sense.
    static ServerHello read(WireReader message) {
        int version = message.u16();
        boolean isRetryRequest = Arrays.equals(message.array(RANDOM_LENGTH), RETRY_REQUEST);
        // Drafts that announce themselves here had no session id and no compression method.
        boolean isShort = isDraftOfTls13(version);
        message.skip(isShort ? 0 : message.u8());
        int cipherSuite = message.u16();
        message.skip(isShort ? 0 : 1);
        if (message.overrun()) {
            return null;
        }
        var chosen = new Chosen();
        int[] extensions = TlsExtension.readAll(message, chosen::extension);
        return new ServerHello(
                version,
                isRetryRequest,
                cipherSuite,
                extensions,
                chosen.version,
                chosen.applicationProtocol);
    }

    /// What is read of the extensions.
    private static final class Chosen {
        private int version;
        private String applicationProtocol;

        void extension(int type, WireReader data) {
            if (type == TlsExtension.SUPPORTED_VERSIONS) {
                version = data.u16();
            } else if (type == TlsExtension.APPLICATION_LAYER_PROTOCOL_NEGOTIATION) {
                var names = data.take(data.u16());
                var name = names.take(names.u8());
                applicationProtocol = names.overrun() ? null : name.rest();
            }
        }
    }

    boolean isTls13() {
        return selectedVersion == TLS_1_3
                || isDraftOfTls13(selectedVersion)
                || isDraftOfTls13(version);
    }

    /// 0x7f and the number of the draft (draft-ietf-tls-tls13 section 4.2.1.1); Facebook's drafts
    /// begin with 0xfb.
    private static boolean isDraftOfTls13(int version) {
        return version >>> 8 == 0x7f || version >>> 8 == 0xfb;
    }
}
