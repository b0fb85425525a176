package headgate.console;

import headgate.capture.FrameHandler;
import headgate.flow.FlowListener;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.flow.TunnelDatagrams;
import headgate.packet.IpProtocol;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
            "  headgate flows -r day.pcap -T jsonl -e src -e dst -e orig_bytes",
            "  headgate flows -r day.pcap --zeek | zeek-cut id.orig_h id.resp_h conn_state"
        })
final class FlowsCommand implements Callable<Integer> {
    private static final int DEFAULT_LIMIT = 50;

    /// What `-s` takes. Ties are in the order of start.
    enum Sort {
        bytes(Comparator.comparingLong(FlowRecord::frameBytes).reversed()),
        packets(Comparator.comparingLong(FlowRecord::packets).reversed()),
        rtt(Comparator.comparingLong(FlowRecord::handshakeRttNanos).reversed()),
        retrans(Comparator.comparingLong(FlowRecord::retransmissions).reversed()),
        start(Comparator.comparingLong(FlowRecord::firstNanos));

        private final Comparator<FlowRecord> order;

        Sort(Comparator<FlowRecord> order) {
            this.order = order.thenComparingLong(FlowRecord::firstNanos);
        }
    }

    @Mixin private TrafficOptions traffic;
    @Mixin private OutputOptions output;

    @Option(
            names = {"-s", "--sort"},
            paramLabel = "KEY",
            description =
                    "${COMPLETION-CANDIDATES} (default: bytes; json and jsonl: start). All but"
                            + " start begin with the largest.")
    private Sort sort;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Rows; 0 = all (default: 50; json and jsonl: all).")
    private Integer limit;

