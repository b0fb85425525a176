package headgate.streams;

import java.util.ArrayList;
import java.util.List;

/// The snapshots of one agent's host, each in force from the time when it was taken until the next
/// one was. The first one also holds for all time before it. Immutable.
final class HostVersions {
    /// Most snapshots that are kept; of an older time the first of them is then thought to hold.
    static final int MAX_VERSIONS = 32;

    /// In order of time.
    private final List<Host> versions;

    private HostVersions(List<Host> versions) {
        this.versions = versions;
    }

    /// These snapshots and one more. One that does not know when it was taken holds for all time,
    /// and takes the place of all before it.
    ///
    /// @param before null if there were none
    static HostVersions of(HostVersions before, Host more) {
        if (before == null || more.timeNanos() == 0) {
            return new HostVersions(List.of(more));
        }
        var versions = new ArrayList<>(before.versions);
        versions.removeIf(host -> host.timeNanos() == more.timeNanos());
        int place = versions.size();
        while (place > 0 && versions.get(place - 1).timeNanos() > more.timeNanos()) {
            place--;
        }
        versions.add(place, more);
        if (versions.size() > MAX_VERSIONS) {
            versions.removeFirst();
        }
        return new HostVersions(List.copyOf(versions));
    }

    /// The host at that time.
    Host at(long nanos) {
        Host at = versions.getFirst();
        for (int i = 1; i < versions.size() && versions.get(i).timeNanos() <= nanos; i++) {
            at = versions.get(i);
        }
        return at;
    }

    /// When the next snapshot after the one that holds at that time takes effect; [Long#MAX_VALUE]
    /// if there is none yet.
    long nextChangeNanos(long nanos) {
        for (int i = 1; i < versions.size(); i++) {
            if (versions.get(i).timeNanos() > nanos) {
                return versions.get(i).timeNanos();
            }
        }
        return Long.MAX_VALUE;
    }
}
