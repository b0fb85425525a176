package headgate.packet;

/// Walks the layers of one frame: the only place that knows their order.
public final class FrameDecoder {

    /// Fills in the facts of the frame whose bytes, lengths and link type are already placed. Never
    /// throws for bytes that came from a network, whatever they are.
    public void decode(Frame frame) {
        frame.clear();
        frame.payloadLength = frame.lengthOnWire;
        frame.payloadCaptured = frame.lengthCaptured;
    }
}
