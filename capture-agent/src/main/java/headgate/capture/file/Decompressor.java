package headgate.capture.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// The bytes that a compressed file stands for. Damage ends them and is a value.
abstract sealed class Decompressor implements ReadableByteChannel
        permits GzipDecompressor, ZstdDecompressor {
    private static final int GZIP = 0x8b1f;
    private static final int ZSTD = 0xfd2fb528;
    private static final int ZSTD_SKIPPABLE = 0x184d2a50;
    private static final int ZSTD_SKIPPABLE_MASK = 0xfffffff0;

    private static final int BUFFER_LENGTH = 128 * 1024;

    /// Compressed bytes that were read and not used yet.
    final ByteBuffer compressed = ByteBuffer.allocateDirect(BUFFER_LENGTH).limit(0);

    private final RawInput source;
    private boolean ended;
    private String damage;

    Decompressor(RawInput source) {
        this.source = source;
    }

    /// What decompresses this file, as its first bytes tell; null if it is not compressed.
    static Decompressor open(RawInput source) throws IOException {
        int magic = source.peekMagic();
        if ((magic & 0xffff) == GZIP) {
            return new GzipDecompressor(source);
        }
        return magic == ZSTD || (magic & ZSTD_SKIPPABLE_MASK) == ZSTD_SKIPPABLE
                ? new ZstdDecompressor(source)
                : null;
    }

    /// Takes from [#compressed] what it can and puts into `target` what comes of it. Has to make
    /// progress when both have bytes left, or to call [#damaged].
    abstract void decompress(ByteBuffer target);

    /// Whether the file may end here.
    abstract boolean isWhole();

    abstract String format();

    abstract void free();

    /// What ended the file early; null if nothing did so far.
    final String damage() {
        return damage;
    }

    final void damaged(String reason) {
        ended = true;
        damage = "%s, near compressed byte %d: %s".formatted(format(), offset(), reason);
        compressed.position(compressed.limit());
    }

    @Override
    public final int read(ByteBuffer target) throws IOException {
        int start = target.position();
        while (target.hasRemaining() && target.position() == start && !ended) {
            decompress(target);
            if (!compressed.hasRemaining() && target.position() == start && !ended) {
                int count = source.read(compressed.clear());
                compressed.flip();
                if (count == 0) {
                    return 0;
                }
                if (count < 0) {
                    end();
                }
            }
        }
        int produced = target.position() - start;
        return produced == 0 && ended ? -1 : produced;
    }

    private void end() {
        if (isWhole()) {
            ended = true;
        } else {
            damaged("cut");
        }
    }

    private long offset() {
        return source.count() - compressed.remaining();
    }

    @Override
    public final boolean isOpen() {
        return source.isOpen();
    }

    @Override
    public final void close() throws IOException {
        ended = true;
        free();
        source.close();
    }
}
