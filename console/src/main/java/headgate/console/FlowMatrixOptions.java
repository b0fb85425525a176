package headgate.console;

import headgate.console.flows.FlowMatrix;
import headgate.console.flows.Spelling;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Who talks to whom, instead of flows.
final class FlowMatrixOptions {
    /// For shells that complete words.
    static final class MatrixEnds implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("address", "/24", "port", "app").iterator();
        }
    }

    @Option(
            names = "--matrix",
            paramLabel = "BY",
            completionCandidates = MatrixEnds.class,
            description =
                    "Print who talks to whom, by address or by networks (/24, or /24,/48 "
                            + "with that of IPv6); or who uses what, by port or app. -s bytes, "
                            + "packets or flows.")
    private String matrix;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean isAsked() {
        return matrix != null;
    }

    /// An empty one, of what was asked for.
    FlowMatrix empty() {
        try {
            return new FlowMatrix(FlowMatrix.Ends.parse(matrix), FlowMatrix.MAX_PAIRS);
        } catch (IllegalArgumentException e) {
            throw usage("--matrix " + e.getMessage());
        }
    }

    /// @param sort what `-s` says; null if nothing
    FlowMatrix.Order order(String sort) {
        if (sort == null) {
            return FlowMatrix.Order.bytes;
        }
        List<String> known = Stream.of(FlowMatrix.Order.values()).map(Enum::name).toList();
        if (!known.contains(sort)) {
            throw usage(Spelling.unknown("sort key of --matrix", sort, known));
        }
        return FlowMatrix.Order.valueOf(sort);
    }

    /// @param jsonOrNull null for text
    void print(FlowMatrix talkers, FlowMatrix.Order order, int limit, JsonRows jsonOrNull) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        List<FlowMatrix.Row> rows = talkers.rows(order, limit);
        if (jsonOrNull == null) {
            MatrixRows.printText(rows, out);
        } else {
            try (var json = jsonOrNull) {
                rows.forEach(row -> json.add(generator -> MatrixRows.write(generator, row)));
            }
        }
        err.printf("%d of %d pairs%n", rows.size(), talkers.size());
        if (talkers.flowsOfOthers() > 0) {
            err.printf(
                    "headgate: flows of further pairs, together as others: %d%n",
                    talkers.flowsOfOthers());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
