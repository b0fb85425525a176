package headgate.forwarding;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A host snapshot as it travels: the documents of [HostSnapshot], not read yet.
///
/// @param agent name of the capture agent on that host
/// @param timeNanos when the documents were taken, in nanoseconds since 1970-01-01T00:00:00Z; 0 if
///   that is not known
/// @param kernelRelease what `uname -r` says
/// @param documents text by name
public record HostDocuments(
        String agent, long timeNanos, String kernelRelease, SortedMap<String, String> documents) {

    public HostDocuments {
        documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
    }

    /// Reads the documents.
    ///
    /// @throws SnapshotException if one of them is broken or too large
    public HostSnapshot read() throws SnapshotException {
        return HostSnapshot.of(documents);
    }
}
