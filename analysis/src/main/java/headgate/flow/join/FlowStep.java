package headgate.flow.join;

import headgate.flow.FlowRecord;

/// What one flow record adds to what was told of its conversation before. The sum over the steps of
/// a conversation is what the capture points saw of it, each packet once.
///
/// @param flow the record that it came with; the sides are those of the conversation
/// @param capturePoint whose record it is
/// @param begins whether it is the first step of its conversation
/// @param ends whether it is the first step with a record that is not interim
/// @param fromNanos start of the time that the difference is about
/// @param toNanos its end, not before its start
/// @param originator what the originator did in that time
/// @param responder what the responder did
/// @param rttNanos round trip of the handshake, in the step that is the first to know it; otherwise
///   -1
public record FlowStep(
        FlowRecord flow,
        String capturePoint,
        boolean begins,
        boolean ends,
        long fromNanos,
        long toNanos,
        SideSums originator,
        SideSums responder,
        long rttNanos) {

    public long packets() {
        return originator.packets() + responder.packets();
    }

    public long bytes() {
        return originator.bytes() + responder.bytes();
    }
}
