package headgate.schema;

import headgate.softnet.DropReason;
import java.util.List;

/// The frames of one capture point that the modelled path dropped; `path-fates.avsc` says what each
/// field means.
public record PathFates(
        String agent, String capturePoint, String profile, long unnamed, List<Fate> fates) {
    public PathFates {
        fates = List.copyOf(fates);
    }

    /// One frame that would have been dropped.
    public record Fate(long sequence, long atNanos, int cpu, DropReason reason) {}
}
