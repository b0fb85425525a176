package headgate.capture.file;

import headgate.packet.file.CaptureFileException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/// The bytes of a file as they lie there, or of a pipe as they come; counted. A read from a pipe
/// waits at most [PipeInput#WAIT_MILLIS] and then returns 0; one at the end of a file that is
/// followed returns 0 at once.
final class RawInput implements ReadableByteChannel {
    private final ReadableByteChannel channel;
    private final long total;
    private boolean growing;
    private final ByteBuffer first = ByteBuffer.allocate(Integer.BYTES);
    private boolean ended;
    private volatile long count;

    private RawInput(ReadableByteChannel channel, long total, boolean growing) {
        this.channel = channel;
        this.growing = growing;
        this.total = total;
        first.limit(0);
    }

    static RawInput standardInput() {
        return new RawInput(
                new PipeInput(new FileInputStream(FileDescriptor.in).getChannel(), "stdin"),
                0,
                false);
    }

    /// @param follow whether the end of a regular file is only the end so far, until [#endsHere]
    static RawInput open(Path file, boolean follow) throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new CaptureFileException(file.toString(), "is a directory");
            }
            var channel = FileChannel.open(file);
            return attributes.isRegularFile()
                    ? new RawInput(channel, attributes.size(), follow)
                    : new RawInput(new PipeInput(channel, file.toString()), 0, false);
        } catch (NoSuchFileException e) {
            throw new CaptureFileException(file.toString(), "no such file", e);
        } catch (AccessDeniedException e) {
            throw new CaptureFileException(file.toString(), "permission denied", e);
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? e.getMessage() : e.getReason();
            throw new CaptureFileException(file.toString(), reason, e);
        }
    }

    /// The file's first four bytes as a little-endian number, 0 if it has less; waits for them.
    /// They will be read again.
    int peekMagic() throws IOException {
        first.clear();
        while (first.hasRemaining() && !ended) {
            ended = channel.read(first) < 0;
        }
        first.flip();
        return first.remaining() < Integer.BYTES
                ? 0
                : first.order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int read;
        if (first.hasRemaining()) {
            read = Math.min(first.remaining(), target.remaining());
            target.put(first.slice(first.position(), read));
            first.position(first.position() + read);
        } else {
            read = ended ? -1 : channel.read(target);
            ended = read < 0 && !growing;
            read = ended ? read : Math.max(0, read);
        }
        count += Math.max(0, read);
        return read;
    }

    /// What is there now is all there will be.
    void endsHere() {
        growing = false;
    }

    /// Bytes read so far; may be asked by any thread.
    long count() {
        return count;
    }

    /// The file's length when it was opened; 0 for a pipe.
    long total() {
        return total;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
