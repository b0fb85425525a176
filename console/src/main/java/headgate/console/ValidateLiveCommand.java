package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.console.live.LiveRouter;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.HostSnapshot;
import headgate.forwarding.NetDevice;
import headgate.forwarding.SnapshotException;
import headgate.packet.FlowKey;
import headgate.packet.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "--live",
        mixinStandardHelpOptions = true,
        description = {
            "Hold what Headgate says of frames to what this host's own kernel does with them: a"
                    + " router",
            "in a network namespace receives them one by one. Frames that leave are compared byte"
                    + " for",
            "byte, and the SNMP counters. Needs root.",
            ""
        },
        footer = {
            "",
            "The namespace ends with the command, however that ends; nothing of the host is"
                    + " touched.",
            "Errors about one source are limited by the kernel to five at once: many frames of one",
            "source may differ by that.",
            "  headgate validate forward --live",
            "  headgate validate forward --live -R gw1/ -r day.pcapng --in eth0",
            "",
            "Exit status: 0 all equal, 1 something differs, 2 usage, 3 no router can be made here."
        })
final class ValidateLiveCommand implements Callable<Integer> {
    /// One of each kind of packet for the small router of our own; sources differ, since errors are
    /// limited by source.
    static final List<String> PACKETS =
            List.of(
                    "in eth0 10.0.0.9:4242 > 10.0.1.9:53 udp",
                    "in eth0 10.0.0.9:4242 > 192.0.2.1:53 udp tos 0x2e",
                    "in eth0 10.0.0.10:4242 > 192.0.2.1:53 udp ttl 1",
                    "in eth0 10.0.0.11 > 10.1.0.1 icmp",
                    "in eth0 10.0.0.12 > 10.2.0.1 icmp",
                    "in eth0 10.0.0.13 > 10.3.0.1 icmp",
                    "in eth0 10.0.0.14 > 10.4.0.1 icmp",
                    "in eth0 10.0.0.15:1 > 10.5.0.1:2 udp len 1400",
                    "in eth0 10.0.0.16:1 > 10.5.0.1:2 udp len 1400 df",
                    "in eth0 10.0.0.17:1 > 10.0.2.9:2 tcp len 1400 df",
                    "in eth0 10.0.0.18:1 > 10.6.0.1:2 udp",
                    "in eth0 10.0.0.19:1 > 10.6.0.7:2 udp",
                    "in eth0 127.0.0.1:1 > 10.0.1.9:2 udp",
                    "in eth0 224.0.0.1:1 > 10.0.1.9:2 udp",
                    "in eth0 10.0.0.1:1 > 10.0.1.9:2 udp",
                    "in eth0 0.0.0.0:68 > 255.255.255.255:67 udp",
                    "in eth0 10.0.0.20 > 10.0.0.1 icmp",
                    "in eth0 10.0.0.21:1 > 10.0.0.1:2 udp",
                    "in eth0 10.0.0.22:1 > 10.0.1.1:2 tcp",
                    "in eth0 10.0.0.23 > 10.0.0.1 143",
                    "in eth0 10.0.0.24:1 > 10.0.1.250:2 udp",
                    "in eth0 10.0.0.25:1 > 224.0.0.9:2 udp",
                    "in eth0 [2001:db8::9]:4242 > [2001:db8:1::9]:53 udp",
                    "in eth0 [2001:db8::a]:4242 > [2001:db8:6::9]:53 udp",
                    "in eth0 [2001:db8::b]:4242 > [2001:db8:6::9]:53 udp ttl 1",
                    "in eth0 2001:db8::c > 2001:db8:7::9 icmp",
                    "in eth0 2001:db8::d > 2001:db8:9::9 icmp",
                    "in eth0 [2001:db8::e]:1 > [2001:db8:2::9]:2 udp len 1400",
                    "in eth0 2001:db8::f > 2001:db8::1 icmp",
                    "in eth0 [2001:db8::10]:1 > [2001:db8::1]:2 tcp",
                    "in eth0 [2001:db8::11]:1 > [2001:db8::1]:2 udp");

    @Mixin private TrafficOptions traffic;
    @Mixin private OutputOptions output;

