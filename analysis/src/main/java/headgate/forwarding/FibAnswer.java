package headgate.forwarding;

import java.util.List;

/// What a lookup of either family found; reused from lookup to lookup.
///
/// @param <T> the table that answers
/// @param <R> what its routes say
public abstract sealed class FibAnswer<T extends FibTable<?, ?, R>, R extends RouteInfo>
        permits FibResult, Fib6Result {
    /// The rule that decided; null where no rules are asked.
    public FibRule<?, ?> rule;

    public int nextHopIndex;

    /// Why the answer cannot be known from the snapshot; null if it can.
    public String incomplete;

    private T table;

    /// The route, where its prefix has several; null otherwise.
    private R chosen;

    /// As [LongestPrefixMatch#find] found it, or the like for a shorter prefix.
    ///
    /// Kept in place of the route: a collector's barrier for a reference that changes with each
    /// lookup would hold each lookup back until all loads of the one before have come.
    private int value = LeafRoutes.NO_ROUTES;

    /// @param chosenRoute null if the prefix has a single route
    final void set(T answering, int found, R chosenRoute, int hop) {
        // Most lookups of a run end in one table; a reference that stays needs no write barrier.
        if (table != answering) {
            table = answering;
        }
        if (chosen != chosenRoute) {
            chosen = chosenRoute;
        }
        value = found;
        nextHopIndex = hop;
    }

    final void clear() {
        rule = null;
        nextHopIndex = 0;
        value = LeafRoutes.NO_ROUTES;
        incomplete = null;
    }

    /// Whether any prefix matched.
    final boolean found() {
        return value != LeafRoutes.NO_ROUTES;
    }

    /// The table that answered; null if none did.
    public final T table() {
        return found() ? table : null;
    }

    /// The prefix that matched, as the table that answered counts them; -1 if none did.
    final int leaf() {
        return found() ? table.prefixes.leaf(value) : LongestPrefixMatch.NONE;
    }

    /// The route; null if none matched.
    public final R info() {
        return !found() ? null : chosen != null ? chosen : table.onlyRoute(value);
    }

    /// The next hops of the route; empty if there is no route, or it has none.
    final List<NextHop> nextHops() {
        return found() ? info().nextHops() : List.of();
    }

    public final NextHop nextHop() {
        return nextHops().get(nextHopIndex);
    }

    /// Length of the prefix that matched.
    final int prefixLength() {
        return table.prefixes.length(leaf());
    }

    /// The route that answered, as a value that may be kept; null if none did.
    public abstract Route route();
}
