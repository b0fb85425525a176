package headgate.console;

import headgate.console.flows.FlowField;
import headgate.finding.Finding;
import headgate.flow.FlowRecord;
import headgate.packet.IpAddress;
import headgate.schema.Ledger;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/// What `headgate run` and `headgate top` show: on a terminal one screen, drawn again and again;
/// elsewhere a line each time and the whole screen at the end.
final class AnswerScreen {
    private static final int FLOWS_SHOWN = 12;
    private static final int TALKERS_SHOWN = 3;
    private static final int FINDINGS_SHOWN = 3;

    private final PrintWriter out;
    private final String title;
    private final boolean terminal;

    /// @param title which command shows what, and of which brokers
    AnswerScreen(PrintWriter out, String title) {
        this.out = out;
        this.title = title;
        this.terminal = Boolean.getBoolean("headgate.stdout.terminal");
    }

    /// Shows where things stand.
    ///
    /// @param ledgers the latest of each capture point
    /// @param note what is going on now, in a few words
    void show(
            long elapsedNanos,
            Collection<Ledger> ledgers,
            LiveAnswers.Snapshot answers,
            String note) {
        if (terminal) {
            out.print("\u001b[H\u001b[2J");
            whole(elapsedNanos, ledgers, answers, note);
        } else {
            out.println(line(elapsedNanos, ledgers, answers, note));
        }
        out.flush();
    }

    /// Shows everything, a last time.
    void showEnd(
            long elapsedNanos,
            Collection<Ledger> ledgers,
            LiveAnswers.Snapshot answers,
            String note) {
        if (terminal) {
            out.print("\u001b[H\u001b[2J");
        } else {
            out.println();
        }
        whole(elapsedNanos, ledgers, answers, note);
        out.flush();
    }

    private static String line(
            long elapsedNanos,
            Collection<Ledger> ledgers,
            LiveAnswers.Snapshot answers,
            String note) {
        var line = new StringBuilder(clock(elapsedNanos));
        if (!ledgers.isEmpty()) {
            line.append(
                    String.format(
                            Locale.ROOT,
                            "  frames %,d  acknowledged %,d  lost %,d",
                            sum(ledgers, each -> each.source().received()),
                            sum(ledgers, each -> each.published().frames()),
                            sum(ledgers, AnswerScreen::lost)));
        }
        line.append(String.format(Locale.ROOT, "  flows %,d", answers.flowCount()));
        for (var path : answers.paths()) {
            line.append(
                    String.format(
                            Locale.ROOT,
                            "  %s modelled: delivered %,d dropped %,d",
                            path.profile(),
                            path.delivered(),
                            path.dropped()));
        }
        for (var fate : answers.fates()) {
            line.append(String.format(Locale.ROOT, "  %s %,d", fate.fate(), fate.packets()));
        }
        return line.append("  ").append(note).toString();
    }

    private void whole(
            long elapsedNanos,
            Collection<Ledger> ledgers,
            LiveAnswers.Snapshot answers,
            String note) {
        out.println(title + " · " + clock(elapsedNanos) + " · " + note);
        out.println();
        ledgers.forEach(this::capture);
        answers.paths().forEach(this::path);
        if (!answers.fates().isEmpty()) {
            forwarding(answers.fates());
        }
        talkers(answers.talkers());
        findings(answers.findings());
        out.println();
        flows(answers);
        if (answers.unreadable() > 0) {
            out.println();
            out.println(answers.unreadable() + " answers could not be read");
        }
    }

    private void capture(Ledger ledger) {
        out.printf(
                Locale.ROOT,
                "capture   %s  received %,d  malformed %,d  acknowledged %,d (%s)  lost %,d  residual %d%n",
                TextTable.escape(ledger.capturePoint()),
                ledger.source().received(),
                ledger.handling().malformed(),
                ledger.published().frames(),
                Progress.bytes(ledger.published().bytes()),
                lost(ledger),
                ledger.residual());
    }

