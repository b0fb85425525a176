package headgate.console.flows;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A reassembly of one side, fed in the test, and what came out of it.
final class SentStream implements TcpReassembly.Sink {
    final TcpReassembly reassembly = new TcpReassembly(this);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Long> gaps = new ArrayList<>();

    /// A segment whose bytes were all captured.
    void segment(int sequence, String text) {
        segment(sequence, text, text.length());
    }

    /// @param length how long it was on the wire
    void segment(int sequence, String text, int length) {
        segment(sequence, text.getBytes(StandardCharsets.US_ASCII), length);
    }

    void segment(int sequence, byte[] captured, int length) {
        var frame = MemorySegment.ofArray(captured);
        reassembly.onSegment(sequence, frame, 0, captured.length, length);
    }

    @Override
    public void onBytes(byte[] piece) {
        bytes.writeBytes(piece);
    }

    @Override
    public void onMissing(long count) {
        gaps.add(count);
        bytes.writeBytes(("[" + count + "]").getBytes(StandardCharsets.US_ASCII));
    }

    /// Bytes, with holes as `[n]` among them.
    String text() {
        return bytes.toString(StandardCharsets.US_ASCII);
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    List<Long> gaps() {
        return gaps;
    }
}
