package headgate.console;

import headgate.console.flows.FollowedStream;
import headgate.console.flows.FollowedStream.Side;
import headgate.packet.FlowKey;

/// What one side said, byte for byte; what is missing leaves no mark.
final class StreamBytes implements FollowedStream.Listener {
    private final StandardOutput out;

    StreamBytes(StandardOutput out) {
        this.out = out;
    }

    @Override
    public void onBegin(FlowKey key, String communityId, long nanos) {}

    @Override
    public void onBytes(Side side, byte[] bytes) {
        out.write(bytes, 0, bytes.length);
    }

    @Override
    public void onMissing(Side side, long count) {}

    @Override
    public void onEnd() {}
}
