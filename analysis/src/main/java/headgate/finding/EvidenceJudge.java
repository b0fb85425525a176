package headgate.finding;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Adds evidence up, from however many collectors, and finds what passes its threshold: at most one
/// finding for each kind, subject and minute. One thread uses it.
public final class EvidenceJudge {
    /// Most subjects and minutes that are remembered; the one heard of longest ago goes.
    static final int MOST_CASES = 16_384;

    /// A case of which so many rounds of judging heard nothing is forgotten.
    static final int KEPT_ROUNDS = 120;

    /// What a case is about.
    public record CaseName(String kind, String subject, long minuteNanos) {}

    /// A case as it stands.
    ///
    /// @param told whether its finding was told
    public record Case(Evidence evidence, boolean told) {}

    /// Takes cases that changed.
    @FunctionalInterface
    public interface CaseSink {
        /// @param nowOrNull the case; null if it is forgotten
        void put(CaseName name, Case nowOrNull);
    }

    private final FindingThresholds thresholds;

    /// A case, and the round in which it was heard of.
    private record Heard(Case now, long round) {}

    /// Those heard of longest ago first.
    private final LinkedHashMap<CaseName, Heard> cases = new LinkedHashMap<>();

    private final Set<CaseName> toJudge = new LinkedHashSet<>();
    private final Map<CaseName, Boolean> changed = new LinkedHashMap<>();
    private long round;
    private long forgottenEarly;

    public EvidenceJudge(FindingThresholds thresholds) {
        this.thresholds = thresholds;
    }

    /// Cases that were forgotten to make room.
    public long forgottenEarly() {
        return forgottenEarly;
    }

    /// Adds evidence to its case; evidence of a kind that nobody knows is left out.
    ///
    /// @return false if it was left out
    public boolean take(Evidence evidence) {
        if (Detectors.of(evidence.kind()) == null) {
            return false;
        }
        var name = new CaseName(evidence.kind(), evidence.subject(), evidence.minuteNanos());
        Heard before = cases.remove(name);
        if (before == null && cases.size() == MOST_CASES) {
            forgottenEarly++;
            forget(cases.firstEntry().getKey());
        }
        var now =
                before == null
                        ? new Case(evidence, false)
                        : new Case(before.now.evidence.plus(evidence), before.now.told);
        cases.put(name, new Heard(now, round));
        changed.put(name, true);
        toJudge.add(name);
        return true;
    }

    private void forget(CaseName name) {
        cases.remove(name);
        toJudge.remove(name);
        changed.put(name, false);
    }

    /// Tells the findings that there are by now and were not told before.
    public void judge(Consumer<Finding> listener) {
        judge(Long.MAX_VALUE, listener);
    }

    /// Likewise, of minutes that begin before `nanos`.
    public void judge(long nanos, Consumer<Finding> listener) {
        for (var names = toJudge.iterator(); names.hasNext(); ) {
            CaseName name = names.next();
            if (name.minuteNanos < nanos) {
                names.remove();
                judge(name, listener);
            }
        }
        round++;
        while (!cases.isEmpty() && cases.firstEntry().getValue().round < round - KEPT_ROUNDS) {
            forget(cases.firstEntry().getKey());
        }
    }

    private void judge(CaseName name, Consumer<Finding> listener) {
        Heard heard = cases.get(name);
        Finding finding =
                heard.now.told
                        ? null
                        : Detectors.of(name.kind).judge(heard.now.evidence, thresholds);
        if (finding != null) {
            cases.replace(name, new Heard(new Case(heard.now.evidence, true), heard.round));
            changed.put(name, true);
            listener.accept(finding);
        }
    }

    /// Hands over the cases that changed since the last call, for a changelog.
    public void drainChanged(CaseSink sink) {
        changed.forEach((name, there) -> sink.put(name, there ? cases.get(name).now : null));
        changed.clear();
    }

    /// Takes back a case that [#drainChanged] handed over; in any order.
    public void restore(CaseName name, Case state) {
        cases.put(name, new Heard(state, round));
        toJudge.add(name);
    }
}
