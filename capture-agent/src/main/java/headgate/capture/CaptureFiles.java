package headgate.capture;

import headgate.packet.Frame;
import headgate.packet.file.InterfaceDescription;
import headgate.packet.file.InterfaceStatistics;
import headgate.packet.file.PcapngWriter;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The pcapng files that the frames of all capture points are saved to while they are published.
/// For any thread.
///
/// A file that cannot be written to is told, and ends with the frame before: publishing goes on,
/// and the frames that are in no file are counted.
final class CaptureFiles implements Closeable {
    private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int UNNUMBERED = -1;
    private static final DateTimeFormatter NAME_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss");

    private final FileRing ring;
    private final Consumer<String> notices;
    private final ArrayDeque<Path> kept = new ArrayDeque<>();

    /// Per source, the number in the file of each of its interfaces.
    private final Map<FrameSource, int[]> numbers = new LinkedHashMap<>();

    private Path path;
    private PcapngWriter writer;
    private int fileNumber;
    private long openedNanos;
    private long flushedNanos;
    private String failure;
    private long unsaved;
    private boolean closed;

    /// Begins the first file.
    CaptureFiles(FileRing ring, Consumer<String> notices) throws IOException {
        this.ring = ring;
        this.notices = notices;
        begin();
    }

    /// Saves a frame of a source; nothing is allocated for it.
    synchronized void write(FrameSource source, Frame frame) {
        if (failure != null) {
            unsaved++;
            return;
        }
        try {
            if (writer.length() >= ring.fileBytes()) {
                next();
            }
            writer.write(frame, numberOf(source, frame.interfaceId), PcapngWriter.NO_FLAGS, null);
        } catch (IOException e) {
            fail(e);
            unsaved++;
        }
    }

    /// To be called now and then, also when there are no frames.
    synchronized void onTime(long nowNanos) {
        if (failure != null) {
            return;
        }
        try {
            if (nowNanos - openedNanos >= Autostop.nanos(ring.fileDuration())) {
                next();
            } else if (nowNanos - flushedNanos >= FLUSH_NANOS) {
                flushedNanos = nowNanos;
                writer.flush();
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    /// Bytes of the file at hand.
    synchronized long length() {
        return writer.length();
    }

    private int numberOf(FrameSource source, int interfaceId) throws IOException {
        int[] known = numbers.computeIfAbsent(source, _ -> new int[0]);
        if (interfaceId >= known.length) {
            int[] more = Arrays.copyOf(known, interfaceId + 1);
            Arrays.fill(more, known.length, more.length, UNNUMBERED);
            numbers.put(source, known = more);
        }
        if (known[interfaceId] == UNNUMBERED) {
            CaptureInterface described = source.interfaces().get(interfaceId);
            known[interfaceId] =
                    writer.addInterface(
                            new InterfaceDescription(
                                    described.name(), described.linkType(), described.snaplen()));
        }
        return known[interfaceId];
    }

    private void next() throws IOException {
        end();
        begin();
    }

    private void begin() throws IOException {
        path = ring.hasSeveral() ? numbered(++fileNumber) : ring.path();
        writer = new PcapngWriter(channel(path), "headgate");
        openedNanos = flushedNanos = System.nanoTime();
        kept.add(path);
        if (ring.files() > 0 && kept.size() > ring.files()) {
            Files.deleteIfExists(kept.remove());
        }
    }

    private static WritableByteChannel channel(Path path) throws IOException {
        return path.equals(FileRing.STANDARD_OUTPUT)
                ? new FileOutputStream(FileDescriptor.out).getChannel()
                : FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
    }

    private Path numbered(int number) {
        String name = ring.path().getFileName().toString();
        int dot = name.lastIndexOf('.');
        int suffix = dot <= 0 ? name.length() : dot;
        return ring.path()
                .resolveSibling(
                        "%s_%05d_%s%s"
                                .formatted(
                                        name.substring(0, suffix),
                                        number,
                                        LocalDateTime.now().format(NAME_TIME),
                                        name.substring(suffix)));
    }

    /// What a source counted is said of the first of its interfaces that the file has: the two of a
    /// tap share one socket.
    private void end() throws IOException {
        numbers.forEach((source, known) ->
                Arrays.stream(known)
                        .filter(number -> number != UNNUMBERED)
                        .findFirst()
                        .ifPresent(number -> writer.setStatistics(number, statistics(source))));
        numbers.clear();
        writer.close();
    }

    private static InterfaceStatistics statistics(FrameSource source) {
        SourceStatistics seen = source.statistics();
        return new InterfaceStatistics(
                InterfaceStatistics.UNKNOWN,
                seen.interfaceDropped(),
                seen.received(),
                seen.dropped(),
                InterfaceStatistics.UNKNOWN);
    }

    private void fail(IOException e) {
        failure = "saving to %s failed: %s".formatted(path, e.getMessage());
        notices.accept(failure + "; publishing goes on");
    }

    /// Completes the last file. Returns what was wrong with the files, for people; null if nothing.
    synchronized String finish() {
        close();
        return failure == null ? null : failure + "; " + unsaved + " frames are not saved";
    }

    @Override
    public synchronized void close() {
        if (failure == null && !closed) {
            closed = true;
            try {
                end();
            } catch (IOException e) {
                fail(e);
            }
        }
    }
}