    @Option(
            names = {"-e", "--field"},
            paramLabel = "NAME",
            description = "Give only this field; repeatable, in this order. -e ? lists them.")
    private List<String> fieldNames = List.of();

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description =
                    "End a flow that was idle for so long (default: a file's never; live: by"
                            + " protocol).")
    private Double idleSeconds;

    @Option(
            names = "--zeek",
            description = {
                "Follow Zeek's rules of where a connection ends and who began it; as text, write",
                "a conn.log."
            })
    private boolean zeek;

    @Option(
            names = "--max-flows",
            paramLabel = "N",
            description =
                    "Most flows alive at once; more end one early (default: ${DEFAULT-VALUE}).",
            defaultValue = "1000000")
    private int maxFlows;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (fieldNames.contains("?")) {
            listFields();
            return ExitCode.DONE;
        }
        List<FlowField> fields = fields();
        FlowSettings settings = settings();
        return traffic.isLive() && isUnsorted()
                ? printAsTheyEnd(settings, fields)
                : printSorted(settings, fields);
    }

    // ---- Options ----

    private void listFields() {
        var table = new TextTable("field", "meaning");
        FlowField.ALL.forEach(field -> table.row(field.name(), field.description()));
        table.print(output.out());
        output.out().flush();
    }

    private List<FlowField> fields() {
        return fieldNames.stream().map(this::field).toList();
    }

    private FlowField field(String name) {
        FlowField field = FlowField.named(name);
        if (field == null) {
            String known =
                    FlowField.ALL.stream().map(FlowField::name).collect(Collectors.joining(", "));
            throw new ParameterException(
                    spec.commandLine(), "no field '" + name + "'; there are: " + known);
        }
        return field;
    }

    private FlowSettings settings() {
        if (zeek && idleSeconds != null) {
            throw new ParameterException(
                    spec.commandLine(), "--zeek has idle times of its own: leave --idle out");
        }
        FlowSettings settings =
                zeek
                        ? FlowSettings.ZEEK
                        : traffic.isLive() ? FlowSettings.LIVE : FlowSettings.CAPTURE_FILE;
        try {
            settings = settings.with(draft -> draft.maxFlows = maxFlows);
            return idleSeconds == null
                    ? settings
                    : settings.withIdleNanos((long) (idleSeconds * 1e9));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private boolean isUnsorted() {
        return (output.format() == OutputOptions.Format.jsonl || isConnLog())
                && sort == null
                && limit == null;
    }

    private boolean isForPeople() {
        return output.isText() && !isConnLog();
    }

    private boolean isConnLog() {
        return zeek && output.isText() && fieldNames.isEmpty();
    }

    private int rowLimit() {
        if (limit != null && limit < 0) {
            throw new ParameterException(spec.commandLine(), "-n " + limit + " is below 0");
        }
        int wanted = limit != null ? limit : isForPeople() ? DEFAULT_LIMIT : 0;
        return wanted == 0 ? Integer.MAX_VALUE : wanted;
    }

    // ---- Ways to print ----

    private int printAsTheyEnd(FlowSettings settings, List<FlowField> fields) throws IOException {
        if (isConnLog()) {
            var log = new ZeekConnLog(output.out());
            log.begin();
            return printEach(
                    settings,
                    record -> {
                        log.add(record);
                        output.out().flush();
                    });
        }
        try (var rows = output.rows()) {
            return printEach(
                    settings,
                    record -> {
                        add(rows, record, fields);
                        output.out().flush();
                    });
        }
    }

    private int printEach(FlowSettings settings, FlowListener listener) throws IOException {
        var table = new FlowTable(settings, listener);
        var end = traffic.read(feed(table));
        table.endAll();
        explain(table, -1);
        return end.exitCode();
    }

    private int printSorted(FlowSettings settings, List<FlowField> fields) throws IOException {
        Sort key = sort != null ? sort : isForPeople() ? Sort.bytes : Sort.start;
        var kept = new Kept(key.order, rowLimit());
        var table = new FlowTable(settings, kept::add);
        var end = traffic.read(feed(table));
        table.endAll();
        List<FlowRecord> records = kept.inOrder();
        if (isConnLog()) {
            var log = new ZeekConnLog(output.out());
            log.begin();
            records.forEach(log::add);
            output.out().flush();
        } else if (output.isText()) {
            printText(records, fields);
        } else {
            try (var rows = output.rows()) {
                records.forEach(record -> add(rows, record, fields));
            }
        }
        explain(table, records.size());
        return end.exitCode();
    }

    private FrameHandler feed(FlowTable table) {
        return zeek ? new TunnelDatagrams(table::onFrame)::onFrame : table::onFrame;
    }

    private static void add(JsonRows rows, FlowRecord record, List<FlowField> fields) {
        rows.add(json -> {
            json.writeStartObject();
            for (FlowField field : fields.isEmpty() ? FlowField.ALL : fields) {
                field.write(json, record);
            }
            json.writeEndObject();
        });
    }

    /// Keeps the first so many records of an order, and no interim ones.
    private static final class Kept {
        private final Comparator<FlowRecord> order;
        private final int limit;
        private final PriorityQueue<FlowRecord> lastFirst;
        private final List<FlowRecord> all = new ArrayList<>();

        Kept(Comparator<FlowRecord> order, int limit) {
            this.order = order;
            this.limit = limit;
            this.lastFirst = new PriorityQueue<>(order.reversed());
        }

        void add(FlowRecord record) {
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

    // ---- Text ----

    private void printText(List<FlowRecord> records, List<FlowField> fields) {
        PrintWriter out = output.out();
        TextTable table = fields.isEmpty() ? overview(records) : chosen(records, fields);
        table.print(out);
        out.flush();
    }

    private static TextTable chosen(List<FlowRecord> records, List<FlowField> fields) {
        var table = new TextTable(fields.stream().map(FlowField::name).toArray(String[]::new));
        for (FlowRecord record : records) {
            table.row(fields.stream().map(field -> field.text(record)).toArray());
        }
        return table;
    }

    private static TextTable overview(List<FlowRecord> records) {
        var table =
                new TextTable(
                        "start",
                        ">seconds",
                        "proto",
                        "originator",
                        "responder",
                        "app",
                        "state",
                        ">frames ->",
                        ">frames <-",
                        ">bytes ->",
                        ">bytes <-",
                        ">rtt ms",
                        ">retrans");
        for (FlowRecord record : records) {
            table.row(
                    FlowField.time(record.firstNanos()),
                    thousandths((record.lastNanos() - record.firstNanos()) / 1e9),
                    protocol(record),
                    endpoint(record, record.originator()),
                    endpoint(record, record.responder()),
                    record.application().isEmpty() ? "-" : record.application(),
                    record.state(),
                    record.originator().packets(),
                    record.responder().packets(),
                    record.originator().frameBytes(),
                    record.responder().frameBytes(),
                    record.handshakeRttNanos() < 0
                            ? "-"
                            : thousandths(record.handshakeRttNanos() / 1e6),
                    record.protocol() == IpProtocol.TCP ? record.retransmissions() : "-");
        }
        return table;
    }

    private static String thousandths(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String protocol(FlowRecord record) {
        return switch (record.protocol()) {
            case IpProtocol.TCP -> "tcp";
            case IpProtocol.UDP -> "udp";
            case IpProtocol.ICMP -> "icmp";
            case IpProtocol.ICMPV6 -> "icmp6";
            case IpProtocol.SCTP -> "sctp";
            case IpProtocol.IGMP -> "igmp";
            default -> Integer.toString(record.protocol());
        };
    }

    /// Address and port; the address alone where a protocol has no ports.
    private static String endpoint(FlowRecord record, Side side) {
        String address = FlowField.address(record, side);
        boolean ports =
                Stream.of(IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP)
                        .anyMatch(protocol -> protocol == record.protocol());
        if (!ports) {
            return address;
        }
        return record.ipVersion() == 6
                ? "[" + address + "]:" + side.port()
                : address + ":" + side.port();
    }

    /// Says on standard error how much the rows are of what was seen; -1 rows are all.
    private void explain(FlowTable table, int rows) {
        var seen = table.statistics();
        var err = output.err();
        if (output.isText() && rows >= 0) {
            err.printf(
                    "%d of %d flows, %d frames (%d without IP)%n",
                    rows, seen.flowsStarted(), seen.frames(), seen.framesWithoutIp());
        }
        if (seen.endedEvicted() > 0) {
            err.printf(
                    "headgate: flows ended early to make room: %d; raise --max-flows (%d)%n",
                    seen.endedEvicted(), maxFlows);
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
