package headgate.forwarding.syntax;

import headgate.forwarding.SnapshotException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;

/// The lines of a text, none longer than a limit.
public final class Lines {
    private static final int LONGEST = 1 << 16;

    private final String name;
    private final Reader reader;
    private final StringBuilder line = new StringBuilder();
    private int number;

    /// @param name of the text, for messages
    public Lines(String name, Reader reader) {
        this.name = name;
        this.reader = reader instanceof BufferedReader ? reader : new BufferedReader(reader);
    }

    Lines(String name, InputStream in) {
        this(name, new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    /// The next line without its end; null behind the last one.
    ///
    /// @throws SnapshotException if it is too long, or not UTF-8
    public String next() throws IOException, SnapshotException {
        line.setLength(0);
        number++;
        int c;
        try {
            for (c = reader.read(); c >= 0 && c != '\n'; c = reader.read()) {
                if (line.length() == LONGEST) {
                    throw new SnapshotException(
                            name, number, LONGEST, "the line is longer than any tool prints");
                }
                line.append((char) c);
            }
        } catch (MalformedInputException e) {
            throw new SnapshotException(name, number, 0, "is not UTF-8 text");
        }
        if (c < 0 && line.isEmpty()) {
            return null;
        }
        int end = line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    /// Number of the last line, from 1.
    public int number() {
        return number;
    }

    String place() {
        return "line " + number;
    }
}
