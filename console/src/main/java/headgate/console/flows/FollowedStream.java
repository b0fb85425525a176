package headgate.console.flows;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import headgate.flow.FlowSettings;
import headgate.flow.FlowTable;
import headgate.packet.CommunityId;
import headgate.packet.FlowKey;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// One conversation among the frames: what each side said, in order. A [FlowTable] beside it says
/// where a conversation begins, so that it is the same one that the table lists.
///
/// TCP is put in order by its sequence numbers; of other protocols each datagram's payload comes as
/// it is. Later fragments of a datagram are not in it, and are counted.
public final class FollowedStream {
    /// The sides, as the names of their fields begin.
    public enum Side {
        orig,
        resp;

        private Side other() {
            return this == orig ? resp : orig;
        }
    }

    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    /// Takes what was said.
    public interface Listener {
        /// A conversation begins.
        ///
        /// @param key its ends, the originator's first
        void onBegin(FlowKey key, String communityId, long nanos);

        /// A side said these bytes next.
        void onBytes(Side side, byte[] bytes);

        /// Of a side so many bytes are not in the capture.
        void onMissing(Side side, long count);

        /// The conversation is over, or the capture.
        void onEnd();
    }

    private final String wanted;
    private final FlowTable table;
    private final Listener listener;
    private final Set<Side> sides;
    private final Map<Side, TcpReassembly> reassembly = new EnumMap<>(Side.class);
    private FlowKey key;
    private long flowsStarted;
    private long found;
    private String communityId;
    private long bytes;
    private long missing;
    private long holes;
    private long repeated;
    private long givenUp;
    private long fragments;

    /// @param wanted a community id, or the number of a conversation in the order of their
    ///   beginnings, from 1
    /// @param settings what a conversation is
    /// @param sides whose bytes are handed on
    /// @throws IllegalArgumentException if it is neither
    public FollowedStream(
            String wanted, FlowSettings settings, Set<Side> sides, Listener listener) {
        if (!wanted.matches("1:[A-Za-z0-9+/]{27}=|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException(
                    "'"
                            + wanted
                            + "' is neither a number from 1 (in the order of -s start) nor a"
                            + " community id (1:…=, see -e community_id)");
        }
        this.wanted = wanted;
        this.table = new FlowTable(settings, _ -> {});
        this.sides = Set.copyOf(sides);
        this.listener = listener;
    }

    /// Takes every frame, decoded, in order.
    public void onFrame(Frame frame) {
        table.onFrame(frame);
        long before = flowsStarted;
        flowsStarted = table.statistics().flowsStarted();
        if (flowsStarted > before) {
            onNewConversation(frame);
        }
        if (key != null) {
            deliver(frame);
        }
    }

    /// No more frames come.
    public void finish() {
        if (key == null) {
            return;
        }
        for (Side side : sides) {
            TcpReassembly own = reassembly.get(side);
            own.finish();
            bytes += own.bytes();
            missing += own.missing();
            holes += own.holes();
            repeated += own.repeated();
            givenUp += own.givenUp();
        }
        key = null;
        listener.onEnd();
    }

    // ---- Which frames ----

    private void onNewConversation(Frame frame) {
        if (key != null && side(frame) != null) {
            finish();
        }
        String startingId = CommunityId.of(frame);
        if (wanted.equals(startingId) || wanted.equals(Long.toString(flowsStarted))) {
            finish();
            begin(frame, startingId);
        }
    }

    private static boolean isSynAck(Frame frame) {
        return (frame.tcpFlags() & (SYN | ACK)) == (SYN | ACK);
    }

    private void begin(Frame frame, String id) {
        FlowKey starting = FlowKey.of(frame);
        if (starting == null) {
            return;
        }
        boolean answer = frame.protocol == IpProtocol.TCP && isSynAck(frame);
        key = answer ? starting.reversed() : starting;
        communityId = id;
        found++;
        for (Side side : Side.values()) {
            reassembly.put(side, new TcpReassembly(new SideSink(side)));
        }
        listener.onBegin(key, communityId, frame.arrivalNanos);
    }

