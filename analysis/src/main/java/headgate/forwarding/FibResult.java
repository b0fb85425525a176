package headgate.forwarding;

import java.util.List;

/// What an IPv4 lookup found (kernel: `struct fib_result`); reused from lookup to lookup.
public final class FibResult extends FibAnswer {
    private Fib table;

    /// The route, where its prefix has several; null otherwise.
    private FibInfo chosen;

    /// @param chosenRoute null if the prefix has a single route
    void set(Fib answering, long found, FibInfo chosenRoute, int hop) {
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

    /// The table that answered; null if none did.
    public Fib table() {
        return leaf() < 0 ? null : table;
    }

    /// The route; null if none matched.
    public FibInfo info() {
        return leaf() < 0 ? null : chosen != null ? chosen : table.onlyRoute(value);
    }

    @Override
    List<NextHop> nextHops() {
        return leaf() < 0 ? List.of() : info().nextHops();
    }

    @Override
    int prefixLength() {
        return table.prefixLength(leaf());
    }

    public Prefix prefix() {
        return table.prefix(leaf());
    }

    @Override
    public Route route() {
        return leaf() < 0 ? null : new Route4(prefix(), table.id(), info());
    }
}
