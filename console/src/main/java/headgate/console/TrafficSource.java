package headgate.console;

import headgate.capture.FrameSource;
import java.io.IOException;

/// Opens what `-r` and `-i` name.
final class TrafficSource {
    private TrafficSource() {}

    /// Exactly one of `file` and `interfaceName` is not null.
    static FrameSource open(String file, String interfaceName, String filter) throws IOException {
        throw new IOException(
                "no source is there yet for " + (file == null ? interfaceName : file));
    }
}
