package headgate.flow.join;

import headgate.flow.FlowRecord;

/// What one side of a conversation did, as far as it adds up.
///
/// @param packets frames with an IP header
/// @param bytes bytes of these frames on the wire
/// @param payloadBytes bytes after the transport header, repeated ones too
/// @param retransmissions segments with payload that brought no new sequence number
/// @param zeroWindows segments that closed the window
public record SideSums(
        long packets, long bytes, long payloadBytes, long retransmissions, long zeroWindows) {

    public static final SideSums NONE = new SideSums(0, 0, 0, 0, 0);

    static SideSums of(FlowRecord.Side side) {
        return new SideSums(
                side.packets(),
                side.frameBytes(),
                side.payloadBytes(),
                side.retransmissions(),
                side.zeroWindows());
    }

    SideSums plus(SideSums other) {
        return new SideSums(
                packets + other.packets,
                bytes + other.bytes,
                payloadBytes + other.payloadBytes,
                retransmissions + other.retransmissions,
                zeroWindows + other.zeroWindows);
    }

    /// Each number the larger one of both.
    SideSums max(SideSums other) {
        return new SideSums(
                Math.max(packets, other.packets),
                Math.max(bytes, other.bytes),
                Math.max(payloadBytes, other.payloadBytes),
                Math.max(retransmissions, other.retransmissions),
                Math.max(zeroWindows, other.zeroWindows));
    }

    SideSums minus(SideSums other) {
        return new SideSums(
                packets - other.packets,
                bytes - other.bytes,
                payloadBytes - other.payloadBytes,
                retransmissions - other.retransmissions,
                zeroWindows - other.zeroWindows);
    }
}
