package headgate.finding;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Evidence that is being collected.
final class Note {
    long flows;
    long of;
    long amount;
    long outOf;

    /// Its name in the changelog.
    final long number;

    /// Whether it may have changed since it was handed to the changelog.
    boolean changed;

    private final Set<Integer> distinct = new HashSet<>();
    private long firstNanos = Long.MAX_VALUE;
    private long lastNanos = Long.MIN_VALUE;
    private final Set<String> examples = new LinkedHashSet<>();

    Note(long number) {
        this.number = number;
    }

    /// A flow shows it.
    void show(String communityId, long fromNanos, long toNanos) {
        flows++;
        firstNanos = Math.min(firstNanos, fromNanos);
        lastNanos = Math.max(lastNanos, toNanos);
        if (examples.size() < Evidence.MOST_EXAMPLES) {
            examples.add(communityId);
        }
    }

    /// Remembers a hash of what must be different.
    void tell(int hash) {
        if (distinct.size() < Evidence.MOST_DISTINCT) {
            distinct.add(hash);
        }
    }

    /// Nothing speaks for a finding so far.
    boolean isIdle() {
        return flows == 0;
    }

    Evidence evidence(String kind, String subject, long minuteNanos) {
        return new Evidence(
                kind,
                subject,
                minuteNanos,
                flows,
                of,
                amount,
                outOf,
                distinct,
                isIdle() ? minuteNanos : firstNanos,
                isIdle() ? minuteNanos : lastNanos,
                List.copyOf(examples));
    }
}
