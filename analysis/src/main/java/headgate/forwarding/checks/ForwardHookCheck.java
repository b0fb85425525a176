package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.NetDevice;

/// Does the packet filter see the packet on its way out?
public final class ForwardHookCheck extends ForwardingCheck {
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
        return !passes(Hook.FORWARD, decision) || !passes(Hook.POSTROUTING, decision);
    }

    private static boolean passes(Hook hook, Decision decision) {
        NetDevice out = decision.result.nextHop().device();
        return decision.filter.passes(hook, decision, decision.skb, decision.device, out);
    }

    @Override
    public String evidence(Decision decision) {
        String forward = decision.filter.evidence(Hook.FORWARD);
        String postrouting = decision.filter.evidence(Hook.POSTROUTING);
        if (forward == null || postrouting == null) {
            return forward == null ? postrouting : forward;
        }
        return forward + ", then " + postrouting;
    }
}
