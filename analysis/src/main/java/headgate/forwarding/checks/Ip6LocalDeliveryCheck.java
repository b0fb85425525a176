package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.HostSnapshot.Hook;

/// Is the packet for the host itself, and what do its protocols do with it?
public final class Ip6LocalDeliveryCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW6-7";
    }

    @Override
    public String function() {
        return "ip6_input";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input != Input.LOCAL && decision.input != Input.MULTICAST) {
            return false;
        }
        return !decision.filter.passes(Hook.INPUT, decision, decision.skb, decision.device, null)
                || decision.input6.delivers();
    }

    @Override
    public String evidence(Decision decision) {
        return decision.input == Input.FORWARD
                ? null
                : "next header " + decision.header6.nextHeader;
    }
}
