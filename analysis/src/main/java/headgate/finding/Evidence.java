package headgate.finding;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What speaks for a finding about one subject in one minute. Evidence about the same kind, subject
/// and minute adds up.
///
/// @param kind of the finding, in kebab case
/// @param subject what it is about, as people write it
/// @param minuteNanos start of the minute
/// @param flows flows that show it
/// @param of flows that could have shown it
/// @param amount what else is counted for it: see the detector of the kind
/// @param outOf what `amount` is a part of
/// @param distinct hashes of what must be different, at most [#MOST_DISTINCT]
/// @param firstNanos when the first of it was seen
/// @param lastNanos when the last of it was seen
/// @param examples community ids of some of the flows that show it, at most [#MOST_EXAMPLES]
public record Evidence(
        String kind,
        String subject,
        long minuteNanos,
        long flows,
        long of,
        long amount,
        long outOf,
        Set<Integer> distinct,
        long firstNanos,
        long lastNanos,
        List<String> examples) {

    /// So many different ports, hosts or sources are told apart; more are "at least so many".
    public static final int MOST_DISTINCT = 256;

    public static final int MOST_EXAMPLES = 5;

    public Evidence {
        distinct = Set.copyOf(distinct);
        examples = List.copyOf(examples);
    }

    /// Both together.
    public Evidence plus(Evidence other) {
        var both = new TreeSet<>(distinct);
        both.addAll(other.distinct);
        while (both.size() > MOST_DISTINCT) {
            both.pollLast();
        }
        var someOfBoth = new LinkedHashSet<>(examples);
        someOfBoth.addAll(other.examples);
        return new Evidence(
                kind,
                subject,
                minuteNanos,
                flows + other.flows,
                of + other.of,
                amount + other.amount,
                outOf + other.outOf,
                both,
                Math.min(firstNanos, other.firstNanos),
                Math.max(lastNanos, other.lastNanos),
                new ArrayList<>(someOfBoth).subList(0, Math.min(someOfBoth.size(), MOST_EXAMPLES)));
    }

    /// How many are different, for people.
    String different() {
        return distinct.size() < MOST_DISTINCT
                ? Integer.toString(distinct.size())
                : "at least " + MOST_DISTINCT;
    }
}
