package headgate.forwarding;

/// One routing table of either family, as rules ask it.
interface FibTable<F extends Flowi, A extends FibAnswer> {
    /// Finds the route for `flow`.
    ///
    /// @param ignoreLinkState whether next hops without carrier are as good as others
    /// @return [Errno#NONE] with the route in `answer`; the error of an error route, likewise;
    ///   [Errno#EAGAIN] if the table has no answer
    Errno lookup(F flow, boolean ignoreLinkState, A answer);
}
