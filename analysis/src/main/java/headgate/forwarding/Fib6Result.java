package headgate.forwarding;

import java.util.List;

/// What an IPv6 lookup found (kernel: `struct fib6_result`); reused from lookup to lookup.
public final class Fib6Result extends FibAnswer {
    private Fib6 table;

    /// The route, where its prefix has several; null otherwise.
    private Fib6Info chosen;

    /// @param chosenRoute null if the prefix has a single route
    void set(Fib6 answering, long found, Fib6Info chosenRoute, int hop) {
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
    public Fib6 table() {
        return leaf() < 0 ? null : table;
    }

    /// The route; null if none matched.
    public Fib6Info info() {
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

    public Prefix6 prefix() {
        return table.prefix(leaf());
    }

    @Override
    public Route route() {
        return leaf() < 0 ? null : new Route6(prefix(), table.id(), info());
    }
}
