package headgate.console.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One experiment with a real kernel's backlog: what was set, what the rules say must come out, and
/// its runs.
///
/// The machine: arrivals are enqueued on CPU 0, steered to CPU 1.
///
/// @param kind what the experiment shows, such as `exact-blocker` or `const`
/// @param exact the integers that every run with its preconditions met must have; empty for kinds
///   that have none
/// @param exactPollWorks packets of each poll; empty if the case says nothing of them
/// @param runs those that were kept, in order
public record RecordedCase(
        String id,
        String kind,
        SoftnetProfile profile,
        Map<String, Long> exact,
        List<Integer> exactPollWorks,
        List<RecordedRun> runs) {

    /// What a firewall without rules costs beside the gap between packets: saturated, 501 ns from
    /// one packet to the next.
    private static final String NFT_PACKET_NS = "70";

    /// Only its name says how many rules a case had.
    private static final Pattern NFT_RULES = Pattern.compile("^nft_N(\\d{1,6})_");

    public RecordedCase {
        exact = Map.copyOf(exact);
        exactPollWorks = List.copyOf(exactPollWorks);
        runs = List.copyOf(runs);
    }

    /// All backlog cases of a directory, by name; other recordings there are passed over.
    ///
    /// @throws IOException if the directory or one of its files cannot be read, or is not such a
    ///   case
    public static List<RecordedCase> readAll(Path directory) throws IOException {
        return CaseFiles.readAll(
                directory,
                json -> json.path("settings").has("netdev_max_backlog"),
                RecordedCase::of);
    }

    private static RecordedCase of(JsonNode json, Path directory) throws IOException {
        Map<String, Long> exact = CaseFiles.exact(json);
        var runs = new ArrayList<RecordedRun>();
        for (JsonNode run : json.path("reps")) {
            if (run.hasNonNull("file")) {
                runs.add(RecordedRun.of(run, directory.resolve(run.get("file").asText())));
            }
        }
        return new RecordedCase(
                json.path("id").asText(),
                json.path("kind").asText(),
                profile(json),
                exact,
                integers(json.path("exact").path("poll_works")),
                runs);
    }

    private static SoftnetProfile profile(JsonNode json) throws IOException {
        JsonNode settings = json.path("settings");
        try {
            return SoftnetProfile.of(
                            json.path("id").asText(),
                            Map.of(
                                    "hz", json.path("hz").asText("250"),
                                    "cpus", "2",
                                    "irq_cpu", "0",
                                    "rps", "1",
                                    "backlog", settings.path("netdev_max_backlog").asText(),
                                    "weight", settings.path("dev_weight").asText(),
                                    "budget", settings.path("netdev_budget").asText(),
                                    "budget_usecs", settings.path("netdev_budget_usecs").asText(),
                                    "flow_limit",
                                            json.path("flow_limit_on_enqueuing_cpu").asBoolean()
                                                    ? "0"
                                                    : "off"))
                    .with(
                            Map.of(
                                    "packet_ns",
                                    NFT_PACKET_NS,
                                    "nft_rules",
                                    Integer.toString(nftRules(json.path("id").asText()))));
        } catch (IllegalArgumentException e) {
            throw new IOException(json.path("id").asText() + ": " + e.getMessage(), e);
        }
    }

    /// Rules of the firewall that each packet met; 0 but for kind `nft`.
    private static int nftRules(String id) {
        Matcher rules = NFT_RULES.matcher(id);
        return rules.find() ? Integer.parseInt(rules.group(1)) : 0;
    }

    static List<Integer> integers(JsonNode array) {
        var values = new ArrayList<Integer>();
        array.forEach(value -> values.add(value.intValue()));
        return values;
    }
}
