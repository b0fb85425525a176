package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.forwarding.Decision;
import headgate.forwarding.Fate;
import headgate.forwarding.FateChange;
import headgate.forwarding.FateChangeTally;
import headgate.forwarding.ForwardingPath;
import headgate.forwarding.NetDevice;
import headgate.packet.FlowKey;
import headgate.packet.Frame;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which packets fare otherwise under another snapshot.
final class FateComparison {
    private final ForwardingPath path;
    private final ForwardingPath other;
    private final OutputOptions output;
    private final FateChangeTally tally;
    private final boolean trace;
    private long number;
    private long unknown;
    private long unlisted;
    private long unlistedChanges;

    /// @param maxFlows flows with their fates that are told apart at most
    /// @param trace whether each packet that fares otherwise is told as it comes, in text
    FateComparison(
            ForwardingPath path,
            ForwardingPath other,
            OutputOptions output,
            int maxFlows,
            boolean trace) {
        this.path = path;
        this.other = other;
        this.output = output;
        this.trace = trace && output.isText();
        tally = new FateChangeTally("", "", Long.MAX_VALUE, maxFlows);
    }

    /// Judges one frame twice.
    ///
    /// @param device of the first snapshot by which it came in
    void add(Frame frame, NetDevice device) {
        number++;
        Decision asIs = path.judge(frame, device);
        NetDevice there = other.host().device(device.name());
        Decision whatIf = there == null ? null : other.judge(frame, there);
        boolean undecided = asIs.outcome == Decision.Outcome.INCOMPLETE;
        if (undecided && (whatIf == null || whatIf.outcome == Decision.Outcome.INCOMPLETE)) {
            unknown++;
        }
        boolean listed = tally.add(frame, device.name(), asIs, whatIf);
        if (!listed) {
            unlisted++;
        }
        if (trace || !listed) {
            compareOne(frame, asIs, whatIf, listed);
        }
    }

    private void compareOne(Frame frame, Decision asIs, Decision whatIf, boolean listed) {
        if (whatIf == null || !Fate.of(asIs).differsFrom(Fate.of(whatIf))) {
            return;
        }
        unlistedChanges += listed ? 0 : 1;
        if (trace) {
            output.out()
                    .printf(
                            "%d  %s%n   now:  %s%n   then: %s%n",
                            number,
                            VerdictText.flow(FlowKey.of(frame)),
                            TextTable.escape(VerdictText.explain(path.verdict(asIs))),
                            TextTable.escape(VerdictText.explain(other.verdict(whatIf))));
        }
    }

    /// Prints what changes.
    ///
    /// @param packets that were compared
    /// @param shown rows at most
    /// @return whether anything does
    boolean report(long packets, int shown) {
        List<FateChange> changes = new ArrayList<>();
        tally.drain(changes::add);
        changes.sort(Comparator.comparingLong(FateChange::packets).reversed());
        List<FateChange> rows = changes.subList(0, Math.min(shown, changes.size()));
        if (output.isText()) {
            printSummary(changes, packets);
            printRows(rows);
        } else {
            try (var json = output.rows()) {
                rows.forEach(change -> json.add(generator -> write(generator, change)));
            }
        }
        explain();
        return !changes.isEmpty() || unlistedChanges > 0;
    }

    private static final class Total {
        final Set<FlowKey> flows = new HashSet<>();
        long packets;
        long bytes;

        void add(FateChange change) {
            flows.add(change.flow());
            packets += change.packets();
            bytes += change.bytes();
        }
    }

    private void printSummary(List<FateChange> changes, long packets) {
        Map<String, Total> totals = new LinkedHashMap<>();
        var all = new Total();
        for (FateChange change : changes) {
            String pair = words(change.asIs()) + " -> " + words(change.whatIf());
            totals.computeIfAbsent(pair, _ -> new Total()).add(change);
            all.add(change);
        }
        var out = output.out();
        out.printf(
                "%d of %d packets (%.1f %%) in %d flows change their fate%n",
                all.packets,
                packets,
                packets == 0 ? 0 : 100.0 * all.packets / packets,
                all.flows.size());
        if (!changes.isEmpty()) {
            out.println();
            var table = new TextTable("change", ">flows", ">packets", ">bytes");
            totals.forEach((pair, total) ->
                    table.row(pair, total.flows.size(), total.packets, total.bytes));
            table.print(out);
        }
        out.flush();
    }

    private void printRows(List<FateChange> rows) {
        if (rows.isEmpty()) {
            return;
        }
        var out = output.out();
        var table = new TextTable("flow", "in", "now", "then", "first", ">packets", ">bytes");
        for (FateChange change : rows) {
            table.row(
                    VerdictText.flow(change.flow()),
                    change.device(),
                    words(change.asIs()),
                    words(change.whatIf()),
                    time(change.firstNanos()),
                    change.packets(),
                    change.bytes());
        }
        out.println();
        table.print(out);
        out.flush();
    }

    /// `forward out eth1 to 10.0.1.2`, `reject PROHIBIT 3/13`
    private static String words(Fate fate) {
        String out = fate.outputDevice();
        return String.join(
                        " ",
                        fate.verdict(),
                        fate.reason(),
                        fate.icmp(),
                        out.isEmpty() ? "" : "out " + out + " to " + fate.nextHop())
                .replaceAll(" +", " ")
                .strip();
    }

    private static String time(long nanos) {
        return Instant.ofEpochSecond(
                        Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L))
                .toString();
    }

    private static void write(JsonGenerator json, FateChange change) throws IOException {
        json.writeStartObject();
        json.writeStringField("input_device", change.device());
        VerdictJson.writeFlow(json, change.flow());
        json.writeObjectFieldStart("as_is");
        VerdictJson.writeFate(json, change.asIs());
        json.writeEndObject();
        json.writeObjectFieldStart("what_if");
        VerdictJson.writeFate(json, change.whatIf());
        json.writeEndObject();
        json.writeStringField("first", time(change.firstNanos()));
        json.writeNumberField("packets", change.packets());
        json.writeNumberField("bytes", change.bytes());
        json.writeEndObject();
    }

    private void explain() {
        var err = output.err();
        if (unknown > 0) {
            err.printf(
                    "headgate: of %d packets neither snapshot tells the fate: they are not"
                            + " compared%n",
                    unknown);
        }
        if (unlisted > 0) {
            err.printf(
                    "headgate: %d packets belong to flows beyond --max-flows and are in no row; %d of"
                            + " them change their fate%n",
                    unlisted, unlistedChanges);
        }
        err.flush();
    }
}
