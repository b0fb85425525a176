package headgate.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

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
            String text = text(name);
            if (text == null) {
                throw new IllegalArgumentException("no schema file " + name + ".avsc");
            }
            schema = parser.parse(text);
        }
        return schema;
    }

    /// Under which key the topic `schemas` has a schema: its fingerprint in 16 hexadecimal digits.
    public static byte[] key(Schema schema) {
        long fingerprint = SchemaNormalization.parsingFingerprint64(schema);
        return "%016x".formatted(fingerprint).getBytes(StandardCharsets.UTF_8);
    }

    /// The schemas that the one of this file went through, oldest first; the last may be today's.
    static List<Schema> former(String name) {
        var former = new ArrayList<Schema>();
        for (int number = 1; ; number++) {
            String text = text("former/" + name + "-" + number);
            if (text == null) {
                return former;
            }
            former.add(new Schema.Parser().parse(text));
        }
    }

    private static String text(String name) {
        try (InputStream in = SchemaFiles.class.getResourceAsStream(name + ".avsc")) {
            return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
