package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.flow.LossPlace;
import headgate.forwarding.Decision;
import headgate.forwarding.Fate;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.NetDevice;
import headgate.forwarding.RouteAnswer;
import headgate.forwarding.RouteQuery;
import headgate.forwarding.Verdict;
import headgate.forwarding.VerdictTally;
import headgate.packet.FlowKey;
import headgate.packet.Frame;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "forward",
        mixinStandardHelpOptions = true,
        addMethodSubcommands = false,
        description = {
            "What would this router do with each packet? Judged by the outputs of its own tools:",
            "ip, nft, sysctl. An answer that depends on something not modelled says so.",
            ""
        },
        footer = {
            "",
            "A snapshot is a directory as headgate snapshot writes it: link.json (ip -j -d link),",
            "addr.json, route4.json and route6.json (ip -j route show table all), rule4.json,",
            "rule6.json, neigh.json, maddr.json, nexthop.json, nft.json (nft -j list ruleset; none",
            "where there are no rules), sysctl.txt (sysctl -a), sockets.txt. Or files of any name, told",
            "apart by their content: those, the same commands without -j, show ip route of FRRouting,",
            "show route of BIRD, MRT tables. All but text may be gzipped.",
            "  headgate forward -R gw1/ -r day.pcap --in eth0",
            "  headgate forward -R gw1/ -r day.pcapng -w leaving.pcapng",
            "  headgate forward -R gw1/ --packet 'in eth0 10.0.0.9:4242 > 1.1.1.1:53 udp' --trace",
            "  headgate forward -R gw1/ --route '1.1.1.1 from 10.0.0.9 iif eth0'",
            "  headgate forward -R gw1/ --vs new-ruleset.json -r day.pcapng --fail-on diff",
            "",
            "Exit status: 0 done, 1 --fail-on met, 2 usage, 3 input unreadable or cut."
        })
final class ForwardCommand implements Callable<Integer> {
    private static final int DEFAULT_LIMIT = 50;

    @Mixin private TrafficOptions traffic;
    @Mixin private OutputOptions output;

    @Option(
            names = {"-R", "--rules"},
            paramLabel = "SNAPSHOT",
            required = true,
            description =
                    "The router's snapshot: a directory of command outputs, or one of them (below);"
                            + " repeat to add.")
    private List<Path> rules;

    @Option(
            names = "--in",
            paramLabel = "DEVICE",
            description =
                    "Device by which the frames come in (default: the interface that the capture"
                            + " names for each).")
    private String device;

    @Option(
            names = "--packet",
            paramLabel = "SPEC",
            description = "Judge one packet: " + PacketSpec.SYNTAX + ".")
    private String packet;

    @Option(
            names = "--route",
            paramLabel = "QUERY",
            description = "Answer as ip route get does: " + RouteSpec.SYNTAX + ".")
    private String route;

    @Option(
            names = "--vs",
            paramLabel = "SNAPSHOT2",
            description =
                    "Tell only what fares otherwise under this: files stand for those of -R that say"
                            + " the same kind of thing, a directory for all; repeat to add.")
    private List<Path> others;

    @Option(
            names = "--fail-on",
            paramLabel = "diff",
            description = "With --vs: exit 1 when a packet fares otherwise.")
    private FailOn failOn;

    /// What `--fail-on` asks for.
    private enum FailOn {
        DIFF
    }

