package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.softnet.Bursts;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;

/// What `headgate path --bursts` says of the bursts at one length of window.
final class PathBursts {
    private static final int SMALLEST_QUEUE = 64;
    private static final int LARGEST_QUEUE = 1 << 16;

    private PathBursts() {}

    static void print(PrintWriter out, String letter, Bursts bursts) {
        Bursts.Peak peak = bursts.peak();
        out.printf(
                Locale.ROOT,
                "%sbursts in windows of %s: at most %,d frames (%s packets/s, %.2f Gbit/s), %s the mean"
                        + " rate; that is %.0f %% of one CPU%n",
                letter,
                TimeSpan.format(bursts.windowNanos()),
                peak.frames(),
                rate(bursts.peakRate()),
                peak.bytes() * 8.0 / bursts.windowNanos(),
                bursts.meanRate() == 0
                        ? "-"
                        : String.format(
                                Locale.ROOT, "%.0f x", bursts.peakRate() / bursts.meanRate()),
                100 * peak.load());
        if (bursts.count() == 0) {
            out.println(letter + "no microburst: one CPU keeps up in every window");
            return;
        }
        Bursts.Burst largest = bursts.largest();
        out.printf(
                Locale.ROOT,
                "%s%,d microbursts with %,d frames; the largest has %,d in %s, from %s on, and needs a"
                        + " queue of %,d; a queue of %,d takes each%n",
                letter,
                bursts.count(),
                bursts.framesInBursts(),
                largest.frames(),
                TimeSpan.format(largest.lengthNanos()),
                time(largest.startNanos()),
                largest.need(),
                bursts.mostNeeded());
        if (bursts.takes(1) != Bursts.ANY) {
            queues(bursts).print(out);
        }
    }

    /// A ring of N takes bursts up to B.
    private static TextTable queues(Bursts bursts) {
        var table = new TextTable(">ring or queue of", ">takes bursts up to", ">of those here");
        for (long queue = SMALLEST_QUEUE; queue <= LARGEST_QUEUE; queue *= 2) {
            table.row(
                    queue,
                    String.format(Locale.ROOT, "%,d", bursts.takes(queue)),
                    String.format(Locale.ROOT, "%,d of %,d", bursts.taken(queue), bursts.count()));
            if (bursts.taken(queue) == bursts.count()) {
                break;
            }
        }
        return table;
    }

    static void write(JsonGenerator json, Bursts bursts) throws IOException {
        json.writeStartObject();
        json.writeNumberField("window_ns", bursts.windowNanos());
        json.writeNumberField("peak_frames", bursts.peak().frames());
        json.writeNumberField("peak_bytes", bursts.peak().bytes());
        json.writeNumberField("peak_load", bursts.peak().load());
        json.writeNumberField("mean_rate", bursts.meanRate());
        json.writeNumberField("count", bursts.count());
        json.writeNumberField("frames_in_bursts", bursts.framesInBursts());
        json.writeNumberField("most_needed", bursts.mostNeeded());
        if (bursts.count() > 0) {
            json.writeStringField("peak", time(bursts.peak().atNanos()));
            json.writeObjectFieldStart("largest");
            json.writeStringField("start", time(bursts.largest().startNanos()));
            json.writeNumberField("length_ns", bursts.largest().lengthNanos());
            json.writeNumberField("frames", bursts.largest().frames());
            json.writeNumberField("bytes", bursts.largest().bytes());
            json.writeNumberField("need", bursts.largest().need());
            json.writeEndObject();
        }
        if (bursts.takes(1) != Bursts.ANY) {
            json.writeArrayFieldStart("queues");
            for (long queue = SMALLEST_QUEUE; queue <= LARGEST_QUEUE; queue *= 2) {
                json.writeStartObject();
                json.writeNumberField("queue", queue);
                json.writeNumberField("takes_frames", bursts.takes(queue));
                json.writeNumberField("takes_bursts", bursts.taken(queue));
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static String rate(double perSecond) {
        return perSecond >= 1e6
                ? String.format(Locale.ROOT, "%.1f M", perSecond / 1e6)
                : String.format(Locale.ROOT, "%.0f k", perSecond / 1e3);
    }

    private static String time(long nanos) {
        return Instant.EPOCH.plusNanos(nanos).toString();
    }
}
