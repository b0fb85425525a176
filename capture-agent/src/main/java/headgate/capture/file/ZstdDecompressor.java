package headgate.capture.file;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;

/// Any number of zstd frames, RFC 8878; also skippable ones. A frame whose window is larger than
/// 128 MiB is refused by the library, as by the `zstd` command.
final class ZstdDecompressor extends Decompressor {
    private final ZstdDecompressCtx context = new ZstdDecompressCtx();
    private boolean frameEnded = true;

    ZstdDecompressor(RawInput source) {
        super(source);
    }

    @Override
    void decompress(ByteBuffer target) {
        int available = compressed.remaining();
        int start = target.position();
        try {
            boolean ended = context.decompressDirectByteBufferStream(target, compressed);
            // Asked with no input after the end of a frame, it answers for the frame to come.
            if (available > 0 || target.position() > start) {
                frameEnded = ended;
            }
        } catch (ZstdException e) {
            damaged(e.getMessage());
        }
    }

    @Override
    boolean isWhole() {
        return frameEnded;
    }

    @Override
    String format() {
        return "zstd";
    }

    @Override
    void free() {
        context.close();
    }
}
