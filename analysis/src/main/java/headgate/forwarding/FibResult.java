package headgate.forwarding;

/// What a lookup found (kernel: `struct fib_result`); reused from lookup to lookup.
public final class FibResult {
    /// The rule that decided; null where no rules are asked.
    public FibRule rule;

    /// The table that answered; null if none did.
    public Fib table;

    /// The entry of [#table] that matched; -1 if none did.
    public int leaf = -1;

    /// The route; null if none matched.
    public FibInfo info;

    public int nextHopIndex;

    /// Why the answer cannot be known from the snapshot; null if it can.
    public String incomplete;

    void clear() {
        rule = null;
        table = null;
        leaf = -1;
        info = null;
        nextHopIndex = 0;
        incomplete = null;
    }

    public NextHop nextHop() {
        return info.nextHops().get(nextHopIndex);
    }

    public Prefix prefix() {
        return table.prefix(leaf);
    }

    /// The route that answered, as a value that may be kept; null if none did.
    public Route route() {
        return info == null ? null : new Route(prefix(), table.id(), info);
    }
}
