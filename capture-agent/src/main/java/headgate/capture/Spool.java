package headgate.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.schema.Topic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Values that wait on disk while no broker takes them, in the order in which they came. They
/// outlive the agent, also when it is killed: what it had appended is there, and a record that was
/// being written is cut off. (A host that loses power may lose what the kernel had not written
/// yet.)
///
/// A directory of segments, each a row of records:
///
/// ```
/// state(4) header-checksum(4) body-checksum(4) topic-length(4) key-length(4) value-length(4)
/// lane(4) frames(4) account(4) run(8), then the topic's name, the key and the value
/// ```
///
/// Checksums are CRC-32C; the header's covers what follows it in the header. The state is the one
/// thing that changes: it says that the broker has acknowledged the value. A segment goes when that
/// is so for all of its records.
///
/// Every method may be called by any thread.
final class Spool implements AutoCloseable {
    /// The least size: some values of the largest kind.
    static final long LEAST_BYTES = 16 << 20;

    private static final int WAITING = 0;
    private static final int ACKNOWLEDGED = 1;

    private static final int HEADER = 44;
    private static final int CHECKED_FROM = 8;
    private static final int MOST_NAME_BYTES = 1024;

    private static final long MOST_SEGMENT_BYTES = 64 << 20;
    private static final int SEGMENTS = 16;

    /// Segments before the first one have numbers too.
    private static final long FIRST_NUMBER = 1_000_000_000_000L;

    private static final String SUFFIX = ".spool";

    private final Path directory;
    private final AgentListener listener;
    private final FileChannel lock;
    private final long run;
    private final long capacityBytes;
    private final long segmentBytes;
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();
    private final CRC32C checksum = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

    private long bytes;
    private long waitingRecords;
    private long unreadRecords;
    private long earlierFrames;
    private long replayedFrames;
    private long damagedFrames;
    private boolean saidUnwritable;

    /// A value that was appended.
    ///
    /// @param account of the run that appended it
    record Value(Topic topic, byte[] key, int lane, byte[] value, int frames, int account) {}

    /// A value as it is read back.
    ///
    /// @param value null if it cannot be read: it is lost, and acknowledged already
    /// @param ofThisRun whether this run appended it
    record Spooled(Value value, int frames, int account, boolean ofThisRun, Slot slot) {}

    /// Where a value lies.
    static final class Slot {
        private final Segment segment;
        private final long offset;
        private final int frames;
        private final boolean ofThisRun;

        private Slot(Segment segment, long offset, int frames, boolean ofThisRun) {
            this.segment = segment;
            this.offset = offset;
            this.frames = frames;
            this.ofThisRun = ofThisRun;
        }
    }

    private static final class Segment {
        final long number;
        final Path path;
        final FileChannel channel;
        long length;
        long readAt;
        int waiting;
        int unread;

        Segment(long number, Path path, FileChannel channel) {
            this.number = number;
            this.path = path;
            this.channel = channel;
        }
    }

    private record Header(
            int state,
            int bodyChecksum,
            int topicLength,
            int keyLength,
            int valueLength,
            int lane,
            int frames,
            int account,
            long run) {
        long recordLength() {
            return HEADER + (long) topicLength + keyLength + valueLength;
        }

        boolean isPossible() {
            return topicLength >= 0
                    && topicLength <= MOST_NAME_BYTES
                    && keyLength >= 0
                    && keyLength <= MOST_NAME_BYTES
                    && valueLength >= 0
                    && valueLength <= Topic.MAX_MESSAGE_BYTES;
        }
    }

    private Spool(
            Path directory,
            FileChannel lock,
            long capacityBytes,
            long run,
            AgentListener listener) {
        this.directory = directory;
        this.lock = lock;
        this.capacityBytes = capacityBytes;
        this.segmentBytes = Math.min(MOST_SEGMENT_BYTES, capacityBytes / SEGMENTS);
        this.run = run;
        this.listener = listener;
    }

    /// Opens the spool with what earlier runs left in it; makes the directory if need be.
    ///
    /// @param run tells this run from others: when it started, in nanoseconds since 1970
    /// @throws IOException when the directory cannot be used, or another agent uses it
    static Spool open(Path directory, long capacityBytes, long run, AgentListener listener)
            throws IOException {
        FileChannel lock = lock(directory);
        var spool = new Spool(directory, lock, capacityBytes, run, listener);
        try {
            spool.takeOver();
            return spool;
        } catch (IOException | RuntimeException e) {
            spool.close();
            throw e;
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel =
                    FileChannel.open(
                            directory.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("spool " + directory + " cannot be used: it is no directory", e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    "spool " + directory + " cannot be used: may not be written to", e);
        } catch (FileSystemException e) {
            throw new IOException("spool " + directory + " cannot be used: " + e, e);
        }
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException _) {
            // by this very process
        }
        channel.close();
        throw new IOException("spool " + directory + ": another agent uses it");
    }

