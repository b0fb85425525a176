package headgate.capture.file;

import headgate.capture.FrameSource;
import headgate.capture.FrameSourceContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/// A ring of two files.
class FollowedFilesContractTest extends FrameSourceContract {
    @TempDir Path directory;

    @Override
    protected FrameSource sourceOf(List<byte[]> frames) throws Exception {
        int half = frames.size() / 2;
        write("b.pcap", 0, frames.subList(0, half));
        write("a.pcap", half, frames.subList(half, frames.size()));
        return CaptureFileSource.follow(directory, Pacing.FLAT_OUT);
    }

    private void write(String name, int firstMillis, List<byte[]> frames) throws Exception {
        var pcap = new PcapBytes(1);
        int millis = firstMillis;
        for (byte[] frame : frames) {
            pcap.frame(millis++, frame);
        }
        Files.write(directory.resolve(name), pcap.toByteArray());
    }

    @Override
    protected boolean ends() {
        return false;
    }
}
