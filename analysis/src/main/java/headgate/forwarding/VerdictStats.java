package headgate.forwarding;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a host did with the packets of one lane in one second, under the kernel's own names.
/// Several records of the same second add up, as do those of all lanes.
///
/// @param agent that saw the frames
/// @param capturePoint where they were captured
/// @param lane of the capture point
/// @param secondNanos start of the second, in nanoseconds since 1970-01-01T00:00:00Z
/// @param bytes on the wire, with link-layer headers
/// @param verdicts packets by verdict, as in [Fate]
/// @param dropReasons packets refused, by the names of `enum skb_drop_reason`
/// @param counters what `/proc/net/snmp`, `netstat` and `snmp6` would have counted more:
///   `Ip.InReceives`
public record VerdictStats(
        String agent,
        String capturePoint,
        int lane,
        long secondNanos,
        long packets,
        long bytes,
        SortedMap<String, Long> verdicts,
        SortedMap<String, Long> dropReasons,
        SortedMap<String, Long> counters) {

    public VerdictStats {
        verdicts = copy(verdicts);
        dropReasons = copy(dropReasons);
        counters = copy(counters);
    }

    private static SortedMap<String, Long> copy(Map<String, Long> counts) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(counts));
    }
}
