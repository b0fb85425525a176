package headgate.schema;

import headgate.forwarding.FlowVerdict;
import org.apache.avro.Schema;

/// [FlowVerdict] ⇄ values of the topic `verdicts` (`flow-verdict.avsc`).
public final class VerdictCodec {
    public static final Schema SCHEMA = SchemaFiles.load("flow-key", "fate", "flow-verdict");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private VerdictCodec() {}

    public static byte[] write(FlowVerdict verdict) {
        return FRAMING.write(out -> {
            out.writeString(verdict.agent());
            out.writeString(verdict.device());
            out.writeLong(verdict.secondNanos());
            FateFields.writeFlow(out, verdict.flow());
            FateFields.write(out, verdict.fate());
            out.writeLong(verdict.packets());
            out.writeLong(verdict.bytes());
        });
    }

    /// @throws UnreadableValueException when the value is no verdict
    public static FlowVerdict read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new FlowVerdict(
                                in.readString(),
                                in.readString(),
                                in.readLong(),
                                FateFields.readFlow(in),
                                FateFields.readFate(in),
                                in.readLong(),
                                in.readLong()));
    }
}
