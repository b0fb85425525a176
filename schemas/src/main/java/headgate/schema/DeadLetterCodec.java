package headgate.schema;

import org.apache.avro.Schema;

/// [DeadLetter] ⇄ values of the topic `dead-letters` (`dead-letter.avsc`).
public final class DeadLetterCodec {
    public static final Schema SCHEMA = SchemaFiles.load("dead-letter");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private DeadLetterCodec() {}

    public static byte[] write(DeadLetter letter) {
        return FRAMING.write(out -> {
            out.writeString(letter.topic());
            out.writeInt(letter.partition());
            out.writeLong(letter.offset());
            out.writeLong(letter.recordNanos());
            out.writeString(letter.processor());
            out.writeString(letter.reason());
            writeNullable(out, letter.key());
            writeNullable(out, letter.value());
            out.writeInt(letter.valueLength());
        });
    }

    private static void writeNullable(AvroOutput out, byte[] bytes) {
        out.writeIndex(bytes == null ? 0 : 1);
        if (bytes != null) {
            out.writeBytes(bytes);
        }
    }

    /// @throws UnreadableValueException when the value is no dead letter
    public static DeadLetter read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new DeadLetter(
                                in.readString(),
                                in.readInt(),
                                in.readLong(),
                                in.readLong(),
                                in.readString(),
                                in.readString(),
                                readNullable(in),
                                readNullable(in),
                                in.readInt()));
    }

    private static byte[] readNullable(AvroInput in) {
        return in.readIndexBelow(2) == 0 ? null : in.readBytes();
    }
}
