package headgate.console;

import headgate.console.flows.FlowField;
import headgate.console.flows.FlowSink;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.packet.IpProtocol;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Flows as a table for people: the fields that they chose, or an overview.
final class FlowText implements FlowSink {
    private final PrintWriter out;
    private final List<FlowField> fields;
    private final List<FlowRecord> records = new ArrayList<>();

    /// @param fields the columns; none for the overview
    FlowText(PrintWriter out, List<FlowField> fields) {
        this.out = out;
        this.fields = fields;
    }

    @Override
    public void onRecord(FlowRecord record) {
        records.add(record);
    }

    /// A table has its widths at its end.
    @Override
    public void flush() {}

    @Override
    public void close() {
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
                    FlowField.protocol(record.protocol()),
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

    /// Address and port; the address alone where a protocol has no ports.
    private static String endpoint(FlowRecord record, Side side) {
        String address = FlowField.address(record, side);
        if (!FlowField.hasPorts(record)) {
            return address;
        }
        return endpoint(record.ipVersion(), address, side.port());
    }

    static String endpoint(int ipVersion, String address, int port) {
        return ipVersion == 6 ? "[" + address + "]:" + port : address + ":" + port;
    }
}
