package headgate.schema;

import headgate.flow.ConnState;
import headgate.flow.EndReason;
import headgate.flow.FlowDetail;
import headgate.flow.FlowRecord;
import headgate.flow.FlowRecord.Side;
import headgate.flow.LossPlace;
import headgate.flow.RoundTrips;
import headgate.flow.SideDetail;
import headgate.flow.Spread;
import headgate.flow.TcpDetail;
import headgate.flow.Tunnel;
import headgate.packet.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.Schema;

/// [FlowRecord] ⇄ values of the topic `flows` (`flow-record.avsc`).
public final class FlowRecordCodec {
    public static final Schema SCHEMA = SchemaFiles.load("loss-place", "flow-record");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final ConnState[] STATES = ConnState.values();
    private static final EndReason[] REASONS = EndReason.values();
    private static final LossPlace[] PLACES = LossPlace.values();

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
            writeTunnels(out, record.tunnels());
            writeTexts(out, record.capturePoints());
            out.writeEnum(record.missingPlace().ordinal());
            writeDetail(out, record.detail());
            out.writeInt(record.sampling());
        });
    }

    private static void writeMetadata(AvroOutput out, Map<String, List<String>> metadata)
            throws IOException {
        out.setItemCount(metadata.size());
        for (var field : metadata.entrySet()) {
            out.writeString(field.getKey());
            writeTexts(out, field.getValue());
        }
        out.writeMapEnd();
    }

    private static void writeTexts(AvroOutput out, List<String> texts) {
        out.setItemCount(texts.size());
        texts.forEach(out::writeString);
        out.writeArrayEnd();
    }

    private static void writeTunnels(AvroOutput out, List<Tunnel> tunnels) {
        out.setItemCount(tunnels.size());
        for (Tunnel tunnel : tunnels) {
            out.writeString(tunnel.type());
            out.writeString(tunnel.source());
            out.writeString(tunnel.destination());
            out.writeLong(tunnel.identifier());
        }
        out.writeArrayEnd();
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
        out.writeInt(side.trafficClass());
        out.writeBoolean(side.trafficClassChanged());
        out.writeInt(side.minTimeToLive());
        out.writeInt(side.maxTimeToLive());
        out.writeBoolean(side.sackPermitted());
        writeDetail(out, side.detail());
    }

    /// Writes which branch of `["null", …]` follows; false if there is nothing to follow.
    private static boolean writePresence(AvroOutput out, Object valueOrNull) {
        out.writeIndex(valueOrNull == null ? 0 : 1);
        return valueOrNull != null;
    }

    private static void writeDetail(AvroOutput out, FlowDetail detail) {
        if (writePresence(out, detail)) {
            writeSpread(out, detail.interArrivalNanos());
            writeSpread(out, detail.activeNanos());
            writeSpread(out, detail.idleNanos());
            out.writeLong(detail.subflows());
        }
    }

    private static void writeDetail(AvroOutput out, SideDetail detail) {
        if (writePresence(out, detail)) {
            out.writeLong(detail.firstNanos());
            out.writeLong(detail.lastNanos());
            writeSpread(out, detail.payloadLength());
            writeSpread(out, detail.interArrivalNanos());
            out.writeLong(detail.dataPackets());
            out.writeLong(detail.bulks());
            out.writeLong(detail.bulkPackets());
            out.writeLong(detail.bulkBytes());
            out.writeLong(detail.bulkNanos());
            writeTcp(out, detail.tcp());
        }
    }

    private static void writeSpread(AvroOutput out, Spread spread) {
        out.writeLong(spread.count());
        out.writeLong(spread.min());
        out.writeLong(spread.max());
        out.writeDouble(spread.mean());
        out.writeDouble(spread.standardDeviation());
    }

    private static void writeTcp(AvroOutput out, TcpDetail tcp) {
        if (!writePresence(out, tcp)) {
            return;
        }
        out.writeInt(tcp.initialWindow());
        out.writeLong(tcp.fins());
        out.writeLong(tcp.syns());
        out.writeLong(tcp.resets());
        out.writeLong(tcp.pushes());
        out.writeLong(tcp.acknowledgments());
        out.writeLong(tcp.urgents());
        out.writeLong(tcp.eces());
        out.writeLong(tcp.cwrs());
        out.writeLong(tcp.outOfOrder());
        out.writeLong(tcp.fastRetransmissions());
        out.writeLong(tcp.timeoutRetransmissions());
        out.writeLong(tcp.spuriousRetransmissions());
        out.writeLong(tcp.duplicateAcks());
        out.writeLong(tcp.keepAlives());
        out.writeLong(tcp.zeroWindowNanos());
        if (writePresence(out, tcp.roundTrips())) {
            out.writeLong(tcp.roundTrips().samples());
            out.writeLong(tcp.roundTrips().minNanos());
            out.writeLong(tcp.roundTrips().meanNanos());
            out.writeLong(tcp.roundTrips().p50Nanos());
            out.writeLong(tcp.roundTrips().p95Nanos());
            out.writeLong(tcp.roundTrips().maxNanos());
        }
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
                readItems(in, AvroInput::readInt),
                communityId,
                in.readLong(),
                in.readLong(),
                STATES[in.readIndexBelow(STATES.length)],
                in.readString(),
                in.readLong(),
                in.readLong(),
                REASONS[in.readIndexBelow(REASONS.length)],
                in.readString(),
                readMetadata(in),
                readItems(in, FlowRecordCodec::readTunnel),
                readItems(in, AvroInput::readString),
                PLACES[in.readIndexBelow(PLACES.length)],
                readIfPresent(in, FlowRecordCodec::readFlowDetail),
                readSampling(in));
    }

    private static int readSampling(AvroInput in) {
        int sampling = in.readInt();
        if (sampling < 1) {
            throw new UnreadableValueException("one of " + sampling + " flows");
        }
        return sampling;
    }

    private static <T> T readIfPresent(AvroInput in, Function<AvroInput, T> read) {
        return in.readIndexBelow(2) == 0 ? null : read.apply(in);
    }

    private static <T> List<T> readItems(AvroInput in, Function<AvroInput, T> read) {
        var items = new ArrayList<T>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                items.add(read.apply(in));
            }
        }
        return items;
    }

    private static Tunnel readTunnel(AvroInput in) {
        return new Tunnel(in.readString(), in.readString(), in.readString(), in.readLong());
    }

    private static FlowDetail readFlowDetail(AvroInput in) {
        return new FlowDetail(readSpread(in), readSpread(in), readSpread(in), in.readLong());
    }

    private static SideDetail readSideDetail(AvroInput in) {
        return new SideDetail(
                in.readLong(),
                in.readLong(),
                readSpread(in),
                readSpread(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                readIfPresent(in, FlowRecordCodec::readTcp));
    }

    private static Spread readSpread(AvroInput in) {
        return new Spread(
                in.readLong(), in.readLong(), in.readLong(), in.readDouble(), in.readDouble());
    }

    private static TcpDetail readTcp(AvroInput in) {
        return new TcpDetail(
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                readIfPresent(in, FlowRecordCodec::readRoundTrips));
    }

    private static RoundTrips readRoundTrips(AvroInput in) {
        return new RoundTrips(
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    private static Map<String, List<String>> readMetadata(AvroInput in) {
        var metadata = new LinkedHashMap<String, List<String>>();
        for (long left = in.readMapStart(); left > 0; left = in.mapNext()) {
            for (; left > 0; left--) {
                metadata.put(in.readString(), readItems(in, AvroInput::readString));
            }
        }
        return metadata;
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
                in.readLong(),
                in.readInt(),
                in.readBoolean(),
                in.readInt(),
                in.readInt(),
                in.readBoolean(),
                readIfPresent(in, FlowRecordCodec::readSideDetail));
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
}
