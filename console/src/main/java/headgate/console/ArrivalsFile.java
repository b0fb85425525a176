package headgate.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// Arrivals in plain text: lines of `time_ns,length,flow,service_ns`, the last two optional, with
/// or without a header line. `flow` is any number that tells flows apart.
final class ArrivalsFile {
    private static final int LONGEST_LINE = 200;

    private final String name;
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
    void read(ArrivalHandler handler) throws IOException {
        arrivals = 0;
        damage = null;
        try (var lines =
                new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8))) {
            long number = 0;
            for (String line = lines.readLine();
                    line != null && damage == null && !Interruption.raised();
                    line = lines.readLine()) {
                number++;
                if (line.isBlank() || number == 1 && line.startsWith("time_ns")) {
                    continue;
                }
                take(line.strip(), number, handler);
            }
        }
    }

    private InputStream open() throws IOException {
        if (name.equals("-")) {
            return System.in;
        }
        try {
            InputStream file = Files.newInputStream(Path.of(name));
            return name.endsWith(".gz") ? new GZIPInputStream(file, 1 << 16) : file;
        } catch (NoSuchFileException e) {
            throw new IOException(name + ": no such file", e);
        }
    }

    private void take(String line, long number, ArrivalHandler handler) {
        String[] fields = line.split(",", -1);
        if (fields.length < 2 || fields.length > 4) {
            damage = at(number, "time_ns,length,flow,service_ns expected", line);
            return;
        }
        try {
            long time = Long.parseLong(fields[0].strip());
            int length = Integer.parseInt(fields[1].strip());
            int flowHash = hash(number(fields, 2, -1));
            long service = number(fields, 3, ArrivalHandler.SERVICE_AS_PROFILED);
            if (length < 0 || service < ArrivalHandler.SERVICE_AS_PROFILED) {
                damage = at(number, "a length or service time below 0", line);
                return;
            }
            arrivals++;
            handler.onArrival(time, length, flowHash, service);
        } catch (NumberFormatException e) {
            damage = at(number, "a number that is none", line);
        }
    }

    private static long number(String[] fields, int index, long absent) {
        return index < fields.length && !fields[index].isBlank()
                ? Long.parseLong(fields[index].strip())
                : absent;
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

    private static String at(long number, String what, String line) {
        String shown = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "…" : line;
        return "line %d: %s: '%s'".formatted(number, what, TextTable.escape(shown));
    }
}
