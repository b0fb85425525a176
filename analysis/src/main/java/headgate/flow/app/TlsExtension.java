package headgate.flow.app;

import java.util.Arrays;

/// The extensions of TLS hellos, RFC 8446 section 4.2: type 16, length 16, data; and the numbers of
/// those that are read here (IANA "TLS ExtensionType Values").
final class TlsExtension {
    static final int SERVER_NAME = 0;
    static final int SUPPORTED_GROUPS = 10;
    static final int EC_POINT_FORMATS = 11;
    static final int SIGNATURE_ALGORITHMS = 13;
    static final int APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16;
    static final int SUPPORTED_VERSIONS = 43;

    private static final int HEADER_LENGTH = 4;
    private static final int[] NONE = {};

    private TlsExtension() {}

    /// Takes the data of an extension, which may be anything.
    interface Visitor {
        void extension(int type, WireReader data);
    }

    /// Reads the extensions at the end of a hello, as far as their lengths make sense, and returns
    /// their types. A hello before TLS 1.3 may have none.
    static int[] readAll(WireReader hello, Visitor visitor) {
        if (hello.remaining() == 0) {
            return NONE;
        }
        var list = hello.take(hello.u16());
        var types = new int[(int) list.remaining() / HEADER_LENGTH];
        int count = 0;
        while (list.remaining() >= HEADER_LENGTH) {
            int type = list.u16();
            var data = list.take(list.u16());
            if (list.overrun()) {
                break;
            }
            types[count++] = type;
            visitor.extension(type, data);
        }
        return Arrays.copyOf(types, count);
    }

    /// Whether a cipher suite, extension, group, algorithm or version is one of the sixteen that a
    /// client strews in to keep servers tolerant (GREASE, RFC 8701): 0x0a0a, 0x1a1a … 0xfafa.
    static boolean isGrease(int number) {
        return (number & 0x0f0f) == 0x0a0a && number >>> 8 == (number & 0xff);
    }
}
