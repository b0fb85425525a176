package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.NetDevice;

/// Does the packet filter let the packet through?
public final class Ip6ForwardHookCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW6-11";
    }

    @Override
    public String function() {
        return "NF_INET_FORWARD";
    }

    @Override
    public boolean decides(Decision decision) {
        NetDevice output = decision.result6.nextHop().device();
        return !decision.filter.passes(
                        Hook.FORWARD, decision, decision.skb, decision.device, output)
                || !decision.filter.passes(
                        Hook.POSTROUTING, decision, decision.skb, decision.device, output);
    }

    @Override
    public String evidence(Decision decision) {
        return decision.host.hooks().contains(Hook.FORWARD) ? "rules present" : null;
    }
}
