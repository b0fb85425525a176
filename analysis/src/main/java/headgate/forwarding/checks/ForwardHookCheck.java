package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.HostSnapshot.Hook;

/// Does the packet filter see the packet on its way out?
public final class ForwardHookCheck implements ForwardingCheck {
    @Override
    public String rule() {
        return "FW-16";
    }

    @Override
    public String function() {
        return "NF_INET_FORWARD";
    }

    @Override
    public boolean decides(Decision decision) {
        return filters(decision)
                && decision.incomplete(
                        "packet-filter rules at the forward, postrouting or egress hook");
    }

    private static boolean filters(Decision decision) {
        return decision.host.hooks().contains(Hook.FORWARD)
                || decision.host.hooks().contains(Hook.POSTROUTING)
                || decision.host.hooks().contains(Hook.EGRESS);
    }

    @Override
    public String evidence(Decision decision) {
        return filters(decision) ? "rules present" : null;
    }
}
