package headgate.schema;

import headgate.softnet.DropLog;
import headgate.softnet.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/// What a [DropLog] named ⇄ values of the topic `path-fates` (`path-fates.avsc`). Writing makes no
/// object for a frame.
public final class PathFatesCodec {
    public static final Schema SCHEMA = SchemaFiles.load("drop-reason", "path-fates");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final DropReason[] REASONS = DropReason.values();

    private PathFatesCodec() {}

    public static byte[] write(String agent, String capturePoint, String profile, DropLog drops) {
        return FRAMING.write(out -> {
            out.writeString(agent);
            out.writeString(capturePoint);
            out.writeString(profile);
            out.writeLong(drops.unnamed());
            out.setItemCount(drops.count());
            for (int i = 0; i < drops.count(); i++) {
                out.writeLong(drops.sequence(i));
                out.writeLong(drops.atNanos(i));
                out.writeInt(drops.cpu(i));
                out.writeEnum(drops.reason(i).ordinal());
            }
            out.writeArrayEnd();
        });
    }

    /// @throws UnreadableValueException when the value is no such record
    public static PathFates read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new PathFates(
                                in.readString(),
                                in.readString(),
                                in.readString(),
                                in.readLong(),
                                readFates(in)));
    }

    private static List<PathFates.Fate> readFates(AvroInput in) {
        var fates = new ArrayList<PathFates.Fate>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                fates.add(
                        new PathFates.Fate(
                                in.readLong(),
                                in.readLong(),
                                in.readInt(),
                                REASONS[in.readIndexBelow(REASONS.length)]));
            }
        }
        return fates;
    }
}
