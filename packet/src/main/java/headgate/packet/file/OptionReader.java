package headgate.packet.file;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// The options of one pcapng block, one after another.
///
/// ```
/// option: code(2) length(2) value padding-to-4
/// ```
final class OptionReader {
    private static final int END_OF_OPTIONS = 0;
    private static final int HEADER = 4;

    private final InputBuffer in;
    private final int end;
    private int next;
    private int value;
    private int code;
    private int length;
    private String malformed;

    /// @param start where in the buffer the first option starts
    /// @param end where the block's options end
    OptionReader(InputBuffer in, int start, int end) {
        this.in = in;
        this.next = start;
        this.end = end;
    }

    /// Goes to the next option; false if there is none, or if it is [#malformed].
    boolean next() {
        if (malformed != null || end - next < HEADER) {
            return false;
        }
        code = in.u16(next);
        length = in.u16(next + 2);
        value = next + HEADER;
        if (code == END_OF_OPTIONS) {
            return false;
        }
        if (length > end - value) {
            malformed = "option %d of %d bytes runs over its end".formatted(code, length);
            return false;
        }
        next = value + (length + 3 & ~3);
        return true;
    }

    int code() {
        return code;
    }

    int u8() {
        return isLong(1) ? Byte.toUnsignedInt(in.bytes.get(ValueLayout.JAVA_BYTE, value)) : 0;
    }

    long u64() {
        return isLong(Long.BYTES) ? in.u64(value) : 0;
    }

    /// The option's UTF-8 text, or the first `maxLength` bytes of it, without a final NUL.
    String text(int maxLength) {
        int kept = Math.min(length, maxLength);
        byte[] bytes = in.bytes.asSlice(value, kept).toArray(ValueLayout.JAVA_BYTE);
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    }

    /// What is wrong with an option; null if nothing was so far.
    String malformed() {
        return malformed;
    }

    private boolean isLong(int needed) {
        if (length != needed) {
            malformed = "option %d has %d bytes, needs %d".formatted(code, length, needed);
        }
        return length == needed;
    }
}
