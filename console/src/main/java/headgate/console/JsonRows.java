package headgate.console;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;

/// Rows of JSON on standard output: with `json` one array, with `jsonl` one value a line.
final class JsonRows implements AutoCloseable {
    /// Writes one value.
    @FunctionalInterface
    interface Row {
        void write(JsonGenerator json) throws IOException;
    }

    private final Writer out;
    private final JsonGenerator json;
    private final boolean array;
    private boolean any;

    /// @param array one array; otherwise one value a line
    JsonRows(Writer out, boolean array) {
        this.out = out;
        this.array = array;
        try {
            json = new JsonFactory().createGenerator(out);
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
            json.setRootValueSeparator(new SerializedString("\n"));
            if (array) {
                json.writeStartArray();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(Row row) {
        try {
            row.write(json);
            any = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Shows what was added so far; for rows that someone waits for.
    void flush() {
        try {
            json.flush();
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends the array or the last line and flushes.
    @Override
    public void close() {
        try {
            if (array) {
                json.writeEndArray();
            }
            json.close();
            if (array || any) {
                out.write('\n');
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
