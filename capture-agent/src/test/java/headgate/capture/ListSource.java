package headgate.capture;

import headgate.packet.Frame;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A source that hands over what a test gives it, and ends when it is told to.
final class ListSource implements FrameSource {
    private record Arrival(byte[] bytes, long nanos, int interfaceId, int rxHash) {}

    final List<CaptureInterface> interfaces = new ArrayList<>();
    private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
    private final Frame frame = new Frame();
    private long handed;
    private boolean ended;

    /// Of the frames that arrive from now on.
    int rxHash;

    ListSource() {
        interfaces.add(new CaptureInterface("eth0", LinkType.ETHERNET, 0));
    }

    void arrive(byte[] bytes, long nanos, int interfaceId) {
        arrivals.add(new Arrival(bytes, nanos, interfaceId, rxHash));
    }

    void end() {
        ended = true;
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        int count = 0;
        for (; count < limit && !arrivals.isEmpty(); count++) {
            Arrival next = arrivals.remove();
            frame.bytes = MemorySegment.ofArray(next.bytes());
            frame.lengthCaptured = frame.lengthOnWire = next.bytes().length;
            frame.arrivalNanos = next.nanos();
            frame.interfaceId = next.interfaceId();
            frame.rxHash = next.rxHash();
            handler.onFrame(frame);
        }
        handed += count;
        return count == 0 && ended ? END : count;
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return interfaces;
    }

    @Override
    public SourceStatistics statistics() {
        return new SourceStatistics(handed, 0, 0, 0, 0, 0, null);
    }

    @Override
    public void interrupt() {}

    @Override
    public void close() {}
}
