package headgate.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// Arrivals in plain text: lines of `time_ns,length,flow,service_ns`, the last two optional, with
/// or without a header line. `flow` is any number that tells flows apart.
///
/// Lines are read where they lie in the buffer: nothing is allocated for one that is as it should
/// be.
final class ArrivalsFile {
    static final String LINE = "time_ns,length,flow,service_ns";

    private static final String HEADER = "time_ns";
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int LONGEST_LINE_BYTES = 1000;
    private static final int MOST_FIELDS = 4;
    private static final int MOST_SHOWN = 200;

    /// Lines between two looks at the clock.
    private static final int LINES_PER_LOOK = 1 << 14;

    private final String name;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final long[] fields = new long[MOST_FIELDS];
    private int start;
    private int end;
    private long bytesRead;
    private long bytesTotal;
    private long lines;
    private long arrivals;
    private String damage;

    /// @param name a path, `.gz` or not; `-` is standard input
    ArrivalsFile(String name) {
        this.name = name;
    }

    /// Arrivals handed over so far.
    long arrivals() {
        return arrivals;
    }

    /// What ended the file early, with its line; null if nothing.
    String damage() {
        return damage;
    }

    /// Hands over every arrival up to the end or to the first line that is none.
    void read(ArrivalHandler handler, Progress progress) throws IOException {
        arrivals = 0;
        lines = 0;
        damage = null;
        start = 0;
        end = 0;
        try (InputStream in = open()) {
            for (int stop = nextLine(in); stop >= 0 && damage == null; stop = nextLine(in)) {
                lines++;
                take(stop, handler);
                start = stop + 1;
                if (lines % LINES_PER_LOOK == 0) {
                    look(progress);
                    if (Interruption.raised()) {
                        break;
                    }
                }
            }
        } finally {
            progress.clear();
        }
    }

    private void look(Progress progress) {
        long now = System.nanoTime();
        if (progress.due(now)) {
            progress.show(now, bytesRead, bytesTotal, arrivals, 0);
        }
    }

    private InputStream open() throws IOException {
        bytesRead = 0;
        bytesTotal = 0;
        if (name.equals("-")) {
            return System.in;
        }
        try {
            InputStream file = Files.newInputStream(Path.of(name));
            if (name.endsWith(".gz")) {
                return new GZIPInputStream(file, 1 << 16);
            }
            bytesTotal = Files.size(Path.of(name));
            return file;
        } catch (NoSuchFileException e) {
            throw new IOException(name + ": no such file", e);
        }
    }

    /// Where the line that begins at `start` ends; -1 after the last one, or if it is too long.
    private int nextLine(InputStream in) throws IOException {
        int at = start;
        while (true) {
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            if (at - start > LONGEST_LINE_BYTES) {
                lines++;
                damage = at("a line of more than " + LONGEST_LINE_BYTES + " bytes", at);
                return -1;
            }
            if (at < end) {
                return at;
            }
            int length = end - start;
            System.arraycopy(buffer, start, buffer, 0, length);
            start = 0;
            end = length;
            at = length;
            int read = in.read(buffer, end, BUFFER_BYTES - end);
            if (read < 0) {
                return length == 0 ? -1 : lastLine();
            }
            bytesRead += read;
            end += read;
        }
    }

    /// A file need not end with a line feed.
    private int lastLine() {
        buffer[end] = '\n';
        return end++;
    }

    private void take(int stop, ArrivalHandler handler) {
        int from = start;
        int to = stop;
        while (to > from && isSpace(buffer[to - 1])) {
            to--;
        }
        if (from == to || lines == 1 && text(from, to).startsWith(HEADER)) {
            return;
        }
        int count = 0;
        for (int at = from; at <= to; count++) {
            int comma = at;
            while (comma < to && buffer[comma] != ',') {
                comma++;
            }
            if (count == MOST_FIELDS || !isNumber(count, at, comma)) {
                damage =
                        count == MOST_FIELDS
                                ? at(LINE + " expected", stop)
                                : at("a number that is none", stop);
                return;
            }
            at = comma + 1;
        }
        if (count < 2) {
            damage = at(LINE + " expected", stop);
            return;
        }
        handOver(count, stop, handler);
    }

    private void handOver(int count, int stop, ArrivalHandler handler) {
        long flow = count > 2 ? fields[2] : -1;
        long service = count > 3 ? fields[3] : ArrivalHandler.SERVICE_AS_PROFILED;
        long length = fields[1];
        if (length < 0 || service < ArrivalHandler.SERVICE_AS_PROFILED) {
            damage = at("a length or service time below 0", stop);
        } else if (length > Integer.MAX_VALUE) {
            damage = at("a length above 2147483647", stop);
        } else {
            arrivals++;
            handler.onArrival(fields[0], (int) length, hash(flow), service, 0);
        }
    }

    /// Reads one field into its place; an empty third or fourth one is as if it were not there.
    private boolean isNumber(int field, int from, int to) {
        int at = from;
        int stop = to;
        while (at < stop && isSpace(buffer[at])) {
            at++;
        }
        while (stop > at && isSpace(buffer[stop - 1])) {
            stop--;
        }
        if (at == stop) {
            fields[field] = -1;
            return field >= 2;
        }
        boolean isNegative = buffer[at] == '-';
        if ((isNegative || buffer[at] == '+') && ++at == stop) {
            return false;
        }
        // Below zero there is one number more than above.
        long number = 0;
        for (; at < stop; at++) {
            int digit = buffer[at] - '0';
            if (digit < 0
                    || digit > 9
                    || number < Long.MIN_VALUE / 10
                    || 10 * number < Long.MIN_VALUE + digit) {
                return false;
            }
            number = 10 * number - digit;
        }
        if (!isNegative && number == Long.MIN_VALUE) {
            return false;
        }
        fields[field] = isNegative ? number : -number;
        return true;
    }

    private static boolean isSpace(byte character) {
        return character == ' ' || character == '\t' || character == '\r';
    }

    /// Spreads numbers of flows as a hash of addresses would be; never 0 but for no flow, -1.
    private static int hash(long flow) {
        if (flow == -1) {
            return 0;
        }
        long mixed = (flow ^ flow >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        int hash = (int) (mixed ^ mixed >>> 33);
        return hash == 0 ? 1 : hash;
    }

    private String text(int from, int to) {
        return new String(buffer, from, to - from, StandardCharsets.UTF_8);
    }

    private String at(String what, int stop) {
        int to = Math.min(stop, start + MOST_SHOWN);
        String shown = text(start, to).stripTrailing() + (to < stop ? "…" : "");
        return "line %d: %s: '%s'".formatted(lines, what, TextTable.escape(shown));
    }
}
