package headgate.packet.file;

import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;

/// What a file looks like that is not a capture, for the message that refuses it.
final class FirstBytes {
    /// With so many bytes the description is as good as it gets.
    static final int LOOKED_AT = 64;

    private static final int SHOWN = 8;

    private record Signature(String hex, String what) {}

    private static final List<Signature> SIGNATURES =
            List.of(
                    new Signature("736e6f6f70000000", "a snoop capture, RFC 1761"),
                    new Signature("52545353", "a Microsoft Network Monitor 1 capture"),
                    new Signature("474d4255", "a Microsoft Network Monitor 2 capture"),
                    new Signature("54525343", "a NetScaler capture"),
                    new Signature("5452534e4946462064617461", "a Sniffer capture"),
                    new Signature("fd377a585a00", "xz compressed"),
                    new Signature("425a68", "bzip2 compressed"),
                    new Signature("04224d18", "lz4 compressed"),
                    new Signature("1f9d", "compressed by compress"),
                    new Signature("1f8b", "gzip compressed"),
                    new Signature("28b52ffd", "zstd compressed"),
                    new Signature("504b0304", "a zip archive"),
                    new Signature("377abcaf271c", "a 7z archive"),
                    new Signature("7f454c46", "an ELF program"),
                    new Signature("50415231", "a Parquet file"),
                    new Signature("25504446", "a PDF document"),
                    new Signature("89504e47", "a PNG image"));

    private FirstBytes() {}

    /// Says why the file whose first bytes lie in `in` is refused.
    static String describe(InputBuffer in) {
        int length = in.present();
        if (length == 0) {
            return "empty file";
        }
        String hex = HexFormat.of().formatHex(first(in, Math.min(length, 16)));
        return "not a pcap or pcapng capture, but "
                + SIGNATURES.stream()
                        .filter(signature -> hex.startsWith(signature.hex))
                        .map(Signature::what)
                        .findFirst()
                        .orElseGet(() -> isText(in) ? "text" : "something unknown")
                + ": it begins "
                + HexFormat.ofDelimiter(" ").formatHex(first(in, Math.min(length, SHOWN)))
                + (length < Integer.BYTES ? " and ends there" : "");
    }

    private static boolean isText(InputBuffer in) {
        for (byte b : first(in, Math.min(in.present(), LOOKED_AT))) {
            boolean printable = b >= ' ' && b <= '~' || b == '\t' || b == '\n' || b == '\r';
            if (!printable) {
                return false;
            }
        }
        return true;
    }

    private static byte[] first(InputBuffer in, int length) {
        return in.bytes.asSlice(in.position, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
