package headgate.capture.file;

import headgate.capture.CaptureInterface;
import headgate.capture.FrameHandler;
import headgate.capture.FrameSource;
import headgate.capture.SourceStatistics;
import headgate.packet.Frame;
import headgate.packet.file.CaptureFileException;
import headgate.packet.file.CaptureReader;
import headgate.packet.file.InterfaceDescription;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Frames of a pcap or pcapng file, as it is or compressed by gzip or zstd, or of standard input.
/// What the file is, its first bytes tell; its name does not matter.
public final class CaptureFileSource implements FrameSource {
    /// The path that means standard input.
    public static final Path STANDARD_INPUT = Path.of("-");

    private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final RawInput input;
    private final Decompressor decompressor;
    private final CaptureReader reader;
    private final Pacing pacing;
    private final List<CaptureInterface> interfaces = new ArrayList<>();
    private final Frame frame = new Frame();

    /// Whether `frame` holds one that was read and is not handed over yet.
    private boolean held;

    private boolean started;
    private long startNanos;
    private long firstArrivalNanos;

    // What other threads may ask for.
    private volatile Thread poller;
    private volatile long handedOver;
    private volatile long dropped;
    private volatile long interfaceDropped;
    private volatile String damage;

    private CaptureFileSource(
            String name,
            RawInput input,
            Decompressor decompressor,
            CaptureReader reader,
            Pacing pacing) {
        this.name = name;
        this.input = input;
        this.decompressor = decompressor;
        this.reader = reader;
        this.pacing = pacing;
    }

    /// Opens a file whose frames come as fast as they are taken.
    ///
    /// @throws CaptureFileException when there is no such file, or it is not a capture
    public static CaptureFileSource open(Path file) throws IOException {
        return open(file, Pacing.FLAT_OUT);
    }

    /// @param file a capture file, a named pipe, or [#STANDARD_INPUT]; waits for a pipe's first
    ///   bytes
    /// @throws CaptureFileException when there is no such file, or it is not a capture
    public static CaptureFileSource open(Path file, Pacing pacing) throws IOException {
        boolean standardInput = file.equals(STANDARD_INPUT);
        String name = standardInput ? "stdin" : file.toString();
        RawInput input = standardInput ? RawInput.standardInput() : RawInput.open(file);
        ReadableByteChannel toClose = input;
        try {
            Decompressor decompressor = Decompressor.open(input);
            toClose = decompressor == null ? input : decompressor;
            var reader = openReader(name, decompressor, toClose);
            return new CaptureFileSource(name, input, decompressor, reader, pacing);
        } catch (IOException | RuntimeException e) {
            toClose.close();
            throw e;
        }
    }

    private static CaptureReader openReader(
            String name, Decompressor decompressor, ReadableByteChannel channel)
            throws IOException {
        try {
            return CaptureReader.open(channel, name);
        } catch (CaptureFileException e) {
            throw decompressor == null || decompressor.damage() == null
                    ? e
                    : new CaptureFileException(name, decompressor.damage(), e);
        }
    }

    @Override
    public int poll(FrameHandler handler, int limit) throws IOException {
        poller = Thread.currentThread();
        int count = 0;
        try {
            while (count < limit && hold() && isDue(count == 0)) {
                held = false;
                count++;
                handler.onFrame(frame);
            }
        } finally {
            handedOver += count;
            noteLosses();
        }
        return count == 0 && !held && reader.ended() ? END : count;
    }

    /// Whether there is a frame to hand over: reads one unless one was left over.
    private boolean hold() throws IOException {
        held = held || reader.next(frame);
        return held;
    }

    /// Whether it is time for the frame that is held.
    private boolean isDue(boolean mayWait) {
        if (pacing.isFlatOut()) {
            return true;
        }
        long waitNanos = nanosUntilDue();
        if (waitNanos > 0 && mayWait) {
            pacing.waitNanos().accept(Math.min(waitNanos, MAX_WAIT_NANOS));
            waitNanos = nanosUntilDue();
        }
        return waitNanos <= 0;
    }

    private long nanosUntilDue() {
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

    private void noteLosses() {
        dropped = reader.systemDropped();
        interfaceDropped = reader.interfaceDropped();
        if (reader.ended() && damage == null) {
            damage = describeDamage();
        }
    }

    private String describeDamage() {
        if (decompressor != null && decompressor.damage() != null) {
            return decompressor.damage();
        }
        return reader.damage() == null ? null : reader.damage().toString();
    }

    @Override
    public boolean describesInterfaces() {
        return reader.describesInterfaces();
    }

    @Override
    public List<CaptureInterface> interfaces() {
        List<InterfaceDescription> described = reader.interfaces();
        for (int i = interfaces.size(); i < described.size(); i++) {
            var description = described.get(i);
            interfaces.add(
                    new CaptureInterface(
                            description.name().isEmpty() ? fileName() : description.name(),
                            description.linkType(),
                            description.snaplen()));
        }
        return Collections.unmodifiableList(interfaces);
    }

    /// The name of an interface that the file does not name.
    private String fileName() {
        return Path.of(name).getFileName().toString();
    }

    @Override
    public SourceStatistics statistics() {
        return new SourceStatistics(
                handedOver + dropped,
                dropped,
                interfaceDropped,
                0,
                input.count(),
                input.total(),
                damage);
    }

    @Override
    public void interrupt() {
        LockSupport.unpark(poller);
    }

    @Override
    public void close() throws IOException {
        held = false;
        reader.close();
    }
}
