package headgate.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.console.recorded.Difference;
import headgate.console.recorded.PredictedFrame;
import headgate.console.recorded.RecordedDecisions;
import headgate.console.recorded.RecordedRoutes;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "forward",
        mixinStandardHelpOptions = true,
        subcommands = ValidateLiveCommand.class,
        description = {
            "Hold what Headgate says of frames and routes to what a real kernel was recorded to do with",
            "them: frames that leave, byte for byte; drops, counters, deliveries, neighbours, routes."
        },
        footer = {
            "",
            "DIR holds NAME.jsonl.gz (frames), NAME.routes.jsonl.gz (route answers) and scenarios/NAME",
            "(snapshot). Incomplete answers do not count as equal. With -T jsonl each frame and each",
            "question is one line, the prediction under the keys of the recording.",
            "",
            "  headgate validate forward cases/forwarding",
            "  headgate validate forward --live",
            "",
            "Exit status: 0 done, 1 something differs or is incomplete and --fail-on diff was given,",
            "3 the recordings cannot be read."
        })
final class ValidateForwardCommand implements Callable<Integer> {
    /// What `--fail-on` takes.
    enum FailOn {
        diff
    }

    @Parameters(paramLabel = "DIR", arity = "0..1", description = "Directory of recordings.")
    private Path directory;

    @Option(
            names = "--show",
            paramLabel = "N",
            description =
                    "How many differences to print for each scenario (default: ${DEFAULT-VALUE}).",
            defaultValue = "3")
    private int show;

    @Option(
            names = "--fail-on",
            paramLabel = "CONDITION",
            description = "Exit with status 1 on: ${COMPLETION-CANDIDATES}.")
    private FailOn failOn;

    @Mixin private OutputOptions output;
    @Spec private CommandSpec spec;

    private final List<Tally> tallies = new ArrayList<>();
    private final Map<String, Integer> incomplete = new TreeMap<>();

    /// How the lines of one recording fared.
    private static final class Tally {
        final String name;
        final List<String> differences = new ArrayList<>();
        long lines;
        long equal;
        long incomplete;

        Tally(String name) {
            this.name = name;
        }
    }

    @Override
    public Integer call() {
        if (directory == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "which recordings? DIR, or --live for this host's own kernel");
        }
        if (show < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--show " + show + ": must not be negative");
        }
        try {
            var recordings = new RecordedDecisions(directory);
            if (output.isText()) {
                compare(recordings, null);
                print();
            } else {
                try (var rows = output.rows()) {
                    compare(recordings, rows);
                }
            }
        } catch (NotDirectoryException e) {
            throw new CommandFailure(ExitCode.INPUT, directory + ": no such directory");
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.INPUT, e.getMessage() + ": no such file");
        } catch (IOException | SnapshotException e) {
            throw new CommandFailure(ExitCode.INPUT, directory + ": " + e.getMessage());
        }
        boolean allEqual = tallies.stream().allMatch(it -> it.equal == it.lines);
        return failOn == FailOn.diff && !allEqual ? ExitCode.FOUND : ExitCode.DONE;
    }

    private void compare(RecordedDecisions recordings, JsonRows rows)
            throws IOException, SnapshotException {
        List<String> scenarios = recordings.scenarios();
        List<String> routes = recordings.routeScenarios();
        if (scenarios.isEmpty() && routes.isEmpty()) {
            throw new CommandFailure(ExitCode.INPUT, directory + ": no recordings (NAME.jsonl.gz)");
        }
        for (String scenario : scenarios) {
            var frame = new PredictedFrame(new ForwardingPath(recordings.snapshot(scenario)));
            var tally = new Tally(scenario);
            tallies.add(tally);
            recordings.frames(
                    scenario,
                    line -> {
                        ObjectNode ours = frame.of(line);
                        note(tally, rows, line, ours, line.get("expected"), frame.incomplete());
                    });
        }
        for (String scenario : routes) {
            var path = new ForwardingPath(recordings.snapshot(scenario));
            var tally = new Tally(scenario + " routes");
            tallies.add(tally);
            recordings.routes(
                    scenario,
                    line -> {
                        ObjectNode ours = RecordedRoutes.of(path, line);
                        ObjectNode kernel = line.deepCopy();
                        kernel.retain("get", "fibmatch");
                        note(tally, rows, line, ours, kernel, ours.path("incomplete").asText());
                    });
        }
    }

    private void note(
            Tally tally,
            JsonRows rows,
            JsonNode line,
            ObjectNode ours,
            JsonNode kernel,
            String why) {
        tally.lines++;
        List<Difference> differences = List.of();
        if (!why.isEmpty()) {
            tally.incomplete++;
            incomplete.merge(why, 1, Integer::sum);
        } else {
            differences = Difference.between(kernel, ours);
            tally.equal += differences.isEmpty() ? 1 : 0;
        }
        if (rows != null) {
            write(rows, line, ours, why, differences);
        } else {
            for (Difference each : differences) {
                if (tally.differences.size() < show) {
                    tally.differences.add(place(line) + ": " + each);
                }
            }
        }
    }

    private static String place(JsonNode line) {
        return line.has("seq")
                ? "frame %d (%s)".formatted(line.get("seq").asLong(), line.path("label").asText())
                : "route " + line.path("q");
    }

    private static void write(
            JsonRows rows,
            JsonNode line,
            ObjectNode ours,
            String why,
            List<Difference> differences) {
        var json = new ObjectMapper().createObjectNode();
        for (String key : List.of("scenario", "seq", "label", "q")) {
            if (line.has(key)) {
                json.set(key, line.get(key));
            }
        }
        json.put("equal", why.isEmpty() && differences.isEmpty());
        if (!why.isEmpty()) {
            json.put("incomplete", why);
        }
        json.set("predicted", ours);
        var keys = json.putArray("differs");
        differences.forEach(each -> keys.add(each.key()));
        rows.add(generator -> generator.writeRawValue(json.toString()));
    }

    private void print() {
        PrintWriter out = output.out();
        var table = new TextTable("scenario", ">lines", ">equal", ">incomplete", ">differ");
        long lines = 0;
        long equal = 0;
        for (Tally tally : tallies) {
            table.row(
                    tally.name,
                    tally.lines,
                    tally.equal,
                    tally.incomplete,
                    tally.lines - tally.equal - tally.incomplete);
            lines += tally.lines;
            equal += tally.equal;
        }
        table.print(out);
        for (Tally tally : tallies) {
            for (String difference : tally.differences) {
                out.println(TextTable.escape(tally.name + " " + difference));
            }
        }
        incomplete.forEach((why, count) -> out.printf("%d incomplete: %s%n", count, why));
        out.printf(
                "%d of %d lines equal (%.3f %%)%n",
                equal, lines, lines == 0 ? 100 : 100.0 * equal / lines);
        out.flush();
    }
}
