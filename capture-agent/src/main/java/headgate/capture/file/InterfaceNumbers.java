package headgate.capture.file;

import headgate.capture.CaptureInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers the interfaces of several files as one list. Interfaces of two files that have name,
/// link type and snaplen in common are one: a ring of files comes from one capture. Within a file,
/// each description is an interface of its own.
final class InterfaceNumbers {
    /// @param nth the place among the interfaces of its file that are described like this, from 1
    private record Described(CaptureInterface as, int nth) {}

    private final Map<Described, Integer> numbers = new HashMap<>();
    private final List<CaptureInterface> all = new ArrayList<>();

    int of(CaptureInterface named, int nth) {
        Integer known = numbers.putIfAbsent(new Described(named, nth), all.size());
        if (known != null) {
            return known;
        }
        all.add(named);
        return all.size() - 1;
    }

    List<CaptureInterface> all() {
        return Collections.unmodifiableList(all);
    }
}
