package headgate.flow.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a TLS client offers, RFC 8446 section 4.1.2; the same for all versions since SSL 3.0.
///
/// ```
/// legacy_version 2 · random 32 · session_id <1> · cipher_suites <2> · compression_methods <1>
/// · extensions <2>, each type 2, data <2>; versions before 1.3 may end before the extensions
/// ```
///
/// All lists are in the client's order, GREASE values included; a list of an extension that is not
/// there is empty.
///
/// @param version legacy_version: 0x0303 for 1.2 and all later ones
/// @param cipherSuites by their IANA numbers, also those that signal something else
/// @param extensions types, also those whose data is not read here
/// @param serverName the first host name of server_name, one character a byte; null if there is
///   none
/// @param applicationProtocols names in application_layer_protocol_negotiation, one character a
///   byte
/// @param supportedVersions of the extension of this name
/// @param supportedGroups of the extension of this name, which was called elliptic_curves
/// @param ecPointFormats of the extension of this name
/// @param signatureAlgorithms of the extension of this name
record ClientHello(
        int version,
        int[] cipherSuites,
        int[] extensions,
        String serverName,
        List<String> applicationProtocols,
        int[] supportedVersions,
        int[] supportedGroups,
        int[] ecPointFormats,
        int[] signatureAlgorithms) {
    private static final int RANDOM_LENGTH = 32;
    private static final int NAME_TYPE_HOST_NAME = 0;
    private static final int[] NONE = {};

    /// Reads the body of a handshake message of type 1. Null if it ends too early; extensions are
    /// read as far as their lengths make sense.
    static ClientHello read(WireReader message) {
        return new Reading(message).hello();
    }

    boolean hasExtension(int type) {
        return Arrays.stream(extensions).anyMatch(extension -> extension == type);
    }

    /// The hello as far as it is read.
    private static final class Reading {
        private final WireReader message;
        private final List<String> applicationProtocols = new ArrayList<>();
        private String serverName;
        private int[] supportedVersions = NONE;
        private int[] supportedGroups = NONE;
        private int[] ecPointFormats = NONE;
        private int[] signatureAlgorithms = NONE;

        Reading(WireReader message) {
            this.message = message;
        }

        ClientHello hello() {
            int version = message.u16();
            message.skip(RANDOM_LENGTH);
            message.skip(message.u8());
            int[] cipherSuites = message.take(message.u16()).restAsU16();
            message.skip(message.u8());
            int[] extensions = TlsExtension.readAll(message, this::extension);
            if (message.overrun()) {
                return null;
            }
            return new ClientHello(
                    version,
                    cipherSuites,
                    extensions,
                    serverName,
                    List.copyOf(applicationProtocols),
                    supportedVersions,
                    supportedGroups,
                    ecPointFormats,
                    signatureAlgorithms);
        }

        private void extension(int type, WireReader data) {
            switch (type) {
                case TlsExtension.SERVER_NAME -> serverName(data);
                case TlsExtension.APPLICATION_LAYER_PROTOCOL_NEGOTIATION ->
                        applicationProtocols(data);
                case TlsExtension.SUPPORTED_VERSIONS ->
                        supportedVersions = data.take(data.u8()).restAsU16();
                case TlsExtension.SUPPORTED_GROUPS ->
                        supportedGroups = data.take(data.u16()).restAsU16();
                case TlsExtension.SIGNATURE_ALGORITHMS ->
                        signatureAlgorithms = data.take(data.u16()).restAsU16();
                case TlsExtension.EC_POINT_FORMATS ->
                        ecPointFormats = data.take(data.u8()).rest().chars().toArray();
                default -> {}
            }
        }

        /// RFC 6066 section 3.
        private void serverName(WireReader data) {
            var list = data.take(data.u16());
            while (list.remaining() > 0 && !list.overrun()) {
                int nameType = list.u8();
                var name = list.take(list.u16());
                if (nameType == NAME_TYPE_HOST_NAME && serverName == null && !list.overrun()) {
                    serverName = name.rest();
                }
            }
        }

        /// RFC 7301 section 3.1.
        private void applicationProtocols(WireReader data) {
            var list = data.take(data.u16());
            while (list.remaining() > 0 && !list.overrun()) {
                var name = list.take(list.u8());
                if (!list.overrun()) {
                    applicationProtocols.add(name.rest());
                }
            }
        }
    }
}
