package headgate.console;

import java.io.PrintWriter;
import java.util.Locale;

/// The progress line of long work: on standard error, ten times a second on a terminal, a line each
/// ten seconds where that is asked for.
final class Progress {
    /// What `--progress` takes.
    enum Mode {
        never,
        auto,
        plain
    }

    private static final long TERMINAL_INTERVAL_NANOS = 100_000_000L;
    private static final long PLAIN_INTERVAL_NANOS = 10_000_000_000L;

    private final PrintWriter err;
    private final String what;
    private final boolean terminal;
    private final long intervalNanos;
    private final long startNanos;
    private long lastNanos;
    private boolean shown;

    Progress(Mode mode, PrintWriter err, String what, long nowNanos) {
        this.err = err;
        this.what = what;
        // The launcher knows whether standard error is a terminal; Java has no way to ask.
        this.terminal = mode == Mode.auto && Boolean.getBoolean("headgate.stderr.terminal");
        this.intervalNanos =
                terminal
                        ? TERMINAL_INTERVAL_NANOS
                        : mode == Mode.plain ? PLAIN_INTERVAL_NANOS : Long.MAX_VALUE;
        this.startNanos = nowNanos;
        this.lastNanos = nowNanos;
    }

    /// Whether the line is due; ask before gathering figures.
    boolean due(long nowNanos) {
        return nowNanos - lastNanos >= intervalNanos;
    }

    /// Shows where the work stands.
    ///
    /// @param bytesTotal 0 where the end is not known
    void show(long nowNanos, long bytesRead, long bytesTotal, long frames, long malformed) {
        lastNanos = nowNanos;
        shown = true;
        String line = line(nowNanos - startNanos, bytesRead, bytesTotal, frames, malformed);
        if (terminal) {
            err.print("\r" + line + "\u001b[K");
        } else {
            err.println(line);
        }
        err.flush();
    }

    /// Removes the line from a terminal, so that what follows starts clean.
    void clear() {
        if (terminal && shown) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }

    private String line(
            long elapsedNanos, long bytesRead, long bytesTotal, long frames, long malformed) {
        double seconds = Math.max(elapsedNanos, 1) / 1e9;
        var line = new StringBuilder(what).append("  ");
        if (bytesTotal > 0) {
            double rate = bytesRead / seconds;
            line.append(
                    String.format(
                            Locale.ROOT,
                            "%s/%s %d%% %s/s ",
                            bytes(bytesRead),
                            bytes(bytesTotal),
                            100 * bytesRead / bytesTotal,
                            bytes(rate)));
            if (rate > 0) {
                line.append(
                        String.format(Locale.ROOT, "ETA %.0fs ", (bytesTotal - bytesRead) / rate));
            }
        }
        line.append(String.format(Locale.ROOT, " %,d frames", frames));
        if (malformed > 0) {
            line.append(String.format(Locale.ROOT, "  malformed %,d", malformed));
        }
        return line.toString();
    }

    /// A size for people: 1536 → "1.5 kB".
    static String bytes(double size) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        int unit = 0;
        while (size >= 999.5 && unit < units.length - 1) {
            size /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
    }
}
