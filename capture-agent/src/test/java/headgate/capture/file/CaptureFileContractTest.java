package headgate.capture.file;

import headgate.capture.FrameSource;
import headgate.capture.FrameSourceContract;
import headgate.packet.Frame;
import headgate.packet.LinkType;
import headgate.packet.file.InterfaceDescription;
import headgate.packet.file.PcapngWriter;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class CaptureFileContractTest extends FrameSourceContract {
    @TempDir Path directory;

    @Override
    protected FrameSource sourceOf(List<byte[]> frames) throws Exception {
        Path file = directory.resolve("frames.pcapng");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try (var writer = new PcapngWriter(channel, "Headgate")) {
            writer.addInterface(new InterfaceDescription("eth0", LinkType.ETHERNET, 0));
            var frame = new Frame();
            for (byte[] bytes : frames) {
                frame.bytes = MemorySegment.ofArray(bytes);
                frame.lengthCaptured = frame.lengthOnWire = bytes.length;
                frame.arrivalNanos += 1_000;
                writer.write(frame);
            }
        }
        return CaptureFileSource.open(file);
    }

    @Override
    protected boolean ends() {
        return true;
    }
}
