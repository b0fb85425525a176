package headgate.forwarding;

import java.util.List;

/// What an IPv6 lookup found (kernel: `struct fib6_result`); reused from lookup to lookup.
public final class Fib6Result extends FibAnswer {
    /// The table that answered; null if none did.
    public Fib6 table;

    /// The route; null if none matched.
    public Fib6Info info;

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

    public Prefix6 prefix() {
        return table.prefix(leaf);
    }

    @Override
    public Route route() {
        return info == null ? null : new Route6(prefix(), table.id(), info);
    }
}
