package headgate.console;

import headgate.capture.FrameHandler;
import headgate.console.flows.EcsDocument;
import headgate.console.flows.FlowField;
import headgate.console.flows.FlowFilter;
import headgate.console.flows.FlowMatrix;
import headgate.console.flows.FlowSink;
import headgate.console.flows.FollowedStream;
import headgate.console.flows.FollowedStream.Side;
import headgate.console.flows.IpfixFile;
import headgate.console.flows.Spelling;
import headgate.console.flows.ZeekConnLog;
import headgate.flow.FlowListener;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.flow.FlowTotals;
import headgate.flow.ZeekPackets;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "flows",
        mixinStandardHelpOptions = true,
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
    static final class MatrixEnds implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("address", "/24", "port", "app").iterator();
        }
    }

    /// For shells that complete words.
    static final class Applications implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return FlowFilter.applications().iterator();
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
                            + " the largest.")
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

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Write an IPFIX file of both directions instead of text; - for stdout.")
    private String writeFile;

    @Option(
            names = "--matrix",
            paramLabel = "BY",
            completionCandidates = MatrixEnds.class,
            description =
                    "Print who talks to whom, by address or by networks (/24, or /24,/48 "
                            + "with that of IPv6); or who uses what, by port or app. -s bytes, "
                            + "packets or flows.")
    private String matrix;

    @Option(
            names = "--stream",
            paramLabel = "ID",
            description =
                    "Print what both sides of one conversation said, in order: its "
                            + "community id, or its number in the order of -s start, from 1. -T "
                            + "text, hex or raw.")
    private String stream;

    @Option(
            names = "--side",
            paramLabel = "SIDE",
            description = "Of --stream only this side: ${COMPLETION-CANDIDATES}.")
    private Side side;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description =
                    "End a flow that was idle for so long (default: a file's never; live: by"
                            + " protocol).")
    private Double idleSeconds;

    @Option(
            names = "--zeek",
            description =
                    "Follow Zeek's rules of where a connection ends and who began it; as "
                            + "text, write a conn.log.")
    private boolean zeek;

    @Option(
            names = "--max-flows",
            paramLabel = "N",
            description =
                    "Most flows alive at once; more end one early (default: ${DEFAULT-VALUE}).",
            defaultValue = "1000000")
    private int maxFlows;

    @Option(
            names = "--max-detailed",
            paramLabel = "N",
            description =
                    "Most flows alive at once whose round trips, gaps and kinds of"
                            + " retransmissions are kept (default: ${DEFAULT-VALUE}).",
            defaultValue = "65536")
    private int maxDetailed;

    @Option(
            names = "-C",
            description = "With --zeek: count frames with wrong checksums, as zeek -C does.")
    private boolean ignoreChecksums;

    @Mixin private FlowSummaryOptions summary;

    @Spec private CommandSpec spec;

    /// What `-e` chose.
    private List<FlowField> fields;

    @Override
    public Integer call() throws IOException {
        if (fieldNames.contains("?")) {
            listFields();
            return ExitCode.DONE;
        }
        fields = fields();
        refuseContradictions();
        refuseOtherRows();
        refuseToWriteOverInput();
        FlowSettings settings = settings();
        if (stream != null) {
            return printStream(settings);
        }
        if (matrix != null) {
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
        var table = new TextTable("field", "meaning");
        FlowField.everyOne().forEach(field -> table.row(field.name(), field.description()));
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

    private List<FlowField> fields() {
        return fieldNames.stream().map(name -> field("field", name, FlowField.names())).toList();
    }

    private FlowField field(String what, String name, List<String> known) {
        if (!known.contains(name)) {
            throw usage(Spelling.unknown(what, name, known));
        }
        return FlowField.named(name);
    }

    private Kept kept() {
        String key = sort != null ? sort : isForPeople() ? "bytes" : START;
        FlowField field = field("sort key", key, SORT_KEYS);
        Comparator<FlowTotals> early =
                field.total() == null ? null : Comparator.comparingLong(field.total());
        return key.equals(START)
                ? new Kept(field.order(), early, rowLimit())
                : new Kept(largestFirst(field.order()), largestFirst(early), rowLimit());
    }

    private static <F extends FlowTotals> Comparator<F> largestFirst(Comparator<F> order) {
        return order == null ? null : order.reversed().thenComparingLong(FlowTotals::firstNanos);
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

    private FlowListener onlyWanted(FlowListener listener) {
        if (where == null && applications.isEmpty()) {
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
        if (zeek && idleSeconds != null) {
            throw usage("--zeek has idle times of its own: leave --idle out");
        }
        if (ignoreChecksums && !zeek) {
            throw usage("-C goes with --zeek: otherwise no checksum is verified");
        }
        FlowSettings settings =
                zeek
                        ? FlowSettings.ZEEK
                        : summary.isAsked()
                                ? summary.settings()
                                : traffic.isLive() ? FlowSettings.LIVE : FlowSettings.CAPTURE_FILE;
        try {
            settings =
                    settings.with(draft -> {
                        draft.maxFlows = maxFlows;
                        draft.maxDetailedFlows =
                                givesDetail() ? maxDetailed : Math.min(maxDetailed, 0);
                        draft.verifiesChecksums &= !ignoreChecksums;
                        draft.keepsMetadata = givesMetadata();
                    });
            return idleSeconds == null
                    ? settings
                    : settings.withIdleNanos((long) (idleSeconds * 1e9));
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    /// A summary has rows of its own.
    private void refuseOtherRows() {
        boolean others =
                zeek
                        || writeFile != null
                        || sort != null
                        || stream != null
                        || matrix != null
                        || format == Format.ecs
                        || !fieldNames.isEmpty();
        if (summary.isAsked() && others) {
            throw usage(
                    "--rollup and --findings have rows of their own: leave -e, -s, -w, --stream,"
                            + " --matrix, --zeek and -T ecs out");
        }
    }

    private void refuseContradictions() {
        boolean ofStream = format == Format.hex || format == Format.raw;
        boolean ofList = writeFile != null || format == Format.ecs || !fieldNames.isEmpty();
        if (matrix != null && ofList) {
            throw usage("--matrix has columns of its own: leave -e, -w and -T ecs out");
        }
        if (stream == null) {
            if (side != null || ofStream) {
                throw usage("--side, -T hex and -T raw are of --stream ID");
            }
            return;
        }
        if (!isText() && !ofStream) {
            throw usage("--stream is printed with -T text, hex or raw");
        }
        if (format == Format.raw && side == null) {
            throw usage("-T raw is of one side: --side orig or --side resp");
        }
        boolean lists =
                matrix != null
                        || sort != null
                        || limit != null
                        || where != null
                        || writeFile != null
                        || !applications.isEmpty()
                        || !fieldNames.isEmpty();
        if (lists) {
            throw usage(
                    "--stream names one conversation: -s -n -e -w --where --app --matrix are of lists");
        }
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
        return inFields || where != null || format == Format.ecs || summary.isAsked();
    }

    /// What the overview, a conn.log, IPFIX and a summary say is in every flow's row.
    private boolean givesDetail() {
        boolean inFields = !fieldNames.isEmpty() || !isText();
        return !summary.isAsked() && (inFields || where != null || sort != null);
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
        return zeek && isText() && fieldNames.isEmpty() && matrix == null;
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
            var table =
                    new FlowTable(
                            settings,
                            onlyWanted(record -> {
                                sink.onRecord(record);
                                if (traffic.isLive()) {
                                    sink.flush();
                                }
                            }));
            var end = traffic.read(feed(table, settings));
            table.endAll();
            sink.flush();
            explain(table, -1);
            return end.exitCode();
        }
    }

    private int printSorted(FlowSettings settings) throws IOException {
        var kept = kept();
        var table = new FlowTable(settings, onlyWanted(kept));
        var end = traffic.read(feed(table, settings));
        table.endAll();
        List<FlowRecord> records = kept.inOrder();
        try (var sink = sink()) {
            records.forEach(sink::onRecord);
            sink.flush();
        }
        explain(table, records.size());
        return end.exitCode();
    }

    private int printMatrix(FlowSettings settings) throws IOException {
        FlowMatrix.Order order = matrixOrder();
        int limit = rowLimit();
        FlowMatrix talkers;
        try {
            talkers = new FlowMatrix(FlowMatrix.Ends.parse(matrix), FlowMatrix.MAX_PAIRS);
        } catch (IllegalArgumentException e) {
            throw usage("--matrix " + e.getMessage());
        }
        var table = new FlowTable(settings, onlyWanted(talkers));
        var end = traffic.read(feed(table, settings));
        table.endAll();
        List<FlowMatrix.Row> rows = talkers.rows(order, limit);
        if (isText()) {
            MatrixRows.printText(rows, out());
        } else {
            try (var json = new JsonRows(out(), format == Format.json)) {
                rows.forEach(row -> json.add(generator -> MatrixRows.write(generator, row)));
            }
        }
        err().printf("%d of %d pairs%n", rows.size(), talkers.size());
        if (talkers.flowsOfOthers() > 0) {
            err().printf(
                            "headgate: flows of further pairs, together as others: %d%n",
                            talkers.flowsOfOthers());
        }
        explain(table, -1);
        return end.exitCode();
    }

    private FlowMatrix.Order matrixOrder() {
        if (sort == null) {
            return FlowMatrix.Order.bytes;
        }
        List<String> known = Stream.of(FlowMatrix.Order.values()).map(Enum::name).toList();
        if (!known.contains(sort)) {
            throw usage(Spelling.unknown("sort key of --matrix", sort, known));
        }
        return FlowMatrix.Order.valueOf(sort);
    }

    private int printStream(FlowSettings settings) throws IOException {
        FollowedStream.Listener printer =
                switch (format) {
                    case hex -> new StreamText(out(), true);
                    case raw -> new StreamBytes(StandardOutput.OWN);
                    default -> new StreamText(out(), false);
                };
        FollowedStream followed = followed(settings, printer);
        var end =
                traffic.read(frame -> {
                    followed.onFrame(frame);
                    if (traffic.isLive()) {
                        out().flush();
                    }
                });
        followed.finish();
        out().flush();
        explain(followed);
        return end.exitCode();
    }

    private FollowedStream followed(FlowSettings settings, FollowedStream.Listener printer) {
        var wanted = side == null ? EnumSet.allOf(Side.class) : EnumSet.of(side);
        try {
            return new FollowedStream(stream, settings, wanted, printer);
        } catch (IllegalArgumentException e) {
            throw usage("--stream " + e.getMessage());
        }
    }

    private void explain(FollowedStream followed) {
        if (followed.found() == 0) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "no conversation %s among %d; list them with -s start -n 0 -e community_id"
                            .formatted(stream, followed.conversations()));
        }
        var err = err();
        err.printf(
                "%d bytes; %d missing in %d places, %d sent again%n",
                followed.bytes(), followed.missing(), followed.holes(), followed.repeated());
        if (followed.givenUp() > 0) {
            err.printf(
                    "headgate: holes that were left because too much came behind them: %d%n",
                    followed.givenUp());
        }
        if (followed.fragments() > 0) {
            err.printf(
                    "headgate: later fragments between these addresses, not in it: %d%n",
                    followed.fragments());
        }
        err.flush();
    }

    private FrameHandler feed(FlowTable table, FlowSettings settings) {
        return zeek ? new ZeekPackets(settings, table::onFrame)::onFrame : table::onFrame;
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

    /// Keeps the first so many records of an order, and no interim ones.
    private static final class Kept implements FlowListener {
        private final Comparator<FlowRecord> order;
        private final Comparator<FlowTotals> early;
        private final int limit;
        private final PriorityQueue<FlowRecord> lastFirst;
        private final List<FlowRecord> all = new ArrayList<>();

        /// @param early the same order of flows whose records are not made yet; null if there is
        ///   none
        Kept(Comparator<FlowRecord> order, Comparator<FlowTotals> early, int limit) {
            this.order = order;
            this.early = early;
            this.limit = limit;
            this.lastFirst = new PriorityQueue<>(order.reversed());
        }

        @Override
        public boolean wants(FlowTotals flow) {
            return early == null
                    || lastFirst.size() < limit
                    || early.compare(flow, lastFirst.element()) < 0;
        }

        @Override
        public void onRecord(FlowRecord record) {
            if (record.interim()) {
                return;
            }
            if (limit == Integer.MAX_VALUE) {
                all.add(record);
                return;
            }
            lastFirst.add(record);
            if (lastFirst.size() > limit) {
                lastFirst.remove();
            }
        }

        List<FlowRecord> inOrder() {
            all.addAll(lastFirst);
            all.sort(order);
            return all;
        }
    }

    // ---- What was seen ----

    /// Says on standard error how much the rows are of what was seen; -1 rows are all.
    private void explain(FlowTable table, int rows) {
        var seen = table.statistics();
        var err = err();
        if (isText() && rows >= 0) {
            err.printf(
                    "%d of %d flows, %d frames (%d without IP)%n",
                    rows, seen.flowsStarted(), seen.frames(), seen.framesWithoutIp());
        }
        if (seen.framesLate() > 0) {
            err.printf(
                    "headgate: frames older than one before them: %d; counted, time went on%n",
                    seen.framesLate());
        }
        if (seen.endedEvicted() > 0) {
            err.printf(
                    "headgate: flows ended early to make room: %d; raise --max-flows (%d)%n",
                    seen.endedEvicted(), maxFlows);
        }
        if (givesDetail() && seen.flowsWithoutDetail() > 0) {
            err.printf(
                    "headgate: flows without details for want of room: %d; raise --max-detailed"
                            + " (%d)%n",
                    seen.flowsWithoutDetail(), maxDetailed);
        }
        if (seen.tunnelsWithoutRoom() > 0) {
            err.printf(
                    "headgate: flows whose tunnels were not kept for want of room: %d%n",
                    seen.tunnelsWithoutRoom());
        }
        if (seen.framesWithWrongChecksum() > 0) {
            err.printf(
                    "headgate: frames with a wrong checksum, not counted: %d (-C counts them)%n",
                    seen.framesWithWrongChecksum());
        }
        if (seen.openingsWithoutRoom() > 0) {
            err.printf(
                    "headgate: first messages of which something was not kept for want of room:"
                            + " %d%n",
                    seen.openingsWithoutRoom());
        }
        err.flush();
    }
}
