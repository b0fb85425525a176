package headgate.flow.app;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Digests of the texts that fingerprints are made of, in lower-case hexadecimal.
final class HexDigest {
    private HexDigest() {}

    static String md5(String text) {
        return of("MD5", text);
    }

    static String sha256(String text) {
        return of("SHA-256", text);
    }

    private static String of(String algorithm, String text) {
        try {
            var digest = MessageDigest.getInstance(algorithm);
            return HexFormat.of()
                    .formatHex(digest.digest(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
