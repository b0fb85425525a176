package headgate.capture.host;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a host said of itself at one time: the documents of a host snapshot, by name.
///
/// @param kernelRelease as `uname -r` says
/// @param documents text by name: `addr.json`, `route4.json`, `sysctl.txt`, …
/// @param missing what could not be had, each with its reason, for people
public record HostDocuments(
        String kernelRelease, SortedMap<String, String> documents, List<String> missing) {
    public HostDocuments {
        documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
        missing = List.copyOf(missing);
    }
}
