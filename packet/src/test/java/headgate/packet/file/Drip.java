package headgate.packet.file;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// A pipe whose writer takes its time: every other read finds nothing, the others a few bytes.
final class Drip implements ReadableByteChannel {
    private final ByteBuffer bytes;
    private final int mostAtOnce;
    private boolean dry;
    private boolean open = true;

    Drip(byte[] bytes, int mostAtOnce) {
        this.bytes = ByteBuffer.wrap(bytes);
        this.mostAtOnce = mostAtOnce;
    }

    @Override
    public int read(ByteBuffer target) {
        dry = !dry;
        if (dry) {
            return 0;
        }
        if (!bytes.hasRemaining()) {
            return -1;
        }
        int count = Math.min(mostAtOnce, Math.min(bytes.remaining(), target.remaining()));
        target.put(bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        return count;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
