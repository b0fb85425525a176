package headgate.forwarding;

/// One question that the kernel asks about a packet on its way.
///
/// Checks hold no state: everything is in the [Decision]. A class, and not an interface, since
/// calls through an interface with twenty implementations are a fifth of a verdict's cost.
public abstract class ForwardingCheck {
    /// Number of the rule in `docs/forwarding.md`: `FW-7`.
    public abstract String rule();

    /// The kernel function that asks.
    public abstract String function();

    /// Asks. Returns true if that decided the packet's fate; the decision then says how.
    public abstract boolean decides(Decision decision);

    /// What the check found, with the rule, route or setting that it went by; null if it had
    /// nothing to ask. Called after the decision is made, for a trace only.
    public abstract String evidence(Decision decision);
}
