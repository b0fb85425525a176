package headgate.capture.file;

import headgate.capture.CaptureInterface;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.capture.SourceStatistics;
import headgate.packet.Frame;
import headgate.packet.file.CaptureFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Frames of pcap and pcapng files, as they are or compressed by gzip or zstd, or of standard
/// input: of one file in its order, of several ones by their time stamps. What a file is, its first
/// bytes tell; its name does not matter.
public final class CaptureFileSource implements FrameSource {
    /// The path that means standard input.
    public static final Path STANDARD_INPUT = Path.of("-");

    private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final FileSequence files;
    private final Pacing pacing;

    private boolean started;
    private long startNanos;
    private long firstArrivalNanos;

    // What other threads may ask for.
    private volatile Thread poller;
    private volatile long handedOver;
    private volatile long dropped;
    private volatile long interfaceDropped;
    private volatile long bytesRead;
    private volatile String damage;

    private CaptureFileSource(FileSequence files, Pacing pacing) {
        this.files = files;
        this.pacing = pacing;
    }

    /// Opens a file whose frames come as fast as they are taken.
    ///
    /// @throws CaptureFileException when there is no such file, or it is not a capture
    public static CaptureFileSource open(Path file) throws IOException {
        return open(List.of(file), Pacing.FLAT_OUT);
    }

    /// @param paths capture files, named pipes or [#STANDARD_INPUT], whose first bytes are waited
    ///   for, and directories for the captures in them
    /// @throws CaptureFileException when one of them is not there or is not a capture
    public static CaptureFileSource open(List<Path> paths, Pacing pacing) throws IOException {
        return new CaptureFileSource(MergedFiles.open(paths), pacing);
    }

    /// Opens a file, or the files of a directory, to which others are still writing. There may be
    /// no frame yet.
    ///
    /// @throws CaptureFileException when there is nothing of that name, or the file is no capture
    public static CaptureFileSource follow(Path path, Pacing pacing) throws IOException {
        return new CaptureFileSource(FollowedFiles.open(path), pacing);
    }

    @Override
    public int poll(FrameHandler handler, int limit) throws IOException {
        poller = Thread.currentThread();
        int count = 0;
        OpenFile file = null;
        try {
            while (count < limit
                    && (file = files.next()) != null
                    && isDue(file.frame(), count == 0)) {
                int first = file.next();
                int several = pacing.isFlatOut() ? Math.min(files.inRow(), limit - count) : 1;
                file.release(several);
                count += several;
                handler.onFrames(file.frames, first, first + several);
            }
        } finally {
            handedOver += count;
            note();
        }
        if (count == 0 && file == null && !files.ended()) {
            files.await();
        }
        return count == 0 && files.ended() ? END : count;
    }

    /// Whether it is time for the next frame.
    private boolean isDue(Frame frame, boolean mayWait) {
        if (pacing.isFlatOut()) {
            return true;
        }
        long waitNanos = nanosUntilDue(frame);
        if (waitNanos > 0 && mayWait) {
            pacing.waitNanos().accept(Math.min(waitNanos, MAX_WAIT_NANOS));
            waitNanos = nanosUntilDue(frame);
        }
        return waitNanos <= 0;
    }

    private long nanosUntilDue(Frame frame) {
        long now = pacing.nanoTime().getAsLong();
        if (!started) {
            started = true;
            startNanos = now;
            firstArrivalNanos = frame.arrivalNanos;
        }
        // In floating point nothing overflows, whatever the time stamps say.
        double due = ((double) frame.arrivalNanos - firstArrivalNanos) / pacing.speed();
        return (long) (due - (now - startNanos));
    }

    private void note() {
        dropped = files.systemDropped();
        interfaceDropped = files.interfaceDropped();
        bytesRead = files.bytesRead();
        damage = files.damage();
    }

    @Override
    public boolean describesInterfaces() {
        return files.describesInterfaces();
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return files.interfaces();
    }

    @Override
    public SourceStatistics statistics() {
        return new SourceStatistics(
                handedOver + dropped,
                dropped,
                interfaceDropped,
                0,
                bytesRead,
                files.bytesTotal(),
                damage);
    }

    @Override
    public void interrupt() {
        LockSupport.unpark(poller);
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