    // ---- What earlier runs left ----

    private void takeOver() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        }
        for (Path file : files) {
            Segment segment = openSegment(numberOf(file));
            segments.addLast(segment);
            walk(segment);
            bytes += segment.length;
            removeIfDone(segment);
        }
    }

    private static long numberOf(Path file) throws IOException {
        String name = file.getFileName().toString();
        try {
            return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        } catch (NumberFormatException e) {
            throw new IOException(file + " is no segment of a spool", e);
        }
    }

    /// Goes from header to header, and cuts off what is behind the last whole record.
    private void walk(Segment segment) throws IOException {
        long end = segment.channel.size();
        Header header = null;
        while (segment.length < end) {
            header = readHeader(segment, segment.length);
            if (header == null || segment.length + header.recordLength() > end) {
                break;
            }
            if (header.state == WAITING) {
                segment.waiting++;
                segment.unread++;
                waitingRecords++;
                unreadRecords++;
                earlierFrames += header.frames;
            }
            segment.length += header.recordLength();
        }
        if (segment.length < end) {
            int frames = header == null ? 0 : header.frames;
            damagedFrames += frames;
            listener.onNotice(
                    "%s: its last %d bytes are no whole record and were cut off%s"
                            .formatted(
                                    segment.path,
                                    end - segment.length,
                                    frames == 0 ? "" : ": " + frames + " frames"));
            segment.channel.truncate(segment.length);
        }
    }

    /// Null if there is no header there that its checksum fits.
    private Header readHeader(Segment segment, long offset) throws IOException {
        if (!read(segment, offset, HEADER)) {
            return null;
        }
        int expected = buffer.getInt(4);
        if (expected != checksum(CHECKED_FROM, HEADER)) {
            return null;
        }
        var header =
                new Header(
                        buffer.getInt(0),
                        buffer.getInt(8),
                        buffer.getInt(12),
                        buffer.getInt(16),
                        buffer.getInt(20),
                        buffer.getInt(24),
                        buffer.getInt(28),
                        buffer.getInt(32),
                        buffer.getLong(36));
        return header.isPossible() ? header : null;
    }

    /// Reads into the buffer from its start; false if the file ends before.
    private boolean read(Segment segment, long offset, int length) throws IOException {
        room(length);
        buffer.clear().limit(length);
        while (buffer.hasRemaining()) {
            if (segment.channel.read(buffer, offset + buffer.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    private void room(int length) {
        if (buffer.capacity() < length) {
            buffer = ByteBuffer.allocateDirect(length);
        }
    }

    private int checksum(int from, int to) {
        checksum.reset();
        checksum.update(buffer.duplicate().limit(to).position(from));
        return (int) checksum.getValue();
    }

    // ---- Writing ----

    /// Appends a value behind all others. Returns false, and leaves things as they were, when there
    /// is no room or the disk refuses.
    synchronized boolean append(Value value) {
        byte[] topic = value.topic.name().getBytes(UTF_8);
        int length = HEADER + topic.length + value.key.length + value.value.length;
        if (bytes + length > capacityBytes) {
            return false;
        }
        try {
            Segment last = segments.peekLast();
            if (last == null || last.length > 0 && last.length + length > segmentBytes) {
                last = openSegment(last == null ? FIRST_NUMBER : last.number + 1);
                segments.addLast(last);
            }
            write(last, value, topic, length);
            return true;
        } catch (IOException e) {
            sayUnwritable(e);
            return false;
        }
    }

    /// Puts values before all others, in their order: those that were under way past the spool.
    /// They may take more than there is room for.
    ///
    /// @throws IOException when the disk refuses
    synchronized void putFirst(Collection<Value> values) throws IOException {
        Segment first = segments.peekFirst();
        Segment before = openSegment(first == null ? FIRST_NUMBER : first.number - 1);
        segments.addFirst(before);
        for (Value value : values) {
            byte[] topic = value.topic.name().getBytes(UTF_8);
            write(
                    before,
                    value,
                    topic,
                    HEADER + topic.length + value.key.length + value.value.length);
        }
    }

    private void write(Segment segment, Value value, byte[] topic, int length) throws IOException {
        room(length);
        buffer.clear();
        buffer.putInt(WAITING).putInt(0).putInt(0);
        buffer.putInt(topic.length).putInt(value.key.length).putInt(value.value.length);
        buffer.putInt(value.lane).putInt(value.frames).putInt(value.account).putLong(run);
        buffer.put(topic).put(value.key).put(value.value);
        buffer.putInt(8, checksum(HEADER, length));
        buffer.putInt(4, checksum(CHECKED_FROM, HEADER));
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                segment.channel.write(buffer, segment.length + buffer.position());
            }
        } catch (IOException e) {
            segment.channel.truncate(segment.length);
            throw e;
        }
        segment.length += length;
        segment.waiting++;
        segment.unread++;
        bytes += length;
        waitingRecords++;
        unreadRecords++;
    }

    private Segment openSegment(long number) throws IOException {
        Path path = directory.resolve("%013d%s".formatted(number, SUFFIX));
        return new Segment(
                number,
                path,
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    private void sayUnwritable(IOException refused) {
        if (!saidUnwritable) {
            saidUnwritable = true;
            listener.onNotice("spool %s cannot be written: %s".formatted(directory, refused));
        }
    }

    // ---- Reading ----

    /// The first value that was not read yet; null if there is none.
    synchronized Spooled next() {
        for (Segment segment : List.copyOf(segments)) {
            while (segment.readAt < segment.length) {
                Spooled read = readNext(segment);
                if (read != null) {
                    return read;
                }
            }
        }
        return null;
    }

    /// Null for a record that was acknowledged by an earlier run, or that hides what follows it.
    private Spooled readNext(Segment segment) {
        long offset = segment.readAt;
        try {
            Header header = readHeader(segment, offset);
            if (header == null) {
                throw new IOException("header at byte " + offset + " is damaged");
            }
            segment.readAt += header.recordLength();
            if (header.state == ACKNOWLEDGED) {
                return null;
            }
            segment.unread--;
            unreadRecords--;
            boolean ofThisRun = header.run == run;
            var slot = new Slot(segment, offset, header.frames, ofThisRun);
            Value value = readBody(segment, offset, header);
            if (value == null) {
                listener.onNotice(
                        "%s, byte %d: checksum does not fit, %d frames are lost"
                                .formatted(segment.path, offset, header.frames));
                lose(slot);
            }
            return new Spooled(value, header.frames, header.account, ofThisRun, slot);
        } catch (IOException e) {
            listener.onNotice(segment.path + " cannot be read on: " + e);
            unreadRecords -= segment.unread;
            segment.unread = 0;
            segment.readAt = segment.length;
            return null;
        }
    }

    private Value readBody(Segment segment, long offset, Header header) throws IOException {
        int length = (int) header.recordLength();
        if (!read(segment, offset, length) || header.bodyChecksum != checksum(HEADER, length)) {
            return null;
        }
        buffer.position(HEADER);
        Topic topic = topic(take(header.topicLength));
        byte[] key = take(header.keyLength);
        byte[] value = take(header.valueLength);
        return topic == null
                ? null
                : new Value(topic, key, header.lane, value, header.frames, header.account);
    }

    private byte[] take(int length) {
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    private static Topic topic(byte[] name) {
        return Stream.of(Topic.values())
                .filter(topic -> topic.name().equals(new String(name, UTF_8)))
                .findFirst()
                .orElse(null);
    }

    /// The value is lost: it will not be read again.
    synchronized void lose(Slot slot) {
        if (!slot.ofThisRun) {
            earlierFrames -= slot.frames;
            damagedFrames += slot.frames;
        }
        done(slot);
    }

    /// The broker has the value: it will not be read again.
    synchronized void acknowledge(Slot slot) {
        if (!slot.ofThisRun) {
            earlierFrames -= slot.frames;
            replayedFrames += slot.frames;
        }
        done(slot);
    }

    private void done(Slot slot) {
        Segment segment = slot.segment;
        segment.waiting--;
        waitingRecords--;
        try {
            segment.channel.write(ByteBuffer.allocate(4).putInt(0, ACKNOWLEDGED), slot.offset);
            removeIfDone(segment);
        } catch (IOException e) {
            sayUnwritable(e);
        }
    }

    private void removeIfDone(Segment segment) throws IOException {
        if (segment.waiting == 0) {
            segments.remove(segment);
            bytes -= segment.length;
            segment.channel.close();
            Files.deleteIfExists(segment.path);
        }
    }

    // ---- What there is ----

    /// Whether there is a value that was not read yet.
    synchronized boolean hasUnread() {
        return unreadRecords > 0;
    }

    /// Whether everything was acknowledged.
    synchronized boolean isEmpty() {
        return waitingRecords == 0;
    }

    synchronized long bytes() {
        return bytes;
    }

    long capacityBytes() {
        return capacityBytes;
    }

    /// Frames of earlier runs that wait.
    synchronized long earlierFrames() {
        return earlierFrames;
    }

    /// Frames of earlier runs that were acknowledged in this one.
    synchronized long replayedFrames() {
        return replayedFrames;
    }

    /// Frames of earlier runs that are lost.
    synchronized long damagedFrames() {
        return damagedFrames;
    }

    /// What waits stays for the next run.
    @Override
    public synchronized void close() throws IOException {
        try {
            for (Segment segment : new ArrayList<>(segments)) {
                segment.channel.close();
            }
            segments.clear();
        } finally {
            lock.close();
        }
    }
}
