package headgate.forwarding;

/// What an IPv4 lookup found (kernel: `struct fib_result`); reused from lookup to lookup.
public final class FibResult extends FibAnswer<Fib, FibInfo> {
    /// The prefix that matched.
    public Prefix prefix() {
        return table().prefix(leaf());
    }

    @Override
    public Route route() {
        return found() ? new Route4(prefix(), table().id(), info()) : null;
    }
}
