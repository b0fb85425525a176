package headgate.console;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import headgate.packet.Frame;
import java.io.PrintWriter;

/// Bytes for a terminal: whatever a packet holds, only printable ASCII comes out.
final class PayloadText {
    private static final int BYTES_PER_LINE = 16;
    private static final String DIGITS = "0123456789abcdef";

    private PayloadText() {}

    /// All captured bytes of a frame, sixteen a line: offset, hex in pairs, characters.
    static void dump(Frame frame, PrintWriter out) {
        for (int line = 0; line < frame.lengthCaptured; line += BYTES_PER_LINE) {
            int end = Math.min(line + BYTES_PER_LINE, frame.lengthCaptured);
            var hex = new StringBuilder(40);
            var characters = new StringBuilder(BYTES_PER_LINE);
            for (int at = line; at < end; at++) {
                int octet = octet(frame, at);
                hex.append(at % 2 == 0 ? " " : "");
                hex.append(DIGITS.charAt(octet >>> 4)).append(DIGITS.charAt(octet & 0xf));
                characters.append(isPrintable(octet) ? (char) octet : '.');
            }
            out.printf("\t0x%04x: %-40s  %s%n", line, hex, characters);
        }
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

    private static void escape(int octet, StringBuilder text) {
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
