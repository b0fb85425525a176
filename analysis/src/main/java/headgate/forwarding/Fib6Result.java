package headgate.forwarding;

/// What an IPv6 lookup found (kernel: `struct fib6_result`); reused from lookup to lookup.
public final class Fib6Result extends FibAnswer<Fib6, Fib6Info> {
    /// The prefix that matched.
    public Prefix6 prefix() {
        return table().prefix(leaf());
    }

    @Override
    public Route route() {
        return found() ? new Route6(prefix(), table().id(), info()) : null;
    }
}
