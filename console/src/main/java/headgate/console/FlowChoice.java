package headgate.console;

import headgate.console.flows.FlowFilter;
import headgate.flow.FlowListener;
import headgate.flow.FlowRecord;
import headgate.flow.FlowTotals;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Which flows are wanted, by what became of them.
final class FlowChoice {
    /// For shells that complete words.
    static final class Applications implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return FlowFilter.applications().iterator();
        }
    }

    @Option(
            names = "--where",
            paramLabel = "TEST",
            description =
                    "Only flows of which this is true, by their fields: = != < <= > >= "
                            + "and ~ (contains), and, or, not, parentheses. 'bytes > 1M and not "
                            + "addr = 10.0.0.0/8'")
    private String where;

    @Option(
            names = "--app",
            paramLabel = "NAME",
            completionCandidates = Applications.class,
            description = "Only this application; repeatable; '!http' leaves it out.")
    private List<String> applications = List.of();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /// Whether not all flows are.
    boolean isMade() {
        return where != null || !applications.isEmpty();
    }

    /// Whether what was said in a flow may decide.
    boolean readsFields() {
        return where != null;
    }

    /// The listener without flows that are not wanted.
    FlowListener over(FlowListener listener) {
        if (!isMade()) {
            return listener;
        }
        Predicate<FlowRecord> wanted = wanted();
        return new FlowListener() {
            @Override
            public boolean wants(FlowTotals flow) {
                return listener.wants(flow);
            }

            @Override
            public void onRecord(FlowRecord record) {
                if (wanted.test(record)) {
                    listener.onRecord(record);
                }
            }
        };
    }

    /// What both `--where` and `--app` are true of.
    private Predicate<FlowRecord> wanted() {
        try {
            Predicate<FlowRecord> wanted =
                    applications.isEmpty() ? _ -> true : FlowFilter.applications(applications);
            return where == null ? wanted : wanted.and(FlowFilter.parse(where));
        } catch (FlowFilter.SyntaxException e) {
            throw usage("--where: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
