package headgate.flow;

/// How one side of a flow sent; each number is defined in `docs/flows.md`.
///
/// @param firstNanos when its first frame was seen; 0 if it sent none
/// @param lastNanos when its last frame was seen; 0 if it sent none
/// @param payloadLength bytes of payload of each frame
/// @param interArrivalNanos times from one of its frames to the next
/// @param dataPackets frames with payload
/// @param bulks runs of at least four frames with payload, without any of the other side and
///   without a pause of more than a second
/// @param bulkPackets frames in these
/// @param bulkBytes their payload
/// @param bulkNanos how long these took together
/// @param tcp null if the flow is not TCP
public record SideDetail(
        long firstNanos,
        long lastNanos,
        Spread payloadLength,
        Spread interArrivalNanos,
        long dataPackets,
        long bulks,
        long bulkPackets,
        long bulkBytes,
        long bulkNanos,
        TcpDetail tcp) {}
