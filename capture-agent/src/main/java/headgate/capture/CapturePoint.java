package headgate.capture;

import java.io.IOException;

/// A place where frames are captured: they share one sequence, one set of lanes and one ledger.
///
/// @param name as records and keys have it
record CapturePoint(String name, FrameSource source) implements AutoCloseable {
    @Override
    public void close() throws IOException {
        source.close();
    }
}
