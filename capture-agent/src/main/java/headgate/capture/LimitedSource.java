package headgate.capture;

import headgate.packet.Frame;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A source within the limits that the user set: its frames are saved on their way, and it ends
/// when there were enough of them. The frames of a source that ends so early end with the last one
/// handed over: what arrived later is not counted.
final class LimitedSource implements FrameSource {
    /// How long to wait for what other sources make of the last frames that are allowed.
    private static final long OTHERS_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final FrameSource source;
    private final Autostop.Countdown countdown;
    private final CaptureFiles files;
    private final FrameHandler saver = this::onFrame;

    private FrameHandler handler;
    private volatile long handed;
    private volatile boolean ended;

    /// @param files null where frames are not saved
    LimitedSource(FrameSource source, Autostop.Countdown countdown, CaptureFiles files) {
        this.source = source;
        this.countdown = countdown;
        this.files = files;
    }

    @Override
    public int poll(FrameHandler handler, int limit) throws IOException {
        this.handler = handler;
        if (ended || countdown.isSpent() || countdown.fileIsFull(files)) {
            ended = true;
            return END;
        }
        int allowed = countdown.take(limit);
        if (allowed == 0) {
            LockSupport.parkNanos(this, OTHERS_NANOS);
            return 0;
        }
        long before = handed;
        int polled;
        try {
            polled = source.poll(saver, allowed);
        } finally {
            countdown.use(allowed, (int) (handed - before));
        }
        if (files != null) {
            files.onTime(System.nanoTime());
        }
        return polled;
    }

    private void onFrame(Frame frame) {
        handed++;
        if (files != null) {
            files.write(this, frame);
        }
        handler.onFrame(frame);
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return source.interfaces();
    }

    @Override
    public boolean describesInterfaces() {
        return source.describesInterfaces();
    }

    @Override
    public SourceStatistics statistics() {
        SourceStatistics all = source.statistics();
        return ended ? all.withReceived(handed + all.dropped()) : all;
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
