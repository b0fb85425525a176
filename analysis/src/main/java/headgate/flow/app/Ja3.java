package headgate.flow.app;

import java.util.Arrays;
import java.util.stream.Collectors;

/// JA3 and JA3S: names for the software that speaks TLS, from what it offers or chooses. Source:
/// the description of the method by its authors (Salesforce, `ja3`).
///
/// The MD5 of numbers in decimal, those of a list joined by `-`, the lists by `,`; GREASE values
/// are left out.
final class Ja3 {
    private Ja3() {}

    /// `SSLVersion,Cipher,SSLExtension,EllipticCurve,EllipticCurvePointFormat`
    static String text(ClientHello hello) {
        return String.join(
                ",",
                Integer.toString(hello.version()),
                joined(hello.cipherSuites()),
                joined(hello.extensions()),
                joined(hello.supportedGroups()),
                joined(hello.ecPointFormats()));
    }

    /// `SSLVersion,Cipher,SSLExtension`
    static String text(ServerHello hello) {
        return String.join(
                ",",
                Integer.toString(hello.version()),
                Integer.toString(hello.cipherSuite()),
                joined(hello.extensions()));
    }

    static String of(ClientHello hello) {
        return HexDigest.md5(text(hello));
    }

    static String of(ServerHello hello) {
        return HexDigest.md5(text(hello));
    }

    private static String joined(int[] numbers) {
        return Arrays.stream(numbers)
                .filter(number -> !TlsExtension.isGrease(number))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining("-"));
    }
}
