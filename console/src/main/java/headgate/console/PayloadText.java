package headgate.console;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import headgate.packet.Frame;
import java.io.PrintWriter;
import java.util.function.IntUnaryOperator;

/// Bytes for a terminal: whatever a packet holds, only printable ASCII comes out.
final class PayloadText {
    private static final int BYTES_PER_LINE = 16;
    private static final String DIGITS = "0123456789abcdef";

    private PayloadText() {}

    /// All captured bytes of a frame, sixteen a line: offset, hex in pairs, characters.
    static void dump(Frame frame, PrintWriter out) {
        for (int line = 0; line < frame.lengthCaptured; line += BYTES_PER_LINE) {
            int from = line;
            int count = Math.min(BYTES_PER_LINE, frame.lengthCaptured - line);
            out.println("\t" + hexLine(line, count, at -> octet(frame, from + at)));
        }
    }

    /// These bytes, as [#dump] has them.
    ///
    /// @param prefix before each line
    /// @param first offset that the first line says
    static void dump(byte[] bytes, String prefix, long first, PrintWriter out) {
        for (int line = 0; line < bytes.length; line += BYTES_PER_LINE) {
            int from = line;
            int count = Math.min(BYTES_PER_LINE, bytes.length - line);
            out.println(
                    prefix
                            + hexLine(
                                    first + line,
                                    count,
                                    at -> Byte.toUnsignedInt(bytes[from + at])));
        }
    }

    private static String hexLine(long offset, int count, IntUnaryOperator octets) {
        var hex = new StringBuilder(40);
        var characters = new StringBuilder(BYTES_PER_LINE);
        for (int at = 0; at < count; at++) {
            int octet = octets.applyAsInt(at);
            hex.append(at % 2 == 0 ? " " : "");
            hex.append(DIGITS.charAt(octet >>> 4)).append(DIGITS.charAt(octet & 0xf));
            characters.append(isPrintable(octet) ? (char) octet : '.');
        }
        return "0x%04x: %-40s  %s".formatted(offset, hex, characters);
    }

    /// The captured payload as text: line ends stay, all else that is not printable is escaped as
    /// `\x1b`, the backslash as `\\`.
    static void print(Frame frame, PrintWriter out) {
        if (frame.payloadCaptured == 0) {
            return;
        }
        var text = new StringBuilder(frame.payloadCaptured);
        for (int at = 0; at < frame.payloadCaptured; at++) {
            escape(octet(frame, frame.payloadOffset + at), text);
        }
        out.println(text);
    }

    /// One byte of a text: see [#print].
    static void escape(int octet, StringBuilder text) {
        if (octet == '\\') {
            text.append("\\\\");
        } else if (isPrintable(octet) || octet == '\n' || octet == '\t') {
            text.append((char) octet);
        } else {
            text.append("\\x");
            text.append(DIGITS.charAt(octet >>> 4)).append(DIGITS.charAt(octet & 0xf));
        }
    }

    private static boolean isPrintable(int octet) {
        return octet >= 0x20 && octet < 0x7f;
    }

    private static int octet(Frame frame, int offset) {
        return Byte.toUnsignedInt(frame.bytes.get(JAVA_BYTE, frame.start + offset));
    }
}