    @Option(
            names = "--trace",
            description = "Every step of every packet, with the rule or route that decided.")
    private boolean trace;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description =
                    "Write the frames that leave as pcapng, an interface for each device; - for"
                            + " stdout.")
    private String writeFile;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Flows shown; 0 = all (default: 50; json and jsonl: all).")
    private Integer limit;

    @Option(
            names = "--max-flows",
            paramLabel = "N",
            description =
                    "Most flows told apart; packets of further ones are only counted (default:"
                            + " ${DEFAULT-VALUE}).",
            defaultValue = "1000000")
    private int maxFlows;

    @Spec private CommandSpec spec;

    /// Packets whose fragments waited too long.
    private long givenUp;

    @Override
    public Integer call() throws IOException {
        if (packet != null && route != null) {
            throw usage("name either --packet or --route, not both");
        }
        if (writeFile != null && (packet != null || route != null || trace)) {
            throw usage("-w goes with traffic (-r, -i), without --trace");
        }
        if (failOn != null && others == null) {
            throw usage("--fail-on diff needs another snapshot to compare with: --vs");
        }
        if (others != null && (route != null || writeFile != null)) {
            throw usage("--vs goes with packets, and without -w");
        }
        var path = new ForwardingPath(snapshot());
        if (others != null) {
            return compare(path, new ForwardingPath(otherSnapshot()));
        }
        if (packet != null) {
            return judgePacket(path, parsed(() -> PacketSpec.parse(packet)));
        }
        if (route != null) {
            return answerRoute(path, parsed(() -> RouteSpec.parse(route)));
        }
        return trace ? traceTraffic(path) : judgeTraffic(path);
    }

    private ParameterException usage(String words) {
        return new ParameterException(spec.commandLine(), words);
    }

    // ---- Options ----

    private HostSnapshot snapshot() throws IOException {
        return new SnapshotArgument(rules).read(output.err());
    }

    private HostSnapshot otherSnapshot() throws IOException {
        return new SnapshotArgument(others).readOver(new SnapshotArgument(rules), output.err());
    }

    private <T> T parsed(java.util.function.Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private NetDevice device(HostSnapshot host, String name) {
        NetDevice known = host.device(name);
        if (known == null) {
            throw usage("no device '" + name + "' in the snapshot; there are: " + devices(host));
        }
        return known;
    }

    private static String devices(HostSnapshot host) {
        return host.devices().stream().map(NetDevice::name).collect(Collectors.joining(", "));
    }

    /// The device by which a frame came in: the one named, or the one that its capture names.
    private final class Receiver {
        private final HostSnapshot host;
        private NetDevice[] byInterface = {};

        Receiver(HostSnapshot host) {
            this.host = host;
            if (device != null) {
                device(host, device);
            }
        }

        NetDevice of(Frame frame) {
            int id = frame.interfaceId;
            if (id >= byInterface.length) {
                byInterface = Arrays.copyOf(byInterface, id + 1);
            }
            if (byInterface[id] == null) {
                byInterface[id] = find(id);
            }
            return byInterface[id];
        }

        private NetDevice find(int interfaceId) {
            if (device != null) {
                return host.device(device);
            }
            String name = traffic.interfaces().get(interfaceId).name();
            NetDevice known = host.device(name);
            if (known == null) {
                throw usage(
                        "the capture's interface '%s' is no device of the snapshot; name the device"
                                        .formatted(TextTable.escape(name))
                                + " by which the frames come in with --in; there are: "
                                + devices(host));
            }
            return known;
        }
    }

    private int rowLimit() {
        if (limit != null && limit < 0) {
            throw new ParameterException(spec.commandLine(), "-n " + limit + " is below 0");
        }
        int wanted = limit != null ? limit : output.isText() ? DEFAULT_LIMIT : 0;
        return wanted == 0 ? Integer.MAX_VALUE : wanted;
    }

    // ---- One packet ----

    private int judgePacket(ForwardingPath path, PacketSpec packet) {
        NetDevice receiver = device(path.host(), packet.device());
        Frame frame = packet.frame(path.host());
        var judged = new Traced(1, path.decide(frame, receiver.name()), FlowKey.of(frame));
        if (output.isText()) {
            printText(output.out(), judged, trace);
            output.out().flush();
            return ExitCode.DONE;
        }
        try (var rows = output.rows()) {
            rows.add(judged::write);
        }
        return ExitCode.DONE;
    }

    /// One packet with its verdict.
    private record Traced(long number, Verdict verdict, FlowKey flow) {
        void write(JsonGenerator json) throws IOException {
            VerdictJson.write(json, number, flow, verdict);
        }
    }

    private int traceTraffic(ForwardingPath path) throws IOException {
        var receiver = new Receiver(path.host());
        long[] number = {0};
        if (output.isText()) {
            var end =
                    traffic.read(frame ->
                            printText(output.out(), traced(path, receiver, frame, number), true));
            output.out().flush();
            return end.exitCode();
        }
        try (var rows = output.rows()) {
            return traffic.read(
                            frame -> {
                                Traced each = traced(path, receiver, frame, number);
                                rows.add(each::write);
                            })
                    .exitCode();
        }
    }

    private static Traced traced(
            ForwardingPath path, Receiver receiver, Frame frame, long[] number) {
        Verdict verdict = path.verdict(path.judge(frame, receiver.of(frame)));
        return new Traced(++number[0], verdict, FlowKey.of(frame));
    }

    private static void printText(PrintWriter out, Traced packet, boolean steps) {
        out.printf(
                "%d  %s: %s%n",
                packet.number(),
                VerdictText.flow(packet.flow()),
                TextTable.escape(VerdictText.explain(packet.verdict())));
        if (steps) {
            for (Verdict.Step step : packet.verdict().trail().steps()) {
                out.printf(
                        "   %-6s %-26s %s%n",
                        step.rule(), step.function(), TextTable.escape(step.evidence()));
            }
            String counters =
                    new TreeMap<>(packet.verdict().trail().counters())
                            .entrySet().stream()
                                    .map(e -> e.getKey() + " +" + e.getValue())
                                    .collect(Collectors.joining(", "));
            out.println(counters.isEmpty() ? "   no counter moves" : "   " + counters);
        }
    }

    // ---- Two snapshots ----

    private int compare(ForwardingPath path, ForwardingPath other) throws IOException {
        var comparison = parsed(() -> new FateComparison(path, other, output, maxFlows, trace));
        TrafficOptions.End end;
        if (packet != null) {
            PacketSpec one = parsed(() -> PacketSpec.parse(packet));
            comparison.add(one.frame(path.host()), device(path.host(), one.device()));
            end = new TrafficOptions.End(1, 0, null, LossPlace.UNKNOWN, false);
        } else {
            var receiver = new Receiver(path.host());
            end = traffic.read(frame -> comparison.add(frame, receiver.of(frame)));
        }
        boolean differs = comparison.report(end.frames(), rowLimit());
        return end.exitCode() == ExitCode.DONE && differs && failOn == FailOn.DIFF
                ? ExitCode.FOUND
                : end.exitCode();
    }

    // ---- A route query ----

    private int answerRoute(ForwardingPath path, RouteQuery query) {
        if (!query.inputDevice().isEmpty()) {
            device(path.host(), query.inputDevice());
        }
        RouteAnswer answer = path.route(query);
        if (output.isText()) {
            output.out().println(TextTable.escape(VerdictText.explain(answer)));
            output.out().flush();
            return ExitCode.DONE;
        }
        try (var rows = output.rows()) {
            rows.add(json -> VerdictJson.write(json, answer));
        }
        return ExitCode.DONE;
    }

    // ---- Traffic ----

    private int judgeTraffic(ForwardingPath path) throws IOException {
        var receiver = new Receiver(path.host());
        var tally = parsed(() -> new VerdictTally(traffic.name(), Long.MAX_VALUE, maxFlows));
        TrafficOptions.End end;
        try (EgressFile leaving = writeFile == null ? null : new EgressFile(writePath())) {
            long[] number = {0};
            end =
                    traffic.read(frame -> {
                        NetDevice in = receiver.of(frame);
                        runTimers(path, frame, number[0], leaving);
                        Decision decision = path.judge(frame, in);
                        tally.add(frame, in.name(), decision);
                        number[0]++;
                        write(decision, frame, number[0], leaving);
                    });
            explainEgress(leaving);
        }
        var verdicts = new ArrayList<FlowVerdict>();
        tally.drain(verdicts::add);
        verdicts.sort(Comparator.comparingLong(FlowVerdict::packets).reversed());
        report(verdicts);
        if (areForOthers(verdicts, end.frames())) {
            output.err()
                    .println(
                            "headgate: the frames are addressed to other hosts at the link layer; did"
                                    + " they come in by "
                                    + verdicts.getFirst().device()
                                    + "?");
        }
        explainEnd(end.frames(), verdicts.size(), Math.min(rowLimit(), verdicts.size()), tally);
        return end.exitCode();
    }

    /// What timers send before a frame comes is written as of the frame before it.
    private void runTimers(ForwardingPath path, Frame frame, long number, EgressFile leaving) {
        for (Decision expired = path.timeout(frame.arrivalNanos);
                expired != null;
                expired = path.timeout(frame.arrivalNanos)) {
            givenUp++;
            write(expired, frame, number, leaving);
        }
    }

    private Path writePath() {
        return writeFile.equals("-") ? null : Path.of(writeFile);
    }

    private static void write(Decision decision, Frame frame, long number, EgressFile leaving) {
        if (leaving == null) {
            return;
        }
        try {
            leaving.write(decision.effects.egress, number, frame.arrivalNanos);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void explainEgress(EgressFile leaving) {
        if (leaving != null) {
            output.err().printf("%d frames leave, in %s%n", leaving.frames(), writeFile);
        }
    }

    /// Nothing but packets goes to standard output when they go there.
    private void report(List<FlowVerdict> verdicts) {
        if ("-".equals(writeFile)) {
            return;
        }
        if (output.isText()) {
            printCounts(verdicts);
            printFlows(verdicts, rowLimit());
        } else {
            try (var rows = output.rows()) {
                verdicts.stream()
                        .limit(rowLimit())
                        .forEach(v -> rows.add(json -> VerdictJson.write(json, v)));
            }
        }
    }

    private record Count(long packets, long bytes) {
        Count plus(Count other) {
            return new Count(packets + other.packets, bytes + other.bytes);
        }
    }

    private void printCounts(List<FlowVerdict> verdicts) {
        Map<String, Count> counts = new TreeMap<>();
        for (FlowVerdict verdict : verdicts) {
            Fate fate = verdict.fate();
            String name = fate.verdict() + (fate.reason().isEmpty() ? "" : " " + fate.reason());
            counts.merge(name, new Count(verdict.packets(), verdict.bytes()), Count::plus);
        }
        var table = new TextTable("verdict", ">packets", ">bytes");
        counts.forEach((name, count) -> table.row(name, count.packets(), count.bytes()));
        table.print(output.out());
    }

    private void printFlows(List<FlowVerdict> verdicts, int shown) {
        var table = new TextTable("flow", "verdict", "out", "next hop", "by", ">packets", ">bytes");
        for (FlowVerdict verdict : verdicts.subList(0, Math.min(shown, verdicts.size()))) {
            Fate fate = verdict.fate();
            table.row(
                    VerdictText.flow(verdict.flow()),
                    (fate.verdict() + " " + fate.dropReason()).strip(),
                    fate.outputDevice(),
                    fate.nextHop(),
                    fate.route().isEmpty() ? fate.rule() : fate.route(),
                    verdict.packets(),
                    verdict.bytes());
        }
        output.out().println();
        table.print(output.out());
        output.out().flush();
    }

    /// Nearly always the wrong device, or a capture from elsewhere.
    private static boolean areForOthers(List<FlowVerdict> verdicts, long frames) {
        long others = 0;
        for (FlowVerdict verdict : verdicts) {
            others += verdict.fate().dropReason().equals("OTHERHOST") ? verdict.packets() : 0;
        }
        return others * 10 > frames * 9;
    }

    private void explainEnd(long frames, int rows, int shown, VerdictTally tally) {
        var err = output.err();
        if (output.isText()) {
            err.printf("%d of %d flows, %d frames%n", shown, rows, frames);
        }
        if (tally.notCounted() > 0) {
            err.printf(
                    "headgate: %d packets belong to flows beyond --max-flows (%d) and are in no"
                            + " row%n",
                    tally.notCounted(), maxFlows);
        }
        if (givenUp > 0) {
            err.printf(
                    "headgate: %d packets were given up: some of their fragments did not come in"
                            + " time%n",
                    givenUp);
        }
        err.flush();
    }
}
