package headgate.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;

/// Reads the `.avsc` files that lie beside the classes of this package.
public final class SchemaFiles {
    private SchemaFiles() {}

    /// The schema in the last file named; the files before it define the named types that it uses.
    ///
    /// @param names of files, without `.avsc`, used types first
    public static Schema load(String... names) {
        var parser = new Schema.Parser();
        Schema schema = null;
        for (String name : names) {
            schema = parser.parse(text(name));
        }
        return schema;
    }

    private static String text(String name) {
        try (InputStream in = SchemaFiles.class.getResourceAsStream(name + ".avsc")) {
            if (in == null) {
                throw new IllegalArgumentException("no schema file " + name + ".avsc");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
