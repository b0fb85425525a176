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

    FilteredSource(FrameSource source, CaptureFilter filter) {
        this.source = source;
        this.filter = filter;
    }

    @Override
    public int poll(FrameHandler handler, int limit) throws IOException {
        this.handler = handler;
        matched = 0;
        return source.poll(sieve, limit) == END ? END : matched;
    }

    private void onFrame(Frame frame) {
        if (filter.matches(frame)) {
            matched++;
            handler.onFrame(frame);
        }
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return source.interfaces();
    }

    /// Counts every frame of the source, also those that do not match.
    @Override
    public SourceStatistics statistics() {
        return source.statistics();
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
