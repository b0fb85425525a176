package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.forwarding.Decision;
import headgate.forwarding.Fate;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.NetDevice;
import headgate.forwarding.RouteAnswer;
import headgate.forwarding.RouteQuery;
import headgate.forwarding.SnapshotException;
import headgate.forwarding.Verdict;
import headgate.forwarding.VerdictTally;
import headgate.packet.FlowKey;
import headgate.packet.Frame;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
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
        description = {
            "What would this router do with each packet? Judged by the outputs of its own tools:",
            "ip, nft, sysctl. An answer that depends on something not modelled says so.",
            ""
        },
        footer = {
            "",
            "The snapshot's files are what these commands print, under these names: link.json (ip -j",
            "-d link), addr.json (ip -j addr), route4.json (ip -j route show table all), rule4.json",
            "(ip -j rule), neigh.json (ip -j neigh), maddr.json (ip -j maddr), nexthop.json (ip -j",
            "nexthop), nft.json (nft -j list ruleset; none where there are no rules), sysctl.txt",
            "(sysctl -a).",
            "  headgate forward -R gw1/ -r day.pcap --in eth0",
            "  headgate forward -R gw1/ --packet 'in eth0 10.0.0.9:4242 > 1.1.1.1:53 udp' --trace",
            "  headgate forward -R gw1/ --route '1.1.1.1 from 10.0.0.9 iif eth0'"
        })
final class ForwardCommand implements Callable<Integer> {
    private static final int DEFAULT_LIMIT = 50;

    @Mixin private TrafficOptions traffic;
    @Mixin private OutputOptions output;

    @Option(
            names = {"-R", "--rules"},
            paramLabel = "DIR",
            required = true,
            description = "The router's snapshot: a directory of command outputs (below).")
    private Path rules;

    @Option(
            names = "--in",
            paramLabel = "DEVICE",
            description = "Device by which the frames come in (default with -i: that interface).")
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
            names = "--trace",
            description = "Every step of every packet, with the rule or route that decided.")
    private boolean trace;

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

    @Override
    public Integer call() throws IOException {
        if (packet != null && route != null) {
            throw new ParameterException(
                    spec.commandLine(), "name either --packet or --route, not both");
        }
        var path = new ForwardingPath(snapshot());
        if (packet != null) {
            return judgePacket(path, parsed(() -> PacketSpec.parse(packet)));
        }
        if (route != null) {
            return answerRoute(path, parsed(() -> RouteSpec.parse(route)));
        }
        NetDevice receiver = device(path.host(), receivingDevice(path.host()));
        return trace ? traceTraffic(path, receiver) : judgeTraffic(path, receiver);
    }

    // ---- Options ----

    private HostSnapshot snapshot() throws IOException {
        try {
            HostSnapshot host = HostSnapshot.read(rules);
            if (host.devices().isEmpty()) {
                throw new CommandFailure(
                        ExitCode.INPUT,
                        rules + " is no snapshot: it has neither link.json nor addr.json");
            }
            explainUnmodelled(host);
            return host;
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.INPUT, "no directory " + rules);
        } catch (NotDirectoryException e) {
            throw new CommandFailure(
                    ExitCode.INPUT, rules + " is not a directory of command outputs");
        } catch (SnapshotException e) {
            throw new CommandFailure(ExitCode.INPUT, rules + ": " + e.getMessage());
        }
    }

    private void explainUnmodelled(HostSnapshot host) {
        if (host.unmodelledCount() > 0) {
            output.err()
                    .printf(
                            "headgate: %d things in the snapshot are not known; answers that depend"
                                    + " on them are incomplete. The first: %s%n",
                            host.unmodelledCount(),
                            TextTable.escape(host.unmodelled().getFirst().toString()));
            output.err().flush();
        }
    }

    private <T> T parsed(java.util.function.Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private String receivingDevice(HostSnapshot host) {
        if (device != null) {
            return device;
        }
        if (traffic.isLive()) {
            return traffic.name();
        }
        throw new ParameterException(
                spec.commandLine(),
                "name the device by which the frames come in with --in; there are: "
                        + devices(host));
    }

    private NetDevice device(HostSnapshot host, String name) {
        NetDevice known = host.device(name);
        if (known == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no device '" + name + "' in the snapshot; there are: " + devices(host));
        }
        return known;
    }

    private static String devices(HostSnapshot host) {
        return host.devices().stream().map(NetDevice::name).collect(Collectors.joining(", "));
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

    private int traceTraffic(ForwardingPath path, NetDevice receiver) throws IOException {
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
            ForwardingPath path, NetDevice receiver, Frame frame, long[] number) {
        Verdict verdict = path.verdict(path.judge(frame, receiver));
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

    private int judgeTraffic(ForwardingPath path, NetDevice receiver) throws IOException {
        int shown = rowLimit();
        var tally = parsed(() -> new VerdictTally(receiver.name(), Long.MAX_VALUE, maxFlows));
        var end =
                traffic.read(frame -> {
                    Decision decision = path.judge(frame, receiver);
                    tally.add(frame, receiver.name(), decision);
                });
        var verdicts = new ArrayList<FlowVerdict>();
        tally.drain(verdicts::add);
        verdicts.sort(Comparator.comparingLong(FlowVerdict::packets).reversed());
        if (output.isText()) {
            printCounts(verdicts);
            printFlows(verdicts, shown);
        } else {
            try (var rows = output.rows()) {
                verdicts.stream()
                        .limit(shown)
                        .forEach(v -> rows.add(json -> VerdictJson.write(json, v)));
            }
        }
        if (areForOthers(verdicts, end.frames())) {
            output.err()
                    .println(
                            "headgate: the frames are addressed to other hosts at the link layer; did"
                                    + " they come in by "
                                    + receiver
                                    + "?");
        }
        explainEnd(end.frames(), verdicts.size(), Math.min(shown, verdicts.size()), tally);
        return end.exitCode();
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
        err.flush();
    }
}
