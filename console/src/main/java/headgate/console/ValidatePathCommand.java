package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.console.recorded.Counts;
import headgate.console.recorded.JudgedRun;
import headgate.console.recorded.JudgedRun.Judging;
import headgate.console.recorded.PathJudge;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "path",
        mixinStandardHelpOptions = true,
        description = {
            "Replay recorded runs of a real kernel's receive path through the model, and print for each",
            "kind of experiment how far the two agree."
        },
        footer = {
            "",
            "DIR holds a .json for each case and a .bin.gz for each of its runs. Where a rule decides",
            "(exact-…), accepted and dropped packets, polls, squeezes and flow limit have to be equal in",
            "every run whose preconditions were met. Where none does, the error is in percentage points",
            "of the drop rate: 'own' with the run's own timings, 'blind' with those of the calibration",
            "alone; runs that other work on the machine disturbed stand in a line of their own.",
            "-T jsonl prints a line for each run.",
            "",
            "Exit status: 0 all that has to be equal is, 1 something differs, 3 DIR cannot be read."
        })
final class ValidatePathCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Directory of recorded cases.")
    private Path directory;

    @Mixin private OutputOptions output;

    @Override
    public Integer call() throws IOException {
        List<JudgedRun> runs = PathJudge.judge(directory);
        if (output.isText()) {
            print(runs);
        } else {
            printRows(runs);
        }
        return runs.stream().allMatch(run -> run.differences().isEmpty() || !run.qualifies())
                ? ExitCode.DONE
                : ExitCode.FOUND;
    }

    private void print(List<JudgedRun> runs) {
        PrintWriter out = output.out();
        var table =
                new TextTable(
                        "kind",
                        ">cases",
                        ">runs",
                        ">judged",
                        ">equal",
                        ">own median",
                        ">p90",
                        ">worst",
                        ">blind median",
                        ">p90",
                        ">worst");
        byKind(runs)
                .forEach((kind, ofKind) -> {
                    if (ofKind.getFirst().judging() == Judging.EXACT) {
                        addExact(table, kind, ofKind);
                    } else {
                        addRate(table, kind, ofKind, true);
                        addRate(table, kind + ", disturbed", ofKind, false);
                    }
                });
        table.print(out);
        for (JudgedRun run : runs) {
            if (run.qualifies() && !run.differences().isEmpty()) {
                String where = run.file().isEmpty() ? run.id() : run.file();
                out.println(TextTable.escape(where + ": " + String.join("; ", run.differences())));
            }
        }
        out.flush();
    }

    private static Map<String, List<JudgedRun>> byKind(List<JudgedRun> runs) {
        var kinds = new LinkedHashMap<String, List<JudgedRun>>();
        runs.forEach(run -> kinds.computeIfAbsent(run.kind(), _ -> new ArrayList<>()).add(run));
        return kinds;
    }

    private static long cases(List<JudgedRun> runs) {
        return runs.stream().map(JudgedRun::id).distinct().count();
    }

    private static void addExact(TextTable table, String kind, List<JudgedRun> runs) {
        List<JudgedRun> judged = runs.stream().filter(JudgedRun::qualifies).toList();
        long equal = judged.stream().filter(run -> run.differences().isEmpty()).count();
        table.row(
                kind,
                cases(runs),
                runs.size(),
                judged.size(),
                equal,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static void addRate(
            TextTable table, String name, List<JudgedRun> runs, boolean qualifying) {
        List<JudgedRun> judged =
                runs.stream().filter(run -> run.qualifies() == qualifying).toList();
        if (judged.isEmpty()) {
            return;
        }
        double[] own = sorted(judged, JudgedRun::errorPoints);
        double[] blind = sorted(judged, JudgedRun::blindErrorPoints);
        table.row(
                name,
                cases(judged),
                judged.size(),
                judged.size(),
                null,
                points(own, 0.5),
                points(own, 0.9),
                points(own, 1),
                points(blind, 0.5),
                points(blind, 0.9),
                points(blind, 1));
    }

    private static double[] sorted(List<JudgedRun> runs, ToDoubleFunction<JudgedRun> error) {
        return runs.stream().mapToDouble(error).filter(it -> !Double.isNaN(it)).sorted().toArray();
    }

    private static String points(double[] sorted, double quantile) {
        if (sorted.length == 0) {
            return null;
        }
        int place = Math.min(sorted.length - 1, (int) (sorted.length * quantile));
        return String.format(Locale.ROOT, "%.2f", sorted[place]);
    }

    private void printRows(List<JudgedRun> runs) {
        try (var rows = output.rows()) {
            runs.forEach(run -> rows.add(json -> write(json, run)));
        }
    }

    private static void write(JsonGenerator json, JudgedRun run) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", run.kind());
        json.writeStringField("case", run.id());
        json.writeStringField("file", run.file());
        json.writeStringField("judging", run.judging().name().toLowerCase(Locale.ROOT));
        json.writeBooleanField("qualifies", run.qualifies());
        if (run.judging() == Judging.EXACT) {
            json.writeBooleanField("equal", run.differences().isEmpty());
            json.writeArrayFieldStart("differences");
            for (String difference : run.differences()) {
                json.writeString(difference);
            }
            json.writeEndArray();
        }
        json.writeNumberField("error_points", run.errorPoints());
        write(json, "measured", run.measured());
        write(json, "predicted", run.modelled());
        if (run.blind() != null) {
            json.writeNumberField("blind_error_points", run.blindErrorPoints());
            write(json, "predicted_blind", run.blind());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Counts counts) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("accepted", counts.accepted());
        json.writeNumberField("dropped", counts.dropped());
        if (counts.polls() >= 0) {
            json.writeNumberField("polls", counts.polls());
            json.writeNumberField("squeezes", counts.timeSqueeze());
            json.writeNumberField("flow_limit_count", counts.flowLimitCount());
        }
        json.writeEndObject();
    }
}
