package headgate.console;

import headgate.capture.FrameSource;
import headgate.capture.file.CaptureFileSource;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "decode",
        mixinStandardHelpOptions = true,
        description = {
            "Compare the fields of 'headgate packets' with those of the tshark that is installed here,",
            "each with all its occurrences, and print the first that differ."
        },
        footer = {
            "",
            "Reassembly and conversation state of tshark are off, as here. Columns: equal; differ: both",
            "have the field; missing: only tshark has it; extra: only Headgate has it.",
            "Known differences and their reasons: docs/decoding.md.",
            "A file that one of the two cannot read, or not to its end, is named; the others are compared.",
            "",
            "Exit status: 0 everything equal, 1 something differs, 3 a file or tshark cannot be read."
        })
final class ValidateDecodeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Capture files.")
    private List<Path> files;

    @Option(
            names = "--show",
            paramLabel = "N",
            description = "How many differences to print (default: ${DEFAULT-VALUE}).",
            defaultValue = "10")
    private int show;

    @Option(
            names = "--tshark",
            paramLabel = "PROGRAM",
            description = "Which tshark to ask (default: ${DEFAULT-VALUE}).",
            defaultValue = "tshark")
    private String tshark;

    @Mixin private OutputOptions output;
    @Spec private CommandSpec spec;

    private final Map<String, Tally> tallies = new TreeMap<>();
    private final List<Difference> differences = new ArrayList<>();
    private long differing;
    private boolean isUnread;

    /// Values of one field over all frames.
    private static final class Tally {
        long equal;
        long differ;
        long missing;
        long extra;
    }

    /// @param ours as tshark writes it; empty if we have none
    private record Difference(Path file, long frame, String field, String tshark, String ours) {}

    @Override
    public Integer call() throws IOException {
        if (show < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--show " + show + ": must not be negative");
        }
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new CommandFailure(ExitCode.INPUT, file + ": no such file");
            }
        }
        var names = TsharkAnswers.knownFields(tshark);
        for (Path file : files) {
            try {
                compare(file, names);
            } catch (CommandFailure | IOException e) {
                say(e.getMessage());
            } catch (UncheckedIOException e) {
                say(e.getCause().getMessage());
            }
        }
        print();
        if (isUnread) {
            return ExitCode.INPUT;
        }
        return differing == 0 ? ExitCode.DONE : ExitCode.FOUND;
    }

    /// What kept a file from being compared to its end.
    private void say(String failure) {
        isUnread = true;
        output.err().println("headgate: " + failure);
        output.err().flush();
    }

    private void compare(Path file, List<String> names) throws IOException {
        var decoder = new FrameDecoder();
        long[] frames = {0};
        try (var source = CaptureFileSource.open(file);
                var answers = TsharkAnswers.of(tshark, file, names)) {
            PacketFields[] fields = {null};
            while (source.poll(
                            frame -> {
                                if (fields[0] == null) {
                                    fields[0] = new PacketFields(source.describesInterfaces());
                                }
                                decoder.decode(frame);
                                compare(file, ++frames[0], frame, fields[0], answers);
                            },
                            1024)
                    != FrameSource.END) {}
            String damage = source.statistics().damage();
            if (damage != null) {
                say(file + ": " + damage);
            }
            for (var rest = answers.next(); rest != null; rest = answers.next()) {
                note(new Difference(file, ++frames[0], "frame", "present", ""));
            }
        }
    }

    private void compare(
            Path file, long number, Frame frame, PacketFields fields, TsharkAnswers answers) {
        try {
            Map<String, String> theirs = answers.next();
            if (theirs == null) {
                note(new Difference(file, number, "frame", "", "present"));
                return;
            }
            Map<String, List<Object>> ours = fields.of(frame);
            var names = new TreeSet<>(theirs.keySet());
            for (String name : ours.keySet()) {
                if (answers.isAsked(name)) {
                    names.add(name);
                }
            }
            for (String name : names) {
                String our = ours.containsKey(name) ? TsharkAnswers.joined(ours.get(name)) : null;
                compare(file, number, name, our, theirs.get(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void compare(Path file, long number, String name, String our, String their) {
        Tally tally = tallies.computeIfAbsent(name, _ -> new Tally());
        if (our != null && their != null && TsharkAnswers.isEqual(name, our, their)) {
            tally.equal++;
            return;
        }
        if (their == null) {
            tally.extra++;
        } else if (our == null) {
            tally.missing++;
        } else {
            tally.differ++;
        }
        note(
                new Difference(
                        file, number, name, their == null ? "" : their, our == null ? "" : our));
    }

    private void note(Difference difference) {
        if (differing++ < show) {
            differences.add(difference);
        }
    }

    private void print() {
        if (!output.isText()) {
            printRows();
            return;
        }
        PrintWriter out = output.out();
        var table = new TextTable("field", ">equal", ">differ", ">missing", ">extra");
        long equal = 0;
        for (var entry : tallies.entrySet()) {
            Tally tally = entry.getValue();
            equal += tally.equal;
            table.row(entry.getKey(), tally.equal, tally.differ, tally.missing, tally.extra);
        }
        table.print(out);
        for (Difference each : differences) {
            out.println(
                    TextTable.escape(
                            "%s frame %d: %s tshark [%s] headgate [%s]"
                                    .formatted(
                                            each.file(),
                                            each.frame(),
                                            each.field(),
                                            TsharkAnswers.readable(each.tshark()),
                                            TsharkAnswers.readable(each.ours()))));
        }
        long all = equal + differing;
        out.printf(
                "%d of %d values equal (%.3f %%)%n",
                equal, all, all == 0 ? 100 : 100.0 * equal / all);
        out.flush();
    }

    private void printRows() {
        try (var rows = output.rows()) {
            tallies.forEach((field, tally) ->
                    rows.add(json -> {
                        json.writeStartObject();
                        json.writeStringField("field", field);
                        json.writeNumberField("equal", tally.equal);
                        json.writeNumberField("differ", tally.differ);
                        json.writeNumberField("missing", tally.missing);
                        json.writeNumberField("extra", tally.extra);
                        json.writeEndObject();
                    }));
            for (Difference each : differences) {
                rows.add(json -> {
                    json.writeStartObject();
                    json.writeStringField("file", each.file().toString());
                    json.writeNumberField("frame", each.frame());
                    json.writeStringField("field", each.field());
                    json.writeStringField("tshark", TsharkAnswers.readable(each.tshark()));
                    json.writeStringField("headgate", TsharkAnswers.readable(each.ours()));
                    json.writeEndObject();
                });
            }
        }
    }
}
