package headgate.console;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// How a command prints: data on standard output, talk on standard error.
final class OutputOptions {
    /// What `-T` takes.
    enum Format {
        /// For people.
        text,
        /// One document.
        json,
        /// One object a line.
        jsonl
    }

    @Option(
            names = "-T",
            paramLabel = "FMT",
            description = "Output format: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "text")
    private Format format;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    Format format() {
        return format;
    }

    boolean isText() {
        return format == Format.text;
    }

    /// Standard output, buffered; [#flush] it at the end.
    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /// Rows of JSON for the formats other than text; close them at the end.
    JsonRows rows() {
        return new JsonRows(out(), format == Format.json);
    }
}
