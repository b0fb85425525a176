package headgate.schema;

import headgate.packet.Frame;

/// Takes what [FrameBatchCodec#read] finds in a value.
public interface FrameBatchHandler {
    /// The batch's header, before its frames.
    void onBatch(FrameBatchHeader header);

    /// One frame, decoded. It is reused: it stays as it is until [FrameBatchCodec#FRAMES_AT_ONCE]
    /// further ones were handed over, or the next value is read. Its bytes are those that the agent
    /// kept, so its `lengthCaptured` may be below that of the capture.
    ///
    /// @param sequence place among all frames of the capture point
    /// @param flowHash the same for both directions of a flow
    void onFrame(Frame frame, long sequence, int flowHash);
}
