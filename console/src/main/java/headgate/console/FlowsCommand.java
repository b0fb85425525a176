package headgate.console;

import headgate.console.flows.EcsDocument;
import headgate.console.flows.FirstFlows;
import headgate.console.flows.FlowField;
import headgate.console.flows.FlowFilter;
import headgate.console.flows.FlowMatrix;
import headgate.console.flows.FlowSink;
import headgate.console.flows.IpfixFile;
import headgate.console.flows.Spelling;
import headgate.console.flows.ZeekConnLog;
import headgate.flow.FlowListener;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTotals;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "flows",
        mixinStandardHelpOptions = true,
        addMethodSubcommands = false,
        description = {
            "Conversations: who talked to whom, how much, how it ended, round trips, repetitions.",
            ""
        },
        footer = {
            "",
            "A file's conversations end only where a SYN begins another one between the same ports,",
            "unless --idle is given; a live capture ends them by idle times. json and jsonl give all",
            "flows by start unless -s or -n is given; a live jsonl gives each as it ends.",
            "  headgate flows -r day.pcap -s retrans tcp port 443",
            "  headgate flows -r day.pcap --rollup 1m --by network",
            "  headgate flows -r day.pcap --findings",
            "  headgate flows -r day.pcap --where 'bytes > 1M and not state = SF' --app tls",
            "  headgate flows -r day.pcap --matrix /24 -n 20",
            "  headgate flows -r day.pcap --stream 3 -T hex",
            "  headgate flows -r day.pcap -w day.ipfix",
            "  headgate flows -r day.pcap -T jsonl -e src -e dst -e orig_bytes",
            "  headgate flows -r day.pcap --zeek | zeek-cut id.orig_h id.resp_h conn_state"
        })
final class FlowsCommand implements Callable<Integer> {
    private static final int DEFAULT_LIMIT = 50;

    /// In place of a name: asks for all of them.
    private static final String LISTING = "?";

    /// What `-T` takes.
    enum Format {
        /// For people.
        text,
        /// One document.
        json,
        /// One object a line.
        jsonl,
        /// One object a line, in the fields of the Elastic Common Schema.
        ecs,
        /// Of a stream: its bytes in hex.
        hex,
        /// Of a stream: its bytes.
        raw
    }

    /// The sort key that begins with the smallest.
    private static final String START = "start";

    private static final List<String> SORT_KEYS =
            FlowField.everyOne().filter(FlowField::isOrdered).map(FlowField::name).toList();

