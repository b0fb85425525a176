package headgate.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/// Avro's single-object encoding: `C3 01`, the CRC-64-AVRO fingerprint of the writer's schema in
/// eight bytes, lowest first, then the value (Avro specification, "Single-object encoding").
public final class AvroFraming {
    /// Bytes before the value.
    public static final int LENGTH = 10;

    private static final byte[] MARKER = {(byte) 0xc3, 0x01};
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// What the first bytes of a record's value are.
    public enum Framing {
        /// Single-object encoding of the expected schema.
        EXPECTED,
        /// Shorter than any framing.
        TOO_SHORT,
        /// Single-object encoding of another schema.
        OTHER_SCHEMA,
        /// Starts with 00 and a number, as values written through a schema registry do.
        REGISTRY,
        /// None of these.
        FOREIGN
    }

    /// Writes a value's fields in the order of its schema.
    @FunctionalInterface
    public interface Writing {
        void write(AvroOutput out) throws IOException;
    }

    /// Reads a value's fields in the order of its schema.
    @FunctionalInterface
    public interface Reading<T> {
        T read(AvroInput in) throws IOException;
    }

    private final String name;
    private final long fingerprint;
    private final FormerSchemas former;

    public AvroFraming(Schema schema) {
        name = schema.getName();
        fingerprint = SchemaNormalization.parsingFingerprint64(schema);
        former = new FormerSchemas(schema);
    }

    /// Of the schema's parsing canonical form.
    public long fingerprint() {
        return fingerprint;
    }

    /// Writes the ten bytes.
    public void begin(AvroOutput out) {
        begin(out, fingerprint);
    }

    static void begin(AvroOutput out, long fingerprint) {
        out.writeFixed(MARKER);
        out.writeLittleEndian(fingerprint);
    }

    /// One framed value, for values that are not many.
    public byte[] write(Writing fields) {
        var out = new AvroOutput(256);
        begin(out);
        try {
            fields.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // only what the caller's own code reads from
        }
        return out.toByteArray();
    }

    /// What a value starts with.
    public Framing check(byte[] value) {
        if (value.length < LENGTH) {
            return Framing.TOO_SHORT;
        }
        if (value[0] == MARKER[0] && value[1] == MARKER[1]) {
            return fingerprintOf(value) == fingerprint ? Framing.EXPECTED : Framing.OTHER_SCHEMA;
        }
        return value[0] == 0 ? Framing.REGISTRY : Framing.FOREIGN;
    }

    /// Places `in` on the first field; a value of a former schema is brought up to today's before.
    ///
    /// @throws UnreadableValueException when the value is framed neither as this schema's nor as a
    ///   former one's
    public AvroInput open(byte[] value, AvroInput in) {
        Framing framing = check(value);
        if (framing == Framing.EXPECTED) {
            return in.place(value, LENGTH);
        }
        byte[] today =
                framing == Framing.OTHER_SCHEMA
                        ? former.bringUpToDate(fingerprintOf(value), value)
                        : null;
        if (today == null) {
            throw new UnreadableValueException(explain(framing, value));
        }
        return in.place(today, LENGTH);
    }

    /// Reads one framed value, for values that are not many.
    ///
    /// @throws UnreadableValueException when the value is not framed as this schema's, ends early
    ///   or goes on after its last field
    public <T> T read(byte[] value, Reading<T> fields) {
        AvroInput in = open(value, new AvroInput());
        try {
            T read = fields.read(in);
            in.end();
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // only what the caller's own code writes to
        }
    }

    private String explain(Framing framing, byte[] value) {
        return switch (framing) {
            case EXPECTED -> name;
            case TOO_SHORT ->
                    "%s expected; %d bytes are too few to be framed".formatted(name, value.length);
            case OTHER_SCHEMA ->
                    "%s with schema %016x expected; the value has schema %016x"
                            .formatted(name, fingerprint, fingerprintOf(value));
            case REGISTRY ->
                    name
                            + " in single-object encoding expected; the value starts with 00, as those"
                            + " of a schema registry do";
            case FOREIGN ->
                    "%s in single-object encoding expected; the value starts with %02x %02x"
                            .formatted(name, value[0], value[1]);
        };
    }

    private static long fingerprintOf(byte[] value) {
        return (long) LONG_LE.get(value, 2);
    }
}
