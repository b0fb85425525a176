package headgate.capture;

import headgate.packet.Frame;

/// Takes frames from a [FrameSource].
@FunctionalInterface
public interface FrameHandler {
    /// Takes one frame whose bytes, lengths, time, link type and interface are set and whose
    /// headers are not decoded yet. The frame is reused: it is valid only during this call.
    void onFrame(Frame frame);

    /// Takes the frames `from` to `to`, without it, in their order: all of them are valid during
    /// this call. For those who do better when they know what comes next; sources that have but one
    /// frame at a time never call it.
    default void onFrames(Frame[] frames, int from, int to) {
        for (int i = from; i < to; i++) {
            onFrame(frames[i]);
        }
    }
}
