package headgate.forwarding;

import java.util.List;

/// What an IPv4 lookup found (kernel: `struct fib_result`); reused from lookup to lookup.
public final class FibResult extends FibAnswer {
    /// The table that answered; null if none did.
    public Fib table;

    /// The route; null if none matched.
    public FibInfo info;

    @Override
    void clear() {
        super.clear();
        table = null;
        info = null;
    }

    @Override
    List<NextHop> nextHops() {
        return info == null ? List.of() : info.nextHops();
    }

    @Override
    int prefixLength() {
        return table.prefixLength(leaf);
    }

    public Prefix prefix() {
        return table.prefix(leaf);
    }

    @Override
    public Route route() {
        return info == null ? null : new Route4(prefix(), table.id(), info);
    }
}
