package headgate.flow;

import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.Layer;
import java.util.function.Consumer;

/// Hands frames on, and for a packet that came through a UDP tunnel the datagram around it as one
/// more frame: Zeek has a connection for both.
public final class TunnelDatagrams {
    private final Consumer<Frame> next;
    private final FrameDecoder decoder = FrameDecoder.leavingDatagramsClosed();
    private final Frame around = new Frame();

    public TunnelDatagrams(Consumer<Frame> next) {
        this.next = next;
    }

    /// Takes one decoded frame.
    public void onFrame(Frame frame) {
        int datagram = datagramAround(frame);
        if (datagram < 0) {
            next.accept(frame);
            return;
        }
        around.bytes = frame.bytes;
        around.start = frame.start;
        around.lengthCaptured = frame.lengthCaptured;
        around.lengthOnWire = frame.lengthOnWire;
        around.arrivalNanos = frame.arrivalNanos;
        around.linkType = frame.linkType;
        decoder.decode(around);
        next.accept(around);
        if (frame.layerOffset(datagram) != frame.transportOffset) {
            next.accept(frame);
        }
    }

    /// Number of the outermost UDP header that has further ones behind it; -1 if there is none.
    private static int datagramAround(Frame frame) {
        for (int i = 0; i < frame.ownLayerCount() - 1; i++) {
            if (frame.layer(i) == Layer.UDP) {
                return i;
            }
        }
        return -1;
    }
}
