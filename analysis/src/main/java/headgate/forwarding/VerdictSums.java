package headgate.forwarding;

import headgate.packet.Frame;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Adds decisions up by verdict, drop reason and SNMP counter. A packet makes no object.
public final class VerdictSums {
    private static final DropReason[] REASONS = DropReason.values();

    private final long[] counters = new long[SnmpCounters.COUNT];
    private final long[] reasons = new long[REASONS.length];
    private final Map<String, long[]> verdicts = new TreeMap<>();
    private String latestVerdict;
    private long[] latestCount;
    private long packets;
    private long bytes;

    /// What [#restore] brought: it is told with what is added.
    private VerdictStats before;

    /// @param decision null if the host has no such device
    public void add(Frame frame, Decision decision) {
        packets++;
        bytes += frame.lengthOnWire;
        String verdict = decision == null ? Fate.INCOMPLETE : Fate.verdict(decision);
        if (verdict != latestVerdict) {
            latestVerdict = verdict;
            latestCount = verdicts.computeIfAbsent(verdict, _ -> new long[1]);
        }
        latestCount[0]++;
        if (decision != null) {
            add(decision);
        }
    }

    /// Adds what a timer made the host do; that is no packet's verdict.
    public void add(Decision decision) {
        decision.effects.counters.addTo(counters);
        if (decision.outcome == Decision.Outcome.REFUSED) {
            reasons[decision.dropReason.ordinal()]++;
        }
    }

    /// Whether nothing was added since the last [#drain].
    public boolean isEmpty() {
        return packets == 0 && before == null;
    }

    /// The sums of the second that started then; counting starts anew.
    public VerdictStats drain(String agent, String capturePoint, int lane, long secondNanos) {
        VerdictStats stats = stats(agent, capturePoint, lane, secondNanos);
        Arrays.fill(counters, 0);
        Arrays.fill(reasons, 0);
        verdicts.clear();
        latestVerdict = null;
        packets = bytes = 0;
        before = null;
        return stats;
    }

    /// The sums so far.
    public VerdictStats stats(String agent, String capturePoint, int lane, long secondNanos) {
        var byVerdict = new TreeMap<String, Long>();
        verdicts.forEach((verdict, count) -> byVerdict.put(verdict, count[0]));
        var byReason = new TreeMap<String, Long>();
        for (DropReason reason : REASONS) {
            put(byReason, reason.name(), reasons[reason.ordinal()]);
        }
        var byCounter = new TreeMap<String, Long>();
        for (int i = 0; i < counters.length; i++) {
            put(byCounter, SnmpCounters.label(i), counters[i]);
        }
        if (before != null) {
            add(byVerdict, before.verdicts());
            add(byReason, before.dropReasons());
            add(byCounter, before.counters());
        }
        return new VerdictStats(
                agent,
                capturePoint,
                lane,
                secondNanos,
                packets + (before == null ? 0 : before.packets()),
                bytes + (before == null ? 0 : before.bytes()),
                byVerdict,
                byReason,
                byCounter);
    }

    private static void put(SortedMap<String, Long> counts, String name, long count) {
        if (count != 0) {
            counts.put(name, count);
        }
    }

    private static void add(SortedMap<String, Long> counts, Map<String, Long> more) {
        more.forEach((name, count) -> counts.merge(name, count, Long::sum));
    }

    /// Goes on from sums that [#stats] of another one told.
    public void restore(VerdictStats stats) {
        before = stats;
    }
}
