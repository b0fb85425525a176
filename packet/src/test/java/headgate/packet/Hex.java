package headgate.packet;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/// Packets as annotated hex: bytes as pairs of digits, spaces as wished, `#` starts a comment.
public final class Hex {
    private Hex() {}

    public static byte[] bytes(String annotated) {
        var bytes = new ByteArrayOutputStream();
        annotated
                .lines()
                .map(line -> line.replaceFirst("#.*", "").replace(" ", ""))
                .map(HexFormat.of()::parseHex)
                .forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    /// Native memory, exactly as long as the bytes: reading one byte too far fails.
    static MemorySegment segment(String annotated) {
        return segment(bytes(annotated));
    }

    static MemorySegment segment(byte[] bytes) {
        var segment = Arena.ofAuto().allocate(Math.max(1, bytes.length));
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, segment, 0, bytes.length);
        return segment.asSlice(0, bytes.length);
    }

    static Frame frame(int linkType, String annotated) {
        return frame(linkType, bytes(annotated));
    }

    /// A decoded frame that was captured whole.
    static Frame frame(int linkType, byte[] bytes) {
        return frame(linkType, bytes, bytes.length, bytes.length);
    }

    static Frame frame(int linkType, byte[] bytes, int lengthCaptured, int lengthOnWire) {
        var frame = new Frame();
        frame.bytes = segment(bytes);
        frame.lengthCaptured = lengthCaptured;
        frame.lengthOnWire = lengthOnWire;
        frame.linkType = linkType;
        new FrameDecoder().decode(frame);
        return frame;
    }
}
