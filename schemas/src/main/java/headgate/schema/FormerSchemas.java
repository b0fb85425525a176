package headgate.schema;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/// The schemas that values of a kind were written with before today's, and how to read such values:
/// Avro's schema resolution makes today's form of them. They lie as `former/NAME-1.avsc`, `-2` and
/// so on beside today's `NAME.avsc`.
///
/// Read when the first such value is met. A value read this way takes some ten times as long.
final class FormerSchemas {
    private final Schema today;
    private Map<Long, GenericDatumReader<GenericRecord>> readers;

    FormerSchemas(Schema today) {
        this.today = today;
    }

    /// Today's form of a framed value; null if no former schema has that fingerprint.
    ///
    /// @throws UnreadableValueException when the value is damaged
    byte[] bringUpToDate(long fingerprint, byte[] value) {
        GenericDatumReader<GenericRecord> reader = readers().get(fingerprint);
        if (reader == null) {
            return null;
        }
        var in = new AvroInput().place(value, AvroFraming.LENGTH);
        try {
            GenericRecord record = reader.read(null, in);
            in.end();
            return write(record);
        } catch (AvroRuntimeException | IOException damaged) {
            throw new UnreadableValueException(
                    "%s with former schema %016x: %s"
                            .formatted(today.getName(), fingerprint, damaged.getMessage()));
        }
    }

    private byte[] write(GenericRecord record) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var framing = new AvroOutput(AvroFraming.LENGTH);
        AvroFraming.begin(framing, SchemaNormalization.parsingFingerprint64(today));
        bytes.write(framing.toByteArray());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(today).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    /// A reader keeps what it worked out for the thread that made it, so that threads take turns
    /// only here.
    private synchronized Map<Long, GenericDatumReader<GenericRecord>> readers() {
        if (readers == null) {
            readers = new HashMap<>();
            for (Schema former : SchemaFiles.former(fileName())) {
                readers.put(
                        SchemaNormalization.parsingFingerprint64(former),
                        new GenericDatumReader<>(former, today));
            }
        }
        return readers;
    }

    /// `PathStats` is described in `path-stats.avsc`.
    private String fileName() {
        return today.getName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }
}
