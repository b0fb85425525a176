package headgate.flow.app;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// JA4: a name for a TLS client that survives the shuffling of its extensions. Source: the
/// description of the method by its authors (FoxIO, `JA4.md`).
///
/// ```
/// t13d1516h2_8daaf6152771_e5627efa2ab1
/// │││ │ │ │  │            └ SHA-256 of the sorted extensions and the signature algorithms, 12 digits
/// │││ │ │ │  └ SHA-256 of the sorted cipher suites, 12 digits
/// │││ │ │ └ first and last character of the first application protocol
/// │││ │ └ number of extensions, 99 at most
/// │││ └ number of cipher suites, 99 at most
/// ││└ d: a server name is given, i: none
/// │└ highest version
/// └ t: over TCP, q: in QUIC
/// ```
///
/// GREASE values are left out everywhere.
final class Ja4 {
    private static final String NOTHING = "000000000000";
    private static final int DIGEST_LENGTH = 12;

    private final String prefix;
    private final String cipherSuites;
    private final String extensions;

    private Ja4(ClientHello hello, char transport) {
        int[] suites = withoutGrease(hello.cipherSuites()).toArray();
        int[] types = withoutGrease(hello.extensions()).toArray();
        prefix =
                transport
                        + version(hello)
                        + (hello.hasExtension(TlsExtension.SERVER_NAME) ? 'd' : 'i')
                        + count(suites.length)
                        + count(types.length)
                        + applicationProtocol(hello);
        cipherSuites = joined(Arrays.stream(suites).sorted());
        String sorted = joined(Arrays.stream(types).filter(Ja4::isHashed).sorted());
        String algorithms = joined(withoutGrease(hello.signatureAlgorithms()));
        extensions = algorithms.isEmpty() ? sorted : sorted + '_' + algorithms;
    }

    /// @param transport `t` over TCP, `q` in QUIC
    static String of(ClientHello hello, char transport) {
        var ja4 = new Ja4(hello, transport);
        return ja4.prefix + '_' + digest(ja4.cipherSuites) + '_' + digest(ja4.extensions);
    }

    /// JA4_r: the lists themselves in place of their digests.
    static String raw(ClientHello hello, char transport) {
        var ja4 = new Ja4(hello, transport);
        return ja4.prefix + '_' + ja4.cipherSuites + '_' + ja4.extensions;
    }

    private static String version(ClientHello hello) {
        int highest = withoutGrease(hello.supportedVersions()).max().orElse(hello.version());
        return switch (highest) {
            case 0x0304 -> "13";
            case 0x0303 -> "12";
            case 0x0302 -> "11";
            case 0x0301 -> "10";
            case 0x0300 -> "s3";
            case 0x0002 -> "s2";
            default -> "00";
        };
    }

    private static String count(int number) {
        int shown = Math.min(99, number);
        return shown < 10 ? "0" + shown : Integer.toString(shown);
    }

    /// Of a name that begins or ends otherwise than with a letter or digit, the first and last
    /// digit of its bytes in hexadecimal.
    private static String applicationProtocol(ClientHello hello) {
        if (hello.applicationProtocols().isEmpty()
                || hello.applicationProtocols().getFirst().isEmpty()) {
            return "00";
        }
        String name = hello.applicationProtocols().getFirst();
        char first = name.charAt(0);
        char last = name.charAt(name.length() - 1);
        if (isAlphanumeric(first) && isAlphanumeric(last)) {
            return "" + first + last;
        }
        var hex = HexFormat.of();
        return "" + hex.toHighHexDigit(first) + hex.toLowHexDigit(last);
    }

    private static boolean isAlphanumeric(char c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }

    /// The prefix tells of these two, so that the digest is the same for any name and protocol.
    private static boolean isHashed(int extension) {
        return extension != TlsExtension.SERVER_NAME
                && extension != TlsExtension.APPLICATION_LAYER_PROTOCOL_NEGOTIATION;
    }

    private static IntStream withoutGrease(int[] numbers) {
        return Arrays.stream(numbers).filter(number -> !TlsExtension.isGrease(number));
    }

    private static String joined(IntStream numbers) {
        return numbers.mapToObj(number -> HexFormat.of().toHexDigits((short) number))
                .collect(Collectors.joining(","));
    }

    private static String digest(String list) {
        return list.isEmpty() ? NOTHING : HexDigest.sha256(list).substring(0, DIGEST_LENGTH);
    }
}
