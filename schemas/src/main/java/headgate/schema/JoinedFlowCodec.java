package headgate.schema;

import headgate.flow.ConnState;
import headgate.flow.EndReason;
import headgate.flow.join.JoinedFlow;
import headgate.flow.join.JoinedFlow.End;
import headgate.flow.join.JoinedFlow.Sighting;
import headgate.flow.join.SideSums;
import headgate.packet.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/// [JoinedFlow] ⇄ values of the topic `joined-flows` (`joined-flow.avsc`).
public final class JoinedFlowCodec {
    public static final Schema SCHEMA = SchemaFiles.load("joined-flow");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final ConnState[] STATES = ConnState.values();
    private static final EndReason[] REASONS = EndReason.values();

    private JoinedFlowCodec() {}

    public static byte[] write(JoinedFlow flow) {
        return FRAMING.write(out -> {
            out.writeString(flow.communityId());
            out.writeInt(flow.ipVersion());
            out.writeInt(flow.protocol());
            writeEnd(out, flow.ipVersion(), flow.originator());
            writeEnd(out, flow.ipVersion(), flow.responder());
            out.writeLong(flow.firstNanos());
            out.writeLong(flow.lastNanos());
            out.writeBoolean(flow.ended());
            out.writeString(flow.application());
            out.setItemCount(flow.points().size());
            flow.points().forEach(point -> writeSighting(out, point));
            out.writeArrayEnd();
        });
    }

    private static void writeEnd(AvroOutput out, int ipVersion, End end) {
        out.writeString(IpAddress.format(ipVersion, end.high(), end.low()));
        out.writeInt(end.port());
        writeSums(out, end.sums());
    }

    private static void writeSums(AvroOutput out, SideSums sums) {
        out.writeLong(sums.packets());
        out.writeLong(sums.bytes());
        out.writeLong(sums.payloadBytes());
        out.writeLong(sums.retransmissions());
        out.writeLong(sums.zeroWindows());
    }

    private static void writeSighting(AvroOutput out, Sighting point) {
        out.writeString(point.capturePoint());
        out.writeLong(point.firstNanos());
        out.writeLong(point.lastNanos());
        out.writeEnum(point.state().ordinal());
        out.writeEnum(point.endReason().ordinal());
        writeSums(out, point.originator());
        writeSums(out, point.responder());
    }

    /// @throws UnreadableValueException when the value is no joined flow
    public static JoinedFlow read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new JoinedFlow(
                                in.readString(),
                                in.readInt(),
                                in.readInt(),
                                readEnd(in),
                                readEnd(in),
                                in.readLong(),
                                in.readLong(),
                                in.readBoolean(),
                                in.readString(),
                                readSightings(in)));
    }

    private static End readEnd(AvroInput in) {
        String text = in.readString();
        try {
            IpAddress address = IpAddress.parse(text);
            return new End(address.high(), address.low(), in.readInt(), readSums(in));
        } catch (IllegalArgumentException e) {
            throw new UnreadableValueException("'" + text + "' is no address");
        }
    }

    private static SideSums readSums(AvroInput in) {
        return new SideSums(
                in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
    }

    private static List<Sighting> readSightings(AvroInput in) {
        var points = new ArrayList<Sighting>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                points.add(
                        new Sighting(
                                in.readString(),
                                in.readLong(),
                                in.readLong(),
                                STATES[in.readIndexBelow(STATES.length)],
                                REASONS[in.readIndexBelow(REASONS.length)],
                                readSums(in),
                                readSums(in)));
            }
        }
        return points;
    }
}
