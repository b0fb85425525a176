package headgate.forwarding;

import headgate.forwarding.HostSnapshot.Hook;

/// Shows packets to the rules of the packet filter (kernel: `nf_hook`).
public final class PacketFilter {
    private final HostSnapshot host;

    PacketFilter(HostSnapshot host) {
        this.host = host;
    }

    /// Shows `skb` to the rules at `hook`.
    ///
    /// @param skb the packet that came in, or [Decision#own], one that the host sends
    /// @param in device that it came in by; null for packets of the host's own
    /// @param out device that it will leave by; null where that is not known yet
    /// @return true if the packet goes on; otherwise it was freed, as [Decision#effects] says, or
    ///   the decision is incomplete
    public boolean passes(Hook hook, Decision decision, Skb skb, NetDevice in, NetDevice out) {
        if (!host.hooks().contains(hook)) {
            return true;
        }
        decision.incomplete("packet-filter rules at the " + hook.label() + " hook");
        return false;
    }
}
