package headgate.flow.app;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// A cursor over the lines of a text protocol; a line ends in CR LF, or in LF alone.
final class TextLines {
    private MemorySegment bytes;
    private long limit;
    private long start;
    private long end;
    private long next;
    private boolean ended;

    /// Places the cursor before the first line.
    TextLines wrap(MemorySegment bytes, long offset, long limit) {
        this.bytes = bytes;
        this.limit = limit;
        next = start = end = offset;
        ended = true;
        return this;
    }

    /// The next line's first character, -1 if there are no more bytes: tells most of what is no
    /// text before the end of a line is looked for.
    int peek() {
        return next < limit ? at(next) : -1;
    }

    /// Goes to the next line; false if there are no more bytes. The last line may lack its end.
    boolean next() {
        if (next >= limit) {
            return false;
        }
        start = next;
        end = indexOf('\n', start, limit);
        ended = end < limit;
        next = ended ? end + 1 : limit;
        if (ended && end > start && at(end - 1) == '\r') {
            end--;
        }
        return true;
    }

    /// Where the line starts.
    long start() {
        return start;
    }

    /// One past its last character.
    long end() {
        return end;
    }

    /// Where the next line starts.
    long nextStart() {
        return next;
    }

    /// Whether the end of the line was there.
    boolean isWhole() {
        return ended;
    }

    boolean isEmpty() {
        return start == end;
    }

    /// The byte at an offset before the limit, as an unsigned number.
    int at(long offset) {
        return Byte.toUnsignedInt(bytes.get(JAVA_BYTE, offset));
    }

    /// Where a character is first, from `from` on; `to` if it is nowhere before that.
    long indexOf(char character, long from, long to) {
        long at = from;
        while (at < to && bytes.get(JAVA_BYTE, at) != character) {
            at++;
        }
        return at;
    }

    /// Whether these ASCII characters stand at `offset`, all before the end of the line.
    boolean has(String ascii, long offset) {
        if (offset < start || end - offset < ascii.length()) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (at(offset + i) != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Whether these ASCII characters stand anywhere in the line.
    boolean contains(String ascii) {
        for (long at = start; at + ascii.length() <= end; at++) {
            if (has(ascii, at)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the line begins with these letters, in lower case here and in either case there.
    boolean beginsWithIgnoringCase(String lowerCase) {
        if (end - start < lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            if (Character.toLowerCase(at(start + i)) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Three digits at `offset`, after which the line ends or one of `followers` comes; -1 if there
    /// is something else.
    int replyCode(long offset, String followers) {
        if (end - offset < 3) {
            return -1;
        }
        int code = 0;
        for (long at = offset; at < offset + 3; at++) {
            if (at(at) < '0' || at(at) > '9') {
                return -1;
            }
            code = 10 * code + at(at) - '0';
        }
        boolean apart = end - offset == 3 || followers.indexOf(at(offset + 3)) >= 0;
        return apart ? code : -1;
    }

    /// As [FieldText], without blanks at either end.
    String text(long from, long to) {
        long first = from;
        long last = to;
        while (first < last && isBlank(at(first))) {
            first++;
        }
        while (last > first && isBlank(at(last - 1))) {
            last--;
        }
        return FieldText.of(bytes, first, last);
    }

    private static boolean isBlank(int character) {
        return character == ' ' || character == '\t';
    }
}
