package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.HostSnapshot.Hook;

/// Is the packet for the host itself? What its protocols then do with it is not judged.
public final class LocalDeliveryCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-13";
    }

    @Override
    public String function() {
        return "ip_local_deliver";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input == Input.FORWARD) {
            return false;
        }
        if (decision.skb.isFragment() && decision.awaitsFragments()) {
            return true;
        }
        return !decision.filter.passes(Hook.INPUT, decision, decision.skb, decision.device, null)
                || decision.deliver();
    }

    @Override
    public String evidence(Decision decision) {
        return decision.input == Input.FORWARD
                ? null
                : "protocol "
                        + decision.skb.protocol
                        + ", route type "
                        + decision.input
                        + decision.effects.summary();
    }
}
