package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.console.flows.FlowField;
import headgate.console.flows.FlowSink;
import headgate.flow.FlowRecord;
import headgate.flow.join.FlowJoins;
import headgate.flow.join.FlowStep;
import headgate.flow.join.JoinSettings;
import headgate.flow.join.JoinedFlow;
import headgate.flow.rollup.Dimension;
import headgate.flow.rollup.RollUp;
import headgate.flow.rollup.RollUp.Row;
import headgate.flow.rollup.RollUp.Sums;
import headgate.flow.rollup.RollUpSettings;
import headgate.flow.rollup.RollUps;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// What the flows come to, time by time, instead of the flows.
final class FlowRollUps implements FlowSink, FlowJoins.Listener {
    private final FlowJoins joins = new FlowJoins(JoinSettings.ONE_POINT, this);
    private final RollUps rollUps;
    private final Runnable end;

    /// @param seconds which length is told
    /// @param dimension by what
    /// @param graceNanos how long after a time something may still be said of it
    private FlowRollUps(
            int seconds,
            Dimension dimension,
            long graceNanos,
            Consumer<RollUp> told,
            Runnable end) {
        rollUps =
                new RollUps(
                        RollUpSettings.DEFAULT.withGraceNanos(graceNanos),
                        rollUp -> {
                            if (rollUp.seconds() == seconds && rollUp.dimension() == dimension) {
                                told.accept(rollUp);
                            }
                        });
        this.end = end;
    }

    /// As a table for people, of so many rows for each time.
    static FlowRollUps text(
            PrintWriter out, int seconds, Dimension dimension, long graceNanos, int rows) {
        var table =
                new TextTable(
                        "start",
                        dimension.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        ">flows ->",
                        ">flows <-",
                        ">packets ->",
                        ">packets <-",
                        ">bytes ->",
                        ">bytes <-",
                        ">retrans",
                        ">rtt ms");
        return new FlowRollUps(
                seconds,
                dimension,
                graceNanos,
                rollUp -> add(table, rollUp, rows),
                () -> {
                    table.print(out);
                    out.flush();
                });
    }

    /// As JSON, each time one value with all its rows.
    static FlowRollUps json(JsonRows rows, int seconds, Dimension dimension, long graceNanos) {
        return new FlowRollUps(
                seconds,
                dimension,
                graceNanos,
                rollUp -> rows.add(json -> write(json, rollUp)),
                rows::close);
    }

    /// The first rows, and one for all others, so that nothing is left out.
    private static void add(TextTable table, RollUp rollUp, int limit) {
        List<Row> rows = rollUp.rows();
        List<Row> rest = new ArrayList<>(rows.subList(Math.min(limit, rows.size()), rows.size()));
        rest.add(rollUp.other());
        rows.stream().limit(limit).forEach(row -> add(table, rollUp, row.key(), row));
        Row other = rest.stream().reduce(FlowRollUps::both).orElseThrow();
        if (other.sent().packets() + other.received().packets() > 0) {
            add(table, rollUp, "(other)", other);
        }
    }

    private static Row both(Row a, Row b) {
        return new Row(
                "",
                a.sent().plus(b.sent()),
                a.received().plus(b.received()),
                a.rttCount() + b.rttCount(),
                a.rttSumNanos() + b.rttSumNanos(),
                Math.max(a.rttMaxNanos(), b.rttMaxNanos()),
                0);
    }

    private static void add(TextTable table, RollUp rollUp, String key, Row row) {
        table.row(
                FlowField.time(rollUp.startNanos()),
                key,
                row.sent().flows(),
                row.received().flows(),
                row.sent().packets(),
                row.received().packets(),
                row.sent().bytes(),
                row.received().bytes(),
                row.sent().retransmissions() + row.received().retransmissions(),
                row.rttCount() == 0
                        ? "-"
                        : String.format(
                                Locale.ROOT, "%.3f", row.rttSumNanos() / 1e6 / row.rttCount()));
    }

    private static void write(JsonGenerator json, RollUp rollUp) throws IOException {
        json.writeStartObject();
        json.writeStringField("start", FlowField.time(rollUp.startNanos()));
        json.writeNumberField("seconds", rollUp.seconds());
        json.writeObjectFieldStart("total");
        writeSums(json, rollUp.total());
        json.writeEndObject();
        json.writeArrayFieldStart("rows");
        for (Row row : rollUp.rows()) {
            write(json, row);
        }
        json.writeEndArray();
        json.writeFieldName("other");
        write(json, rollUp.other());
        json.writeNumberField("absent_bytes_most", rollUp.absentBytesMost());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Row row) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", row.key());
        json.writeObjectFieldStart("sent");
        writeSums(json, row.sent());
        json.writeEndObject();
        json.writeObjectFieldStart("received");
        writeSums(json, row.received());
        json.writeEndObject();
        json.writeNumberField("rtt_count", row.rttCount());
        json.writeNumberField("rtt_sum_ns", row.rttSumNanos());
        json.writeNumberField("rtt_max_ns", row.rttMaxNanos());
        json.writeNumberField("missing_bytes_most", row.missingBytesMost());
        json.writeEndObject();
    }

    private static void writeSums(JsonGenerator json, Sums sums) throws IOException {
        json.writeNumberField("flows", sums.flows());
        json.writeNumberField("packets", sums.packets());
        json.writeNumberField("bytes", sums.bytes());
        json.writeNumberField("retransmissions", sums.retransmissions());
    }

    @Override
    public void onRecord(FlowRecord record) {
        joins.onRecord(record, "");
        rollUps.advanceTo(joins.nowNanos());
    }

    @Override
    public void onStep(FlowStep step) {
        rollUps.add(step);
    }

    /// There is one capture point.
    @Override
    public void onJoined(JoinedFlow joined) {}

    @Override
    public void flush() {}

    @Override
    public void close() {
        rollUps.closeAll();
        end.run();
    }
}
