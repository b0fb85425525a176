package headgate.console.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.tap.TapKind;
import headgate.softnet.tap.TapSettings;
import headgate.softnet.tap.TapSettings.Reader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One experiment with an AF_PACKET socket of a real kernel: how it was set up, what the rules say
/// must come out, and its runs.
///
/// @param kind what the experiment shows, such as `afp-exact-v3` or `afp-rate-recv`
/// @param settings of the socket; a run has timings of its own, see [#settings(RecordedTapRun)]
/// @param exact the integers that every run must have; empty for kinds that have none
public record RecordedTapCase(
        String id,
        String kind,
        TapSettings settings,
        Map<String, Long> exact,
        List<RecordedTapRun> runs) {

    /// Where a case has no recorded arrivals, its name says how long the frames were.
    private static final Pattern LENGTH = Pattern.compile("_L(\\d+)");

    public RecordedTapCase {
        exact = Map.copyOf(exact);
        runs = List.copyOf(runs);
    }

    /// All such cases of a directory, by name; other recordings there are passed over.
    ///
    /// @throws IOException if the directory or one of its files cannot be read, or is not such a
    ///   case
    public static List<RecordedTapCase> readAll(Path directory) throws IOException {
        return CaseFiles.readAll(
                directory,
                json -> json.path("kind").asText().startsWith("afp-"),
                RecordedTapCase::of);
    }

    /// The socket's settings with a run's own timings.
    public TapSettings settings(RecordedTapRun run) {
        return run.calibrated(settings, kind.equals("afp-v3-retire"));
    }

    private static RecordedTapCase of(JsonNode json, Path directory) throws IOException {
        String id = json.path("id").asText();
        Map<String, Long> exact = CaseFiles.exact(json);
        var runs = new ArrayList<RecordedTapRun>();
        for (JsonNode run : json.path("reps")) {
            if (run.hasNonNull("file")) {
                runs.add(RecordedTapRun.of(run, directory.resolve(run.get("file").asText())));
            } else if (!exact.isEmpty()) {
                runs.add(RecordedTapRun.withoutReader(run, lengthBytes(id)));
            }
        }
        return new RecordedTapCase(
                id, json.path("kind").asText(), settings(id, json.path("settings")), exact, runs);
    }

    /// What the program was asked to do with each packet, and what that took on top in quiet runs:
    /// median of gap and overhead, with and without a ring, and of the wake-up from `recvfrom`.
    private static Reader reader(TapKind kind, long costNanos) {
        if (costNanos < 0) {
            return Reader.DEFAULT;
        }
        return kind == TapKind.RCVBUF
                ? new Reader(costNanos + 1_115, 21_700)
                : new Reader(costNanos + 190, Reader.DEFAULT.wakeupNanos());
    }

    private static int lengthBytes(String id) throws IOException {
        Matcher length = LENGTH.matcher(id);
        if (!length.find()) {
            throw new IOException(id + ": neither arrivals nor a length in its name");
        }
        return Integer.parseInt(length.group(1));
    }

    private static TapSettings settings(String id, JsonNode json) throws IOException {
        var settings = new LinkedHashMap<String, String>();
        settings.put("tp_reserve", "0");
        json.properties()
                .forEach(entry -> {
                    String key =
                            switch (entry.getKey()) {
                                case "mode" -> "tap";
                                case "snap" -> "snaplen";
                                case "blk" -> "block_size";
                                case "nblk" -> "blocks";
                                case "frame" -> "frame_size";
                                case "tov" -> "retire_ms";
                                // What the reader did with a packet, and whether it read: a run
                                // says that.
                                case "cost", "hold" -> null;
                                default -> entry.getKey();
                            };
                    if (key != null) {
                        settings.put(key, value(entry.getValue().asText()));
                    }
                });
        try {
            TapSettings tap = SoftnetProfile.LINUX_6.with(settings).tap();
            return tap.with(0, reader(tap.kind(), json.path("cost").asLong(-1)));
        } catch (IllegalArgumentException e) {
            throw new IOException(id + ": " + e.getMessage(), e);
        }
    }

    private static String value(String text) {
        return switch (text) {
            case "recv" -> "rcvbuf";
            case "v2" -> "tpacket_v2";
            case "v3" -> "tpacket_v3";
            default -> text;
        };
    }
}
