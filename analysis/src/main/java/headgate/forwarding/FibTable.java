package headgate.forwarding;

/// One routing table of either family, as rules ask it. Immutable.
///
/// @param <R> what its routes say
public abstract sealed class FibTable<
                F extends Flowi, A extends FibAnswer<?, ?>, R extends RouteInfo>
        permits Fib, Fib6 {
    final int id;
    final PrefixTable<R> prefixes;

    /// Whether a route is missing here, so that answers cannot be trusted.
    final boolean unreadable;

    private final LongestPrefixMatch match;
    private final Errno[] answers;

    FibTable(int id, PrefixTable<R> prefixes, boolean unreadable) {
        this.id = id;
        this.prefixes = prefixes;
        this.unreadable = unreadable;
        match = prefixes.match();
        Errno[] known = prefixes.answers();
        answers = unreadable ? new Errno[known.length] : known;
    }

    /// Finds the route for `flow`.
    ///
    /// @param ignoreLinkState whether next hops without carrier are as good as others
    /// @return [Errno#NONE] with the route in `answer`; the error of an error route, likewise;
    ///   [Errno#EAGAIN] if the table has no answer
    public abstract Errno lookup(F flow, boolean ignoreLinkState, A answer);

    /// Number of the table as rtnetlink(7) counts: 255 local, 254 main, 253 default; -1 for a table
    /// that is known by name only.
    public final int id() {
        return id;
    }

    /// How many prefixes the table has.
    public final int size() {
        return prefixes.size();
    }

    /// The value of the longest prefix around an address; see [LongestPrefixMatch#find].
    final int find(long high, long low) {
        return match.find(high, low);
    }

    /// What nearly every lookup that found this value answers, by the first next hop; null if it
    /// has to ask the routes. Taken from a short array, so that what comes next waits for no more
    /// than the value, and for no branch.
    final Errno plainAnswer(int value) {
        return answers[value & answers.length - 1];
    }

    /// The route of a prefix that has a single one.
    abstract R onlyRoute(int value);
}