    /// The side that sent the frame; null if it is of another conversation.
    private Side side(Frame frame) {
        if (frame.ipVersion != key.ipVersion() || frame.protocol != key.protocol()) {
            return null;
        }
        if (isFrom(frame, key)) {
            return Side.orig;
        }
        return isFrom(frame, key.reversed()) ? Side.resp : null;
    }

    /// Whether it has these ends in this direction. Later fragments have no ports to tell, and ICMP
    /// has types, which its community id pairs.
    private boolean isFrom(Frame frame, FlowKey ends) {
        boolean addresses =
                frame.sourceLow == ends.sourceLow()
                        && frame.destinationLow == ends.destinationLow()
                        && frame.sourceHigh == ends.sourceHigh()
                        && frame.destinationHigh == ends.destinationHigh();
        if (!addresses || frame.fragmentOffset() > 0) {
            return addresses;
        }
        boolean icmp = frame.protocol == IpProtocol.ICMP || frame.protocol == IpProtocol.ICMPV6;
        return icmp
                ? communityId.equals(CommunityId.of(frame))
                : frame.sourcePort == ends.sourcePort()
                        && frame.destinationPort == ends.destinationPort();
    }

    // ---- What they say ----

    private void deliver(Frame frame) {
        Side side = side(frame);
        if (side == null) {
            return;
        }
        if (frame.fragmentOffset() > 0) {
            fragments++;
        } else if (frame.protocol == IpProtocol.TCP && frame.tcpHeaderLength() > 0) {
            onSegment(side, frame);
        } else if (frame.payloadLength > 0 && sides.contains(side)) {
            onDatagram(side, frame);
        }
    }

    private void onDatagram(Side side, Frame frame) {
        byte[] payload =
                frame.bytes
                        .asSlice(frame.start + frame.payloadOffset, frame.payloadCaptured)
                        .toArray(JAVA_BYTE);
        bytes += payload.length;
        listener.onBytes(side, payload);
        int cut = frame.payloadLength - frame.payloadCaptured;
        if (cut > 0) {
            missing += cut;
            holes++;
            listener.onMissing(side, cut);
        }
    }

    private void onSegment(Side side, Frame frame) {
        TcpReassembly own = reassembly.get(side);
        boolean syn = (frame.tcpFlags() & SYN) != 0;
        int sequence = frame.sequenceNumber() + (syn ? 1 : 0);
        if (syn) {
            own.begin(sequence);
        }
        if ((frame.tcpFlags() & RST) == 0 && frame.payloadCaptured > 0) {
            own.onSegment(
                    sequence,
                    frame.bytes,
                    frame.start + frame.payloadOffset,
                    frame.payloadCaptured,
                    frame.payloadLength);
        }
        if ((frame.tcpFlags() & ACK) != 0) {
            reassembly.get(side.other()).onAcknowledged(frame.acknowledgmentNumber());
        }
    }

    private final class SideSink implements TcpReassembly.Sink {
        private final Side side;

        SideSink(Side side) {
            this.side = side;
        }

        @Override
        public void onBytes(byte[] piece) {
            if (sides.contains(side)) {
                listener.onBytes(side, piece);
            }
        }

        @Override
        public void onMissing(long count) {
            if (sides.contains(side)) {
                listener.onMissing(side, count);
            }
        }
    }

    // ---- What came ----

    /// How many conversations were followed: of one community id there may be several.
    public long found() {
        return found;
    }

    /// How many conversations there were.
    public long conversations() {
        return flowsStarted;
    }

    /// Bytes of these sides, without those that were missing or came again.
    public long bytes() {
        return bytes;
    }

    /// Bytes that are not in the capture.
    public long missing() {
        return missing;
    }

    /// In how many places they are missing.
    public long holes() {
        return holes;
    }

    /// Bytes that came again.
    public long repeated() {
        return repeated;
    }

    /// Holes that were left because too much waited behind them.
    public long givenUp() {
        return givenUp;
    }

    /// Later fragments of packets between the two addresses, of the same protocol.
    public long fragments() {
        return fragments;
    }
}
