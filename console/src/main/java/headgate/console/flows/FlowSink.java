package headgate.console.flows;

import headgate.flow.FlowListener;
import java.io.Closeable;
import java.io.IOException;

/// Where records go: one format, told one record after the other.
public interface FlowSink extends FlowListener, Closeable {
    /// Shows what came so far; for records that someone waits for.
    void flush();

    /// Ends the format and shows all of it; what it goes to stays open if it is standard output.
    @Override
    void close() throws IOException;
}
