package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;

/// Nothing stands against forwarding any more: a hop is taken from the packet's time to live, and
/// its source told a shorter way if there is one.
public final class DecreaseTtlCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-14";
    }

    @Override
    public String function() {
        return "ip_decrease_ttl";
    }

    @Override
    public boolean decides(Decision decision) {
        decision.skb.decreaseTimeToLive();
        if (decision.redirect && decision.options.hasSourceRoute()) {
            decision.redirect = false;
        } else if (decision.redirect) {
            decision.tellShorterWay();
        }
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        return "time to live is now " + decision.skb.timeToLive;
    }
}
