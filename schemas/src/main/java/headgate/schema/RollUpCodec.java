package headgate.schema;

import headgate.flow.rollup.Dimension;
import headgate.flow.rollup.RollUp;
import headgate.flow.rollup.RollUp.Row;
import headgate.flow.rollup.RollUp.Sums;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/// [RollUp] ⇄ values of the topic `roll-ups` (`roll-up.avsc`).
public final class RollUpCodec {
    public static final Schema SCHEMA = SchemaFiles.load("roll-up");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final Dimension[] DIMENSIONS = Dimension.values();

    private RollUpCodec() {}

    public static byte[] write(RollUp rollUp) {
        return FRAMING.write(out -> {
            out.writeLong(rollUp.startNanos());
            out.writeInt(rollUp.seconds());
            out.writeEnum(rollUp.dimension().ordinal());
            out.setItemCount(rollUp.rows().size());
            rollUp.rows().forEach(row -> writeRow(out, row));
            out.writeArrayEnd();
            writeRow(out, rollUp.other());
            writeSums(out, rollUp.total());
            out.writeLong(rollUp.absentBytesMost());
        });
    }

    private static void writeRow(AvroOutput out, Row row) {
        out.writeString(row.key());
        writeSums(out, row.sent());
        writeSums(out, row.received());
        out.writeLong(row.rttCount());
        out.writeLong(row.rttSumNanos());
        out.writeLong(row.rttMaxNanos());
        out.writeLong(row.missingBytesMost());
    }

    private static void writeSums(AvroOutput out, Sums sums) {
        out.writeLong(sums.flows());
        out.writeLong(sums.packets());
        out.writeLong(sums.bytes());
        out.writeLong(sums.retransmissions());
    }

    /// @throws UnreadableValueException when the value is no roll-up
    public static RollUp read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new RollUp(
                                in.readLong(),
                                in.readInt(),
                                DIMENSIONS[in.readIndexBelow(DIMENSIONS.length)],
                                readRows(in),
                                readRow(in),
                                readSums(in),
                                in.readLong()));
    }

    private static List<Row> readRows(AvroInput in) {
        var rows = new ArrayList<Row>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                rows.add(readRow(in));
            }
        }
        return rows;
    }

    private static Row readRow(AvroInput in) {
        return new Row(
                in.readString(),
                readSums(in),
                readSums(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    private static Sums readSums(AvroInput in) {
        return new Sums(in.readLong(), in.readLong(), in.readLong(), in.readLong());
    }
}
