package headgate.console;

import headgate.console.flows.FlowSink;
import headgate.flow.FlowSettings;
import headgate.flow.rollup.Dimension;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What `headgate flows` tells instead of flows: what they come to, or what is wrong with them.
final class FlowSummaryOptions {
    private static final Map<String, Integer> SECONDS =
            new TreeMap<>(Map.of("10s", 10, "1m", 60, "1h", 3600));

    /// As long as a flow may be idle, and some more: then everything about a time is known.
    private static final long PATIENCE_NANOS =
            FlowSettings.LIVE.tcpEstablishedNanos() + 30_000_000_000L;

    private static final long TEN_SECONDS_NANOS = 10_000_000_000L;

    /// For shells that complete words.
    static final class Times implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("10s", "1m", "1h").iterator();
        }
    }

    /// What `--by` takes.
    enum Key {
        address(Dimension.ADDRESS),
        network(Dimension.NETWORK),
        pair(Dimension.NETWORK_PAIR),
        port(Dimension.PORT),
        app(Dimension.APPLICATION);

        private final Dimension dimension;

        Key(Dimension dimension) {
            this.dimension = dimension;
        }
    }

    @Option(
            names = "--rollup",
            paramLabel = "TIME",
            completionCandidates = Times.class,
            description = {
                "What flows come to in each ${COMPLETION-CANDIDATES}, instead of the flows; -n says how",
                "many rows each (default: 10)."
            })
    private String rollUp;

    @Option(
            names = "--by",
            paramLabel = "KEY",
            description =
                    "Sum by ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); pair is two"
                            + " networks.",
            defaultValue = "address")
    private Key by;

    @Option(
            names = "--findings",
            description = "What is wrong with the flows, on what evidence, instead of the flows.")
    private boolean findings;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean isAsked() {
        if (rollUp != null && findings) {
            throw usage("--rollup and --findings: one of them");
        }
        if (rollUp != null && !SECONDS.containsKey(rollUp)) {
            throw usage("--rollup " + rollUp + ": must be 10s, 1m or 1h");
        }
        if (rollUp == null && spec.commandLine().getParseResult().hasMatchedOption("--by")) {
            throw usage("--by goes with --rollup");
        }
        return rollUp != null || findings;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /// Flows of a file end by their times then too, so that they come in their order.
    FlowSettings settings() {
        return FlowSettings.LIVE.with(draft -> draft.activeNanos = TEN_SECONDS_NANOS);
    }

    /// @param limit rows of each time; null if it was not said
    FlowSink text(PrintWriter out, boolean live, Integer limit) {
        int rows = limit == null ? 10 : limit == 0 ? Integer.MAX_VALUE : limit;
        return findings
                ? FlowFindings.text(out, patience(live))
                : FlowRollUps.text(out, seconds(), by.dimension, PATIENCE_NANOS, rows);
    }

    FlowSink json(JsonRows rows, boolean live) {
        return findings
                ? FlowFindings.json(rows, patience(live))
                : FlowRollUps.json(rows, seconds(), by.dimension, PATIENCE_NANOS);
    }

    /// Whoever watches does not wait for the last word.
    private static long patience(boolean live) {
        return live ? 0 : PATIENCE_NANOS;
    }

    private int seconds() {
        return SECONDS.get(rollUp);
    }
}
