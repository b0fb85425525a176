package headgate.packet.file;

import headgate.packet.Frame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Everything that a reader said of one file.
record ReadFile(
        List<ReadFrame> frames,
        List<InterfaceDescription> interfaces,
        List<InterfaceStatistics> statistics,
        Damage damage) {

    record ReadFrame(
            String hex, int captured, int wire, long arrivalNanos, int linkType, int interfaceId) {}

    static ReadFile of(byte[] file) throws IOException {
        return of(Channels.newChannel(new ByteArrayInputStream(file)));
    }

    /// Fails when a frame is not inside the reader's buffer, and never polls more often than a file
    /// of so many bytes could need.
    static ReadFile of(ReadableByteChannel channel) throws IOException {
        return several(channel, 1);
    }

    /// Like [#of(ReadableByteChannel)], and looks at up to so many frames at once: all of them have
    /// to be valid then.
    static ReadFile several(ReadableByteChannel channel, int most) throws IOException {
        try (var reader = CaptureReader.open(channel, "file")) {
            List<ReadFrame> frames = new ArrayList<>();
            List<Frame> placed = new ArrayList<>();
            for (int calls = 0; !reader.ended(); calls++) {
                if (calls > 10_000_000) {
                    throw new AssertionError("the reader does not come to an end");
                }
                var frame = new Frame();
                boolean more = reader.next(frame);
                while (more) {
                    placed.add(frame);
                    frame = new Frame();
                    more = placed.size() < most && reader.nextOfThoseRead(frame);
                }
                placed.forEach(each -> frames.add(read(each)));
                placed.clear();
            }
            if (reader.next(new Frame())) {
                throw new AssertionError("a frame after the end");
            }
            return new ReadFile(
                    frames,
                    List.copyOf(reader.interfaces()),
                    List.copyOf(reader.statistics()),
                    reader.damage());
        }
    }

    private static ReadFrame read(Frame frame) {
        byte[] bytes =
                frame.bytes
                        .asSlice(frame.start, frame.lengthCaptured)
                        .toArray(ValueLayout.JAVA_BYTE);
        return new ReadFrame(
                HexFormat.of().formatHex(bytes),
                frame.lengthCaptured,
                frame.lengthOnWire,
                frame.arrivalNanos,
                frame.linkType,
                frame.interfaceId);
    }
}
