package headgate.capture.calibration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// `netdev_tstamp_prequeue` at 0 while this is open: the kernel then stamps a frame when it is
/// taken up, not when it is queued.
///
/// The setting is the whole host's, not a network namespace's. What it was is kept in a file until
/// it is put back, so that whoever comes after a process that was killed puts it back. The file
/// lies where a restart of the host, which resets the setting, empties it.
final class PrequeueStamps implements AutoCloseable {
    static final Path SETTING = Path.of("/proc/sys/net/core/netdev_tstamp_prequeue");
    static final Path KEPT = Path.of("/run/headgate-netdev_tstamp_prequeue");

    private final Path setting;
    private final Path kept;
    private final String before;

    private PrequeueStamps(Path setting, Path kept, String before) {
        this.setting = setting;
        this.kept = kept;
        this.before = before;
    }

    /// @param kept where what was set before is kept
    static PrequeueStamps off(Path setting, Path kept) throws IOException {
        String before = Files.readString(setting).strip();
        String left = Files.exists(kept) ? Files.readString(kept).strip() : before;
        var stamps = new PrequeueStamps(setting, kept, left.matches("[01]") ? left : before);
        Files.writeString(kept, stamps.before);
        Files.writeString(setting, "0");
        return stamps;
    }

    @Override
    public void close() throws IOException {
        Files.writeString(setting, before);
        Files.deleteIfExists(kept);
    }
}
