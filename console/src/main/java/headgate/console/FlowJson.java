package headgate.console;

import com.fasterxml.jackson.core.JsonGenerator;
import headgate.console.flows.FlowSink;
import headgate.flow.FlowRecord;
import java.io.IOException;

/// Flows as JSON.
final class FlowJson implements FlowSink {
    /// Writes one record as one object.
    @FunctionalInterface
    interface Document {
        void write(JsonGenerator json, FlowRecord record) throws IOException;
    }

    private final JsonRows rows;
    private final Document document;

    FlowJson(JsonRows rows, Document document) {
        this.rows = rows;
        this.document = document;
    }

    @Override
    public void onRecord(FlowRecord record) {
        rows.add(json -> document.write(json, record));
    }

    @Override
    public void flush() {
        rows.flush();
    }

    @Override
    public void close() {
        rows.close();
    }
}