    private void path(LiveAnswers.PathTotals path) {
        out.printf(
                Locale.ROOT,
                "path      %s %s (modelled)  offered %,d  delivered %,d  dropped %,d  backlog peak %,d%s  wait p99 %.1f µs%n",
                path.agent(),
                path.profile(),
                path.offered(),
                path.delivered(),
                path.dropped(),
                path.backlogMax(),
                path.backlogCapacity() < 0 ? "" : "/" + path.backlogCapacity(),
                path.waitP99Nanos() / 1e3);
    }

    private void forwarding(List<LiveAnswers.FateTotals> fates) {
        var line = new StringBuilder("forward   (modelled)");
        for (var fate : fates) {
            line.append(String.format(Locale.ROOT, "  %s %,d", fate.fate(), fate.packets()));
        }
        out.println(line);
    }

    private void talkers(LiveAnswers.Talkers talkers) {
        if (talkers.addresses().isEmpty()) {
            return;
        }
        var line =
                new StringBuilder("talkers   ")
                        .append(FlowField.time(talkers.minuteNanos()), 11, 16);
        talkers.addresses().stream()
                .sorted(
                        Comparator.comparingLong(
                                talker -> -talker.sentBytes() - talker.receivedBytes()))
                .limit(TALKERS_SHOWN)
                .forEach(talker ->
                        line.append("  ")
                                .append(talker.address())
                                .append(" sent ")
                                .append(Progress.bytes(talker.sentBytes()))
                                .append(" received ")
                                .append(Progress.bytes(talker.receivedBytes())));
        out.println(line);
    }

    private void findings(List<Finding> findings) {
        int from = Math.max(0, findings.size() - FINDINGS_SHOWN);
        for (var finding : findings.subList(from, findings.size())) {
            out.println(
                    TextTable.escape(
                            "finding   %s: %s".formatted(finding.severity(), finding.what())));
        }
    }

    private void flows(LiveAnswers.Snapshot answers) {
        var table =
                new TextTable(
                        "originator",
                        "responder",
                        "proto",
                        "state",
                        ">packets",
                        ">bytes",
                        ">rtt ms",
                        ">retrans");
        answers.flows().stream()
                .sorted(Comparator.comparingLong(FlowRecord::frameBytes).reversed())
                .limit(FLOWS_SHOWN)
                .forEach(flow ->
                        table.row(
                                endpoint(flow, flow.originator()),
                                endpoint(flow, flow.responder()),
                                protocol(flow.protocol()),
                                flow.state(),
                                flow.packets(),
                                flow.frameBytes(),
                                flow.handshakeRttNanos() < 0
                                        ? null
                                        : String.format(
                                                Locale.ROOT,
                                                "%.2f",
                                                flow.handshakeRttNanos() / 1e6),
                                flow.retransmissions()));
        out.printf(
                Locale.ROOT,
                "flows     %,d%s%n",
                answers.flowCount(),
                answers.flows().size() > FLOWS_SHOWN ? ", the largest:" : "");
        table.print(out);
    }

    private static String endpoint(FlowRecord flow, FlowRecord.Side side) {
        String address = IpAddress.format(flow.ipVersion(), side.addressHigh(), side.addressLow());
        return flow.ipVersion() == 6
                ? "[" + address + "]:" + side.port()
                : address + ":" + side.port();
    }

    private static String protocol(int number) {
        return switch (number) {
            case 1 -> "icmp";
            case 6 -> "tcp";
            case 17 -> "udp";
            case 58 -> "icmp6";
            default -> Integer.toString(number);
        };
    }

    private static long sum(Collection<Ledger> ledgers, ToLongFunction<Ledger> count) {
        return ledgers.stream().mapToLong(count).sum();
    }

    private static long lost(Ledger ledger) {
        return ledger.source().dropped()
                + ledger.handling().shedBodies()
                + ledger.published().failedFrames();
    }

    private static String clock(long elapsedNanos) {
        long seconds = elapsedNanos / 1_000_000_000L;
        return String.format(Locale.ROOT, "%02d:%02d", seconds / 60, seconds % 60);
    }
}
