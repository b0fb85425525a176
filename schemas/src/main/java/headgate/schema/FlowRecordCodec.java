package headgate.schema;

import headgate.flow.ConnState;
import headgate.flow.EndReason;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.packet.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/// [FlowRecord] ⇄ values of the topic `flows` (`flow-record.avsc`).
public final class FlowRecordCodec {
    public static final Schema SCHEMA = SchemaFiles.load("flow-record");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final ConnState[] STATES = ConnState.values();
    private static final EndReason[] REASONS = EndReason.values();

    private FlowRecordCodec() {}

    public static byte[] write(FlowRecord record) {
        return FRAMING.write(out -> {
            out.writeString(record.communityId());
            out.writeInt(record.ipVersion());
            out.writeInt(record.protocol());
            writeSide(out, record.ipVersion(), record.originator());
            writeSide(out, record.ipVersion(), record.responder());
            out.setItemCount(record.vlanIds().size());
            record.vlanIds().forEach(out::writeInt);
            out.writeArrayEnd();
            out.writeLong(record.firstNanos());
            out.writeLong(record.lastNanos());
            out.writeEnum(record.state().ordinal());
            out.writeString(record.history());
            out.writeLong(record.serverRttNanos());
            out.writeLong(record.clientRttNanos());
            out.writeEnum(record.endReason().ordinal());
            out.writeString(record.application());
            writeMetadata(out, record.metadata());
        });
    }

    private static void writeMetadata(AvroOutput out, Map<String, List<String>> metadata)
            throws IOException {
        out.setItemCount(metadata.size());
        for (var field : metadata.entrySet()) {
            out.writeString(field.getKey());
            out.setItemCount(field.getValue().size());
            for (String value : field.getValue()) {
                out.writeString(value);
            }
            out.writeArrayEnd();
        }
        out.writeMapEnd();
    }

    private static void writeSide(AvroOutput out, int ipVersion, Side side) {
        out.writeString(IpAddress.format(ipVersion, side.addressHigh(), side.addressLow()));
        out.writeInt(side.port());
        out.writeLong(side.packets());
        out.writeLong(side.frameBytes());
        out.writeLong(side.ipBytes());
        out.writeLong(side.payloadBytes());
        out.writeLong(side.streamBytes());
        out.writeLong(side.fragments());
        out.writeInt(side.tcpFlags());
        out.writeInt(side.maximumSegmentSize());
        out.writeInt(side.windowScale());
        out.writeLong(side.retransmissions());
        out.writeLong(side.zeroWindows());
        out.writeLong(side.missingBytes());
    }

    /// @throws UnreadableValueException when the value is no flow record
    public static FlowRecord read(byte[] value) {
        return FRAMING.read(value, FlowRecordCodec::readRecord);
    }

    private static FlowRecord readRecord(AvroInput in) {
        String communityId = in.readString();
        int ipVersion = in.readInt();
        if (ipVersion != 4 && ipVersion != 6) {
            throw new UnreadableValueException("IP version " + ipVersion + " is neither 4 nor 6");
        }
        return new FlowRecord(
                ipVersion,
                in.readInt(),
                readSide(in, ipVersion),
                readSide(in, ipVersion),
                readVlanIds(in),
                communityId,
                in.readLong(),
                in.readLong(),
                STATES[in.readIndexBelow(STATES.length)],
                in.readString(),
                in.readLong(),
                in.readLong(),
                REASONS[in.readIndexBelow(REASONS.length)],
                in.readString(),
                readMetadata(in));
    }

    private static Map<String, List<String>> readMetadata(AvroInput in) {
        var metadata = new LinkedHashMap<String, List<String>>();
        for (long left = in.readMapStart(); left > 0; left = in.mapNext()) {
            for (; left > 0; left--) {
                metadata.put(in.readString(), readValues(in));
            }
        }
        return metadata;
    }

    private static List<String> readValues(AvroInput in) {
        var values = new ArrayList<String>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                values.add(in.readString());
            }
        }
        return values;
    }

    private static Side readSide(AvroInput in, int ipVersion) {
        IpAddress address = readAddress(in, ipVersion);
        return new Side(
                address.high(),
                address.low(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    private static IpAddress readAddress(AvroInput in, int ipVersion) {
        String text = in.readString();
        IpAddress address;
        try {
            address = IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UnreadableValueException("'" + text + "' is no address");
        }
        if (address.version() != ipVersion) {
            throw new UnreadableValueException(text + " is no IPv" + ipVersion + " address");
        }
        return address;
    }

    private static List<Integer> readVlanIds(AvroInput in) {
        var ids = new ArrayList<Integer>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                ids.add(in.readInt());
            }
        }
        return ids;
    }
}
