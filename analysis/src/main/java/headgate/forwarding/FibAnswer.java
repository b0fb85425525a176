package headgate.forwarding;

import java.util.List;

/// What a lookup of either family found; reused from lookup to lookup.
public abstract class FibAnswer {
    /// The rule that decided; null where no rules are asked.
    public FibRule<?, ?> rule;

    public int nextHopIndex;

    /// As [LongestPrefixMatch#find] found it, or the like for a shorter prefix.
    ///
    /// Kept in place of the route: a collector's barrier for a reference that changes with each
    /// lookup would hold each lookup back until all loads of the one before have come.
    long value = LeafRoutes.NO_ROUTES;

    /// Why the answer cannot be known from the snapshot; null if it can.
    public String incomplete;

    void clear() {
        rule = null;
        nextHopIndex = 0;
        value = LeafRoutes.NO_ROUTES;
        incomplete = null;
    }

    /// The prefix that matched, as the table that answered counts them; -1 if none did.
    int leaf() {
        return RangeTrie.leaf(value);
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
