package headgate.flow.app;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// Bytes of a message as text that can be shown: UTF-8 as far as it is that, U+FFFD for what is
/// not, control characters as C writes them (`\n`, `\033`), which is also what tshark does.
final class FieldText {
    private static final String NAMED = "\u0007\b\t\n\u000b\f\r";
    private static final String LETTERS = "abtnvfr";

    private FieldText() {}

    /// The bytes from `from` to before `to`.
    static String of(MemorySegment bytes, long from, long to) {
        var octets = new byte[(int) (to - from)];
        MemorySegment.copy(bytes, JAVA_BYTE, from, octets, 0, octets.length);
        return of(octets, octets.length);
    }

    static String of(byte[] octets, int length) {
        for (int i = 0; i < length; i++) {
            if (octets[i] < ' ' || octets[i] == 0x7f) {
                return escaped(new String(octets, 0, length, StandardCharsets.UTF_8));
            }
        }
        return new String(octets, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static String escaped(String text) {
        var shown = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            int named = NAMED.indexOf(character);
            if (named >= 0) {
                shown.append('\\').append(LETTERS.charAt(named));
            } else if (Character.isISOControl(character)) {
                shown.append('\\').append((char) ('0' + (character >>> 6)));
                shown.append((char) ('0' + (character >>> 3 & 7)));
                shown.append((char) ('0' + (character & 7)));
            } else {
                shown.append(character);
            }
        }
        return shown.toString();
    }
}
