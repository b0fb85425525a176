package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.HostSnapshot.Hook;

/// Does the packet filter see the packet before it is routed?
public final class PreRoutingCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-3";
    }

    @Override
    public String function() {
        return "NF_INET_PRE_ROUTING";
    }

    @Override
    public boolean decides(Decision decision) {
        if (!decision.filter.passes(
                Hook.PREROUTING, decision, decision.skb, decision.device, null)) {
            return true;
        }
        decision.demultiplexEarly();
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        return decision.filter.evidence(Hook.PREROUTING);
    }
}
