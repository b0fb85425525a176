package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;

/// Do the IPv4 options ask for something, or are they malformed? Parsed after the route is found.
public final class OptionsCheck implements ForwardingCheck {
    @Override
    public String rule() {
        return "FW-10";
    }

    @Override
    public String function() {
        return "ip_rcv_options";
    }

    @Override
    public boolean decides(Decision decision) {
        return decision.skb.hasOptions() && decision.incomplete("IPv4 options are not modelled");
    }

    @Override
    public String evidence(Decision decision) {
        return decision.skb.hasOptions()
                ? decision.skb.headerLength - 20 + " bytes of options"
                : null;
    }
}
