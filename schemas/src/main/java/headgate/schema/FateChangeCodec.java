package headgate.schema;

import headgate.forwarding.FateChange;
import org.apache.avro.Schema;

/// [FateChange] ⇄ values of the topic `fate-changes` (`fate-change.avsc`).
public final class FateChangeCodec {
    public static final Schema SCHEMA = SchemaFiles.load("flow-key", "fate", "fate-change");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private FateChangeCodec() {}

    public static byte[] write(FateChange change) {
        return FRAMING.write(out -> {
            out.writeString(change.agent());
            out.writeString(change.device());
            out.writeLong(change.secondNanos());
            out.writeString(change.profile());
            FateFields.writeFlow(out, change.flow());
            FateFields.write(out, change.asIs());
            FateFields.write(out, change.whatIf());
            out.writeLong(change.packets());
            out.writeLong(change.bytes());
            out.writeLong(change.firstNanos());
        });
    }

    /// @throws UnreadableValueException when the value is no fate change
    public static FateChange read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new FateChange(
                                in.readString(),
                                in.readString(),
                                in.readLong(),
                                in.readString(),
                                FateFields.readFlow(in),
                                FateFields.readFate(in),
                                FateFields.readFate(in),
                                in.readLong(),
                                in.readLong(),
                                in.readLong()));
    }
}
