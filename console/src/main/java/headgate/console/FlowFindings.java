package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.console.flows.FlowField;
import headgate.console.flows.FlowSink;
import headgate.finding.EvidenceJudge;
import headgate.finding.Finding;
import headgate.finding.FindingThresholds;
import headgate.finding.FlowEvidence;
import headgate.flow.FlowRecord;
import headgate.flow.join.FlowJoins;
import headgate.flow.join.FlowStep;
import headgate.flow.join.JoinSettings;
import headgate.flow.join.JoinedFlow;
import headgate.flow.rollup.Prefixes;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.function.Consumer;

/// What is wrong with the flows, instead of the flows.
final class FlowFindings implements FlowSink, FlowJoins.Listener {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final FlowJoins joins = new FlowJoins(JoinSettings.ONE_POINT, this);
    private final FlowEvidence evidence =
            new FlowEvidence(Prefixes.DEFAULT, FindingThresholds.DEFAULT);
    private final EvidenceJudge judge = new EvidenceJudge(FindingThresholds.DEFAULT);
    private final long patienceNanos;
    private final Consumer<Finding> told;
    private final Runnable end;
    private long minute = Long.MIN_VALUE;

    private FlowFindings(long patienceNanos, Consumer<Finding> told, Runnable end) {
        this.patienceNanos = patienceNanos;
        this.told = told;
        this.end = end;
    }

    /// As text for people.
    ///
    /// @param patienceNanos how long after a minute its findings are told, unless the input ends
    static FlowFindings text(PrintWriter out, long patienceNanos) {
        return new FlowFindings(patienceNanos, finding -> print(out, finding), out::flush);
    }

    /// As JSON, each finding one value.
    static FlowFindings json(JsonRows rows, long patienceNanos) {
        return new FlowFindings(
                patienceNanos, finding -> rows.add(json -> write(json, finding)), rows::close);
    }

    private static void print(PrintWriter out, Finding finding) {
        out.printf(
                "%s  %s  %s  %s%n",
                FlowField.time(finding.fromNanos()),
                finding.severity(),
                finding.kind(),
                TextTable.escape(finding.what()));
        finding.evidence().forEach(line -> out.println("    " + TextTable.escape(line)));
        if (finding.advice() != null) {
            out.println("    " + finding.advice());
        }
    }

    private static void write(JsonGenerator json, Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", finding.kind());
        json.writeStringField("severity", finding.severity().name());
        json.writeStringField("subject", finding.subject());
        json.writeStringField("from", FlowField.time(finding.fromNanos()));
        json.writeStringField("until", FlowField.time(finding.untilNanos()));
        json.writeNumberField("count", finding.count());
        json.writeStringField("what", finding.what());
        json.writeArrayFieldStart("evidence");
        for (String line : finding.evidence()) {
            json.writeString(line);
        }
        json.writeEndArray();
        json.writeStringField("advice", finding.advice());
        json.writeEndObject();
    }

    @Override
    public void onRecord(FlowRecord record) {
        joins.onRecord(record, "");
        long now = Math.floorDiv(joins.nowNanos(), MINUTE_NANOS);
        if (now > minute) {
            minute = now;
            evidence.drain(judge::take);
            judge.judge(now * MINUTE_NANOS - patienceNanos, told);
        }
    }

    @Override
    public void onStep(FlowStep step) {
        evidence.observe(step);
    }

    /// There is one capture point.
    @Override
    public void onJoined(JoinedFlow joined) {}

    @Override
    public void flush() {}

    @Override
    public void close() {
        evidence.drain(judge::take);
        judge.judge(Long.MAX_VALUE, told);
        end.run();
    }
}