    /// For shells that complete words.
    static final class SortKeys implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return SORT_KEYS.iterator();
        }
    }

    /// For shells that complete words.
    static final class FieldNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return FlowField.names().iterator();
        }
    }

    @Mixin private TrafficOptions traffic;

    @Option(
            names = "-T",
            paramLabel = "FMT",
            description =
                    "Output format: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). "
                            + "ecs is a line of JSON for each flow in the fields of the Elastic "
                            + "Common Schema; hex and raw are for --stream.",
            defaultValue = "text")
    private Format format;

    @Option(
            names = {"-s", "--sort"},
            paramLabel = "KEY",
            completionCandidates = SortKeys.class,
            description =
                    "Any field that is a number: bytes, packets, rtt, retrans, duration …"
                            + " (default: text bytes, others start). All but start begin with"
                            + " the largest. -s ? lists them.")
    private String sort;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Rows; 0 = all (default: text 50, others all).")
    private Integer limit;

    @Option(
            names = {"-e", "--field"},
            paramLabel = "NAME",
            completionCandidates = FieldNames.class,
            description = "Give only this field; repeatable, in this order. -e ? lists them.")
    private List<String> fieldNames = List.of();

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Write an IPFIX file of both directions instead of text; - for stdout.")
    private String writeFile;

    @Mixin private FlowTableOptions rules;

    @Mixin private FlowChoice choice;

    @Mixin private FlowStreamOptions stream;

    @Mixin private FlowMatrixOptions matrix;

    @Mixin private FlowSummaryOptions summary;

    @Spec private CommandSpec spec;

    /// What `-e` chose.
    private List<FlowField> fields;

    @Override
    public Integer call() throws IOException {
        if (fieldNames.contains(LISTING)) {
            listFields();
            return ExitCode.DONE;
        }
        if (LISTING.equals(sort) && !matrix.isAsked()) {
            listSortKeys();
            return ExitCode.DONE;
        }
        fields = fields();
        refuseContradictions();
        refuseOtherRows();
        refuseToWriteOverInput();
        FlowSettings settings = settings();
        if (stream.isAsked()) {
            return stream.print(traffic, settings, format);
        }
        if (matrix.isAsked()) {
            return printMatrix(settings);
        }
        boolean asTheyEnd =
                summary.isAsked() || isUnsorted() && (traffic.isLive() || writeFile != null);
        try {
            return asTheyEnd ? printAsTheyEnd(settings) : printSorted(settings);
        } catch (UncheckedIOException e) {
            throw new CommandFailure(ExitCode.INPUT, "cannot write " + reason(e.getCause()));
        }
    }

    // ---- Options ----

    private void listFields() {
        var table = listing(FlowField.names());
        FlowFilter.EITHER.forEach((name, sides) ->
                table.row(
                        name,
                        "in --where: "
                                + sides.getFirst().name()
                                + " or "
                                + sides.getLast().name()));
        table.print(out());
        out().flush();
    }

    private void listSortKeys() {
        listing(SORT_KEYS).print(out());
        out().flush();
    }

    private static TextTable listing(List<String> names) {
        var table = new TextTable("field", "meaning");
        names.forEach(name -> table.row(name, FlowField.named(name).description()));
        return table;
    }

    private List<FlowField> fields() {
        return fieldNames.stream()
                .map(name -> field("field", name, FlowField.names(), "-e ?"))
                .toList();
    }

    private FlowField field(String what, String name, List<String> known, String listing) {
        if (!known.contains(name)) {
            throw usage(Spelling.unknown(what, name, known, listing));
        }
        return FlowField.named(name);
    }

    private FirstFlows firstFlows() {
        String key = sort != null ? sort : isForPeople() ? "bytes" : START;
        FlowField field = field("sort key", key, SORT_KEYS, "-s ?");
        Comparator<FlowTotals> early = field.total() == null ? null : FlowField.by(field.total());
        return key.equals(START)
                ? new FirstFlows(field.order(), early, rowLimit())
                : new FirstFlows(largestFirst(field.order()), largestFirst(early), rowLimit());
    }

    /// Written out for the same reason as [FlowField#by].
    private static <F extends FlowTotals> Comparator<F> largestFirst(Comparator<F> order) {
        return order == null
                ? null
                : (a, b) -> {
                    int largerFirst = order.compare(b, a);
                    return largerFirst != 0
                            ? largerFirst
                            : Long.compare(a.firstNanos(), b.firstNanos());
                };
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private FlowSettings settings() {
        FlowSettings plain =
                summary.isAsked()
                        ? summary.settings()
                        : traffic.isLive() ? FlowSettings.LIVE : FlowSettings.CAPTURE_FILE;
        return rules.settings(plain, givesDetail(), givesMetadata());
    }

    /// A summary has rows of its own.
    private void refuseOtherRows() {
        boolean others =
                rules.followsZeek()
                        || writeFile != null
                        || sort != null
                        || stream.isAsked()
                        || matrix.isAsked()
                        || format == Format.ecs
                        || !fieldNames.isEmpty();
        if (summary.isAsked() && others) {
            throw usage(
                    "--rollup and --findings have rows of their own: leave -e, -s, -w, --stream,"
                            + " --matrix, --zeek and -T ecs out");
        }
    }

    private void refuseContradictions() {
        boolean hasColumns = writeFile != null || format == Format.ecs || !fieldNames.isEmpty();
        if (matrix.isAsked() && hasColumns) {
            throw usage("--matrix has columns of its own: leave -e, -w and -T ecs out");
        }
        boolean isList =
                matrix.isAsked()
                        || sort != null
                        || limit != null
                        || writeFile != null
                        || choice.isMade()
                        || !fieldNames.isEmpty();
        stream.refuseContradictions(format, isList);
    }

    private void refuseToWriteOverInput() throws IOException {
        if (writeFile == null) {
            return;
        }
        if (!isText() || !fieldNames.isEmpty()) {
            throw usage("-w writes IPFIX, which has its own fields: leave -T and -e out");
        }
        if (writePath() != null && traffic.reads(writePath())) {
            throw usage("-w " + writeFile + ": is the file that is read");
        }
    }

    private String reason(IOException failure) {
        String reason =
                switch (failure) {
                    case NoSuchFileException _ -> "no such directory";
                    case AccessDeniedException _ -> "permission denied";
                    default -> failure.getMessage();
                };
        return (writeFile == null ? "standard output" : writeFile) + ": " + reason;
    }

    /// Null for standard output.
    private Path writePath() {
        return writeFile.equals("-") ? null : Path.of(writeFile);
    }

    /// The overview, a conn.log and IPFIX name the application and nothing more of what was said.
    private boolean givesMetadata() {
        boolean inFields = fieldNames.isEmpty() ? !isText() : fieldNames.contains("metadata");
        return inFields || choice.readsFields() || format == Format.ecs || summary.isAsked();
    }

    /// What the overview, a conn.log, IPFIX and a summary say is in every flow's row.
    private boolean givesDetail() {
        boolean inFields = !fieldNames.isEmpty() || !isText();
        return !summary.isAsked() && (inFields || choice.readsFields() || sort != null);
    }

    private boolean isUnsorted() {
        return (format == Format.jsonl || format == Format.ecs || isConnLog() || writeFile != null)
                && sort == null
                && limit == null;
    }

    private boolean isText() {
        return format == Format.text;
    }

    private boolean isForPeople() {
        return isText() && !isConnLog() && writeFile == null;
    }

    private boolean isConnLog() {
        return rules.followsZeek() && isText() && fieldNames.isEmpty() && !matrix.isAsked();
    }

    private int rowLimit() {
        if (limit != null && limit < 0) {
            throw usage("-n " + limit + " is below 0");
        }
        int wanted = limit != null ? limit : isForPeople() ? DEFAULT_LIMIT : 0;
        return wanted == 0 ? Integer.MAX_VALUE : wanted;
    }

    // ---- Ways to print ----

    private int printAsTheyEnd(FlowSettings settings) throws IOException {
        try (var sink = sink()) {
            FlowListener listener =
                    record -> {
                        sink.onRecord(record);
                        if (traffic.isLive()) {
                            sink.flush();
                        }
                    };
            var reading = rules.read(traffic, settings, choice.over(listener));
            sink.flush();
            rules.explain(reading.seen(), givesDetail());
            return reading.end().exitCode();
        }
    }

    private int printSorted(FlowSettings settings) throws IOException {
        FirstFlows first = firstFlows();
        var reading = rules.read(traffic, settings, choice.over(first));
        List<FlowRecord> records = first.inOrder();
        try (var sink = sink()) {
            records.forEach(sink::onRecord);
            sink.flush();
        }
        var seen = reading.seen();
        if (isText()) {
            err().printf(
                            "%d of %d flows, %d frames (%d without IP)%n",
                            records.size(),
                            seen.flowsStarted(),
                            seen.frames(),
                            seen.framesWithoutIp());
        }
        rules.explain(seen, givesDetail());
        return reading.end().exitCode();
    }

    private int printMatrix(FlowSettings settings) throws IOException {
        FlowMatrix.Order order = matrix.order(sort);
        int rows = rowLimit();
        FlowMatrix talkers = matrix.empty();
        var reading = rules.read(traffic, settings, choice.over(talkers));
        var json = isText() ? null : new JsonRows(out(), format == Format.json);
        matrix.print(talkers, order, rows, json);
        rules.explain(reading.seen(), givesDetail());
        return reading.end().exitCode();
    }

    private FlowSink sink() {
        if (writeFile != null) {
            return new IpfixFile(() -> PacketFile.channel(writePath()));
        }
        if (summary.isAsked()) {
            return isText()
                    ? summary.text(out(), traffic.isLive(), limit)
                    : summary.json(new JsonRows(out(), format == Format.json), traffic.isLive());
        }
        return switch (format) {
            case text -> isConnLog() ? new ZeekConnLog(out()) : new FlowText(out(), fields);
            case json -> new FlowJson(new JsonRows(out(), true), chosen(fields));
            case jsonl -> new FlowJson(new JsonRows(out(), false), chosen(fields));
            case ecs -> new FlowJson(new JsonRows(out(), false), new EcsDocument(fields)::write);
            case hex, raw -> throw new IllegalStateException(format + " is of streams");
        };
    }

    private static FlowJson.Document chosen(List<FlowField> fields) {
        return (json, record) -> {
            json.writeStartObject();
            for (FlowField field : fields.isEmpty() ? FlowField.ALL : fields) {
                field.write(json, record);
            }
            json.writeEndObject();
        };
    }
}
