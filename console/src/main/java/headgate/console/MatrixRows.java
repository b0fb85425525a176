package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.console.flows.FlowMatrix.Row;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/// Rows of `--matrix`, as text and as JSON.
final class MatrixRows {
    private MatrixRows() {}

    static void printText(List<Row> rows, PrintWriter out) {
        var table =
                new TextTable(
                        "a", "b", ">flows", ">frames ->", ">frames <-", ">bytes ->", ">bytes <-");
        for (Row row : rows) {
            table.row(
                    row.a(),
                    row.b(),
                    row.flows(),
                    row.packetsOfA(),
                    row.packetsOfB(),
                    row.bytesOfA(),
                    row.bytesOfB());
        }
        table.print(out);
        out.flush();
    }

    static void write(JsonGenerator json, Row row) throws IOException {
        json.writeStartObject();
        json.writeStringField("a", row.a());
        json.writeStringField("b", row.b());
        json.writeNumberField("flows", row.flows());
        json.writeNumberField("a_pkts", row.packetsOfA());
        json.writeNumberField("b_pkts", row.packetsOfB());
        json.writeNumberField("a_frame_bytes", row.bytesOfA());
        json.writeNumberField("b_frame_bytes", row.bytesOfB());
        json.writeEndObject();
    }
}
