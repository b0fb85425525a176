package headgate.capture;

import headgate.packet.Frame;
import java.io.IOException;
import java.util.List;

/// Hands on the frames of a source that match a filter. For files: a live source's filter runs in
/// the kernel.
final class FilteredSource implements FrameSource {
    private final FrameSource source;
    private final CaptureFilter filter;
    private final FrameHandler sieve = this::onFrame;
    private FrameHandler handler;
    private int matched;
    private volatile long passedOver;

    FilteredSource(FrameSource source, CaptureFilter filter) {
        this.source = source;
        this.filter = filter;
    }

    @Override
    public int poll(FrameHandler handler, int limit) throws IOException {
        this.handler = handler;
        matched = 0;
        int polled = source.poll(sieve, limit);
        if (polled == END) {
            return END;
        }
        passedOver += polled - matched;
        return matched;
    }

    private void onFrame(Frame frame) {
        if (filter.matches(frame)) {
            matched++;
            handler.onFrame(frame);
        }
    }

    @Override
    public boolean describesInterfaces() {
        return source.describesInterfaces();
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return source.interfaces();
    }

    /// Frames that the file says were dropped are counted whether or not they would have matched.
    @Override
    public SourceStatistics statistics() {
        var all = source.statistics();
        return all.withReceived(all.received() - passedOver);
    }

    @Override
    public void interrupt() {
        source.interrupt();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
