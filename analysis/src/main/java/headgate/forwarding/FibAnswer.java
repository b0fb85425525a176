package headgate.forwarding;

import java.util.List;

/// What a lookup of either family found; reused from lookup to lookup.
public abstract class FibAnswer {
    /// The rule that decided; null where no rules are asked.
    public FibRule<?, ?> rule;

    public int nextHopIndex;

    /// The prefix that matched, as the table that answered counts them; -1 if none did.
    int leaf = LongestPrefixMatch.NONE;

    /// Why the answer cannot be known from the snapshot; null if it can.
    public String incomplete;

    void clear() {
        rule = null;
        nextHopIndex = 0;
        leaf = LongestPrefixMatch.NONE;
        incomplete = null;
    }

    /// The next hops of the route; empty if there is no route, or it has none.
    abstract List<NextHop> nextHops();

    /// Length of the prefix that matched.
    abstract int prefixLength();

    public NextHop nextHop() {
        return nextHops().get(nextHopIndex);
    }

    /// The route that answered, as a value that may be kept; null if none did.
    public abstract Route route();
}
