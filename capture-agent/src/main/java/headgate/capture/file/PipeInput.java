package headgate.capture.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// Reads a pipe in a thread of its own, so that nobody else waits long for bytes that do not come:
/// what was captured just now is handed on although the writer is silent.
final class PipeInput implements ReadableByteChannel {
    /// The longest that one [#read] waits.
    static final int WAIT_MILLIS = 100;

    private static final int CHUNK_LENGTH = 256 * 1024;
    private static final int CHUNKS = 2;

    private final FileChannel pipe;
    private final BlockingQueue<ByteBuffer> empty = new ArrayBlockingQueue<>(CHUNKS);

    /// Has room for all chunks and for the end: adding to it never fails.
    private final BlockingQueue<ByteBuffer> filled = new ArrayBlockingQueue<>(CHUNKS + 1);

    private final ByteBuffer end = ByteBuffer.allocate(0);
    private final Thread reader;
    private volatile IOException failure;
    private ByteBuffer chunk;

    PipeInput(FileChannel pipe, String name) {
        this.pipe = pipe;
        for (int i = 0; i < CHUNKS; i++) {
            empty.add(ByteBuffer.allocateDirect(CHUNK_LENGTH));
        }
        reader = Thread.ofPlatform().daemon().name("read " + name).start(this::pump);
    }

    private void pump() {
        try {
            for (ByteBuffer next = empty.take();
                    pipe.read(next.clear()) >= 0;
                    next = empty.take()) {
                filled.add(next.flip());
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        filled.add(end);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (chunk == null && !await()) {
            return 0;
        }
        if (chunk == end) {
            if (failure != null && pipe.isOpen()) {
                throw failure;
            }
            return -1;
        }
        int length = Math.min(chunk.remaining(), target.remaining());
        target.put(chunk.slice(chunk.position(), length));
        chunk.position(chunk.position() + length);
        if (!chunk.hasRemaining()) {
            empty.add(chunk);
            chunk = null;
        }
        return length;
    }

    /// An interrupt of the waiting thread closes the pipe, as it would a file that is being read.
    private boolean await() throws IOException {
        try {
            chunk = filled.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            return chunk != null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new ClosedByInterruptException();
        }
    }

    @Override
    public boolean isOpen() {
        return pipe.isOpen();
    }

    /// Also ends what the thread waits for.
    @Override
    public void close() throws IOException {
        reader.interrupt();
        pipe.close();
    }
}
