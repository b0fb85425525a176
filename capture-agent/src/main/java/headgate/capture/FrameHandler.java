package headgate.capture;

import headgate.packet.Frame;

/// Takes frames from a [FrameSource], one at a time.
@FunctionalInterface
public interface FrameHandler {
    /// Takes one frame whose bytes, lengths, time, link type and interface are set and whose
    /// headers are not decoded yet. The frame is reused: it is valid only during this call.
    void onFrame(Frame frame);
}
