package headgate.finding;

import headgate.finding.Detector.Notebook;
import headgate.flow.join.FlowStep;
import headgate.flow.rollup.Prefixes;
import headgate.flow.rollup.Selection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Collects what speaks for findings, by kind, subject and minute. What it has collected goes to an
/// [EvidenceJudge], at once or added to what others collected. One thread uses it.
public final class FlowEvidence {
    /// Most subjects of one kind; beyond that the half that least speaks for is given up.
    static final int MOST_SUBJECTS = 4096;

    private static final long MINUTE_NANOS = 60_000_000_000L;

    private record Place(Subject subject, long minuteNanos) {}

    private static final Comparator<Map.Entry<Place, Note>> STRONGEST_FIRST =
            (a, b) -> strongestFirst(a.getValue(), b.getValue());

    private final Prefixes networks;
    private final FindingThresholds thresholds;
    private final List<Map<Place, Note>> notes = new ArrayList<>();

    /// Collected by the one before this, by the notes' numbers.
    private final Map<Long, Evidence> restored = new TreeMap<>();

    private final Set<Long> stored = new TreeSet<>();
    private final List<Long> removed = new ArrayList<>();
    private long nextNumber;
    private Map<Place, Note> ofKind;
    private long minuteNanos;
    private long givenUp;

    public FlowEvidence(Prefixes networks, FindingThresholds thresholds) {
        this.networks = networks;
        this.thresholds = thresholds;
        Detectors.ALL.forEach(_ -> notes.add(new HashMap<>()));
    }

    /// Subjects that were given up for want of room.
    public long givenUp() {
        return givenUp;
    }

    /// Looks at one step.
    public void observe(FlowStep step) {
        long nanos = Math.max(step.toNanos(), 0);
        minuteNanos = nanos - nanos % MINUTE_NANOS;
        for (int i = 0; i < notes.size(); i++) {
            ofKind = notes.get(i);
            Detectors.ALL.get(i).observe(step, notebook);
        }
    }

    private final Notebook notebook =
            new Notebook() {
                @Override
                public Note about(Subject subject) {
                    var place = new Place(subject, minuteNanos);
                    Note note = ofKind.get(place);
                    if (note == null) {
                        makeRoom();
                        note = new Note(nextNumber++);
                        ofKind.put(place, note);
                    }
                    note.changed = true;
                    return note;
                }

                @Override
                public Prefixes networks() {
                    return networks;
                }

                @Override
                public FindingThresholds thresholds() {
                    return thresholds;
                }
            };

    private static int strongestFirst(Note a, Note b) {
        int order = Long.compare(b.flows + b.amount, a.flows + a.amount);
        if (order == 0) {
            order = Long.compare(b.of + b.outOf, a.of + a.outOf);
        }
        return order != 0 ? order : Long.compare(a.number, b.number);
    }

    private void makeRoom() {
        if (ofKind.size() < MOST_SUBJECTS) {
            return;
        }
        var all = new ArrayList<>(ofKind.entrySet());
        for (var weak : Selection.allBut(MOST_SUBJECTS / 2, all, STRONGEST_FIRST)) {
            ofKind.remove(weak.getKey());
            forget(weak.getValue().number);
            givenUp++;
        }
    }

    private void forget(long number) {
        if (stored.remove(number)) {
            removed.add(number);
        }
    }

    /// Hands over all that was collected, and starts anew.
    public void drain(Consumer<Evidence> sink) {
        restored.values().forEach(sink);
        restored.clear();
        forEach((kind, place, note) -> sink.accept(evidence(kind, place, note)));
        notes.forEach(Map::clear);
        removed.addAll(stored);
        stored.clear();
    }

    /// Takes each note that is there.
    private interface Visitor {
        void visit(String kind, Place place, Note note);
    }

    private void forEach(Visitor visitor) {
        for (int i = 0; i < notes.size(); i++) {
            String kind = Detectors.ALL.get(i).kind();
            notes.get(i).forEach((place, note) -> visitor.visit(kind, place, note));
        }
    }

    private Evidence evidence(String kind, Place place, Note note) {
        return note.evidence(kind, place.subject.text(networks), place.minuteNanos);
    }

    // ---- Changelog ----

    /// Takes evidence that changed.
    @FunctionalInterface
    public interface EvidenceSink {
        /// @param number under which it is known
        /// @param nowOrNull what it is now; null if it was handed over
        void put(long number, Evidence nowOrNull);
    }

    /// Hands over what changed since the last call, for a changelog.
    public void drainChanged(EvidenceSink sink) {
        removed.forEach(number -> sink.put(number, null));
        removed.clear();
        forEach((kind, place, note) -> {
            if (note.changed) {
                note.changed = false;
                stored.add(note.number);
                sink.put(note.number, evidence(kind, place, note));
            }
        });
    }

    /// Takes back what [#drainChanged] handed over; in any order, before the first step.
    public void restore(long number, Evidence evidence) {
        restored.put(number, evidence);
        stored.add(number);
        nextNumber = Math.max(nextNumber, number + 1);
    }
}
