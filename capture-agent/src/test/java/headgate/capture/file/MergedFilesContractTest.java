package headgate.capture.file;

import headgate.capture.FrameSource;
import headgate.capture.FrameSourceContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/// Three files, of which each has every third frame.
class MergedFilesContractTest extends FrameSourceContract {
    private static final int FILES = 3;

    @TempDir Path directory;

    @Override
    protected FrameSource sourceOf(List<byte[]> frames) throws Exception {
        for (int file = 0; file < FILES; file++) {
            var pcap = new PcapBytes(1);
            for (int i = file; i < frames.size(); i += FILES) {
                pcap.frame(i, frames.get(i));
            }
            Files.write(directory.resolve(file + ".pcap"), pcap.toByteArray());
        }
        return CaptureFileSource.open(List.of(directory), Pacing.FLAT_OUT);
    }

    @Override
    protected boolean ends() {
        return true;
    }
}