    @Option(
            names = {"-R", "--rules"},
            paramLabel = "SNAPSHOT",
            description =
                    "Make a router with the Ethernet devices, addresses, routes, rules, neighbours,"
                            + " nftables and settings of this snapshot; what cannot be had here"
                            + " is told (default: a small one of our own).")
    private List<Path> rules;

    @Option(
            names = "--in",
            paramLabel = "DEVICE",
            description = "Device by which the frames of -r come in.")
    private String device;

    @Spec private CommandSpec spec;

    private JsonRows rows;
    private long frames;
    private long equal;
    private long incomplete;

    @Override
    public Integer call() throws IOException {
        if (traffic.isGiven() != (device != null) || rules != null && !traffic.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "-r FILE and --in DEVICE go together, and -R needs them: the packets of our own"
                            + " are for the router of our own");
        }
        String missing = LiveRouter.missing();
        if (!missing.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.INPUT, "no router can be made here; needed: " + missing);
        }
        try (LiveRouter router = router();
                JsonRows json = output.isText() ? null : output.rows()) {
            rows = json;
            Interruption.onRaise(router::close);
            router.settle();
            HostSnapshot host = router.snapshot();
            int end = compare(new LiveComparison(router, new ForwardingPath(host)), host);
            output.err()
                    .printf(
                            "%d frames, %d equal, %d incomplete, %d differ%n",
                            frames, equal, incomplete, frames - equal - incomplete);
            output.err().flush();
            return end != ExitCode.DONE
                    ? end
                    : equal + incomplete < frames ? ExitCode.FOUND : ExitCode.DONE;
        } catch (SnapshotException e) {
            throw new IllegalStateException("the router's own tools say: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        }
    }

    private LiveRouter router() throws IOException {
        if (rules == null) {
            return LiveSetup.builtIn();
        }
        var snapshot = new SnapshotArgument(rules);
        HostSnapshot wanted = snapshot.read(output.err());
        return LiveSetup.like(
                wanted,
                snapshot.text("nft.json"),
                note -> output.err().println("headgate: not so here: " + TextTable.escape(note)));
    }

    private int compare(LiveComparison comparison, HostSnapshot host) throws IOException {
        if (traffic.isGiven()) {
            NetDevice receiver = known(host, device);
            return traffic.read(frame -> compareOne(comparison, frame, receiver)).exitCode();
        }
        for (String words : PACKETS) {
            PacketSpec packet = PacketSpec.parse(words);
            compareOne(comparison, packet.frame(host), known(host, packet.device()));
        }
        return ExitCode.DONE;
    }

    private NetDevice known(HostSnapshot host, String name) {
        NetDevice receiver = host.device(name);
        if (receiver == null) {
            throw new ParameterException(
                    spec.commandLine(), "the router has no device '" + name + "'");
        }
        return receiver;
    }

    private void compareOne(LiveComparison comparison, Frame frame, NetDevice receiver) {
        try {
            LiveComparison.Outcome outcome = comparison.compare(frame, receiver);
            frames++;
            equal += outcome.isEqual() ? 1 : 0;
            incomplete += outcome.incomplete().isEmpty() ? 0 : 1;
            print(FlowKey.of(frame), outcome);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(FlowKey flow, LiveComparison.Outcome outcome) {
        var out = output.out();
        if (rows != null) {
            rows.add(json -> write(json, flow, outcome));
            return;
        }
        String word =
                outcome.isEqual()
                        ? "equal"
                        : outcome.incomplete().isEmpty() ? "DIFFERS" : "incomplete";
        out.printf(
                "%-10s %d  %s: %s%n",
                word,
                frames,
                VerdictText.flow(flow),
                TextTable.escape(VerdictText.explain(outcome.verdict())));
        outcome.differences().forEach(each -> out.println("           " + each));
        out.flush();
    }

    private void write(JsonGenerator json, FlowKey flow, LiveComparison.Outcome outcome)
            throws IOException {
        json.writeStartObject();
        json.writeNumberField("frame", frames);
        VerdictJson.writeFlow(json, flow);
        json.writeStringField("verdict", outcome.verdict().kind());
        json.writeBooleanField("equal", outcome.isEqual());
        if (!outcome.incomplete().isEmpty()) {
            json.writeStringField("incomplete", outcome.incomplete());
        }
        json.writeArrayFieldStart("differences");
        for (String difference : outcome.differences()) {
            json.writeString(difference);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
