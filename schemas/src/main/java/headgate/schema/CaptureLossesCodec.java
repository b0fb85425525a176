package headgate.schema;

import headgate.flow.CaptureLosses;
import headgate.flow.CaptureLosses.Loss;
import headgate.flow.LossPlace;
import java.util.ArrayList;
import org.apache.avro.Schema;

/// [CaptureLosses] ⇄ values of the topic `losses` (`capture-losses.avsc`).
public final class CaptureLossesCodec {
    public static final Schema SCHEMA = SchemaFiles.load("loss-place", "capture-losses");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final LossPlace[] PLACES = LossPlace.values();

    private CaptureLossesCodec() {}

    public static byte[] write(CaptureLosses known) {
        return FRAMING.write(out -> {
            out.writeLong(known.sinceNanos());
            out.writeLong(known.untilNanos());
            out.setItemCount(known.losses().size());
            for (Loss loss : known.losses()) {
                out.writeLong(loss.fromNanos());
                out.writeLong(loss.untilNanos());
                out.writeEnum(loss.place().ordinal());
                out.writeLong(loss.frames());
            }
            out.writeArrayEnd();
        });
    }

    /// @throws UnreadableValueException when the value tells of no losses
    public static CaptureLosses read(byte[] value) {
        return FRAMING.read(value, CaptureLossesCodec::read);
    }

    private static CaptureLosses read(AvroInput in) {
        try {
            long sinceNanos = in.readLong();
            long untilNanos = in.readLong();
            var losses = new ArrayList<Loss>();
            for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
                for (; left > 0; left--) {
                    losses.add(
                            new Loss(
                                    in.readLong(),
                                    in.readLong(),
                                    PLACES[in.readIndexBelow(PLACES.length)],
                                    in.readLong()));
                }
            }
            return new CaptureLosses(sinceNanos, untilNanos, losses);
        } catch (IllegalArgumentException contradiction) {
            throw new UnreadableValueException(contradiction.getMessage());
        }
    }
}
