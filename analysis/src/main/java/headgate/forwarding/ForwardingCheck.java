package headgate.forwarding;

/// One question that the kernel asks about a packet on its way.
///
/// Checks hold no state: everything is in the [Decision].
public interface ForwardingCheck {
    /// Number of the rule in `docs/forwarding.md`: `FW-7`.
    String rule();

    /// The kernel function that asks.
    String function();

    /// Asks. Returns true if that decided the packet's fate; the decision then says how.
    boolean decides(Decision decision);

    /// What the check found, with the rule, route or setting that it went by; null if it had
    /// nothing to ask. Called after the decision is made, for a trace only.
    String evidence(Decision decision);
}
