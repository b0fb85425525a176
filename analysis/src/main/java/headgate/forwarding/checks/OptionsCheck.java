package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.SnmpCounter;

/// Do the IPv4 options ask for something, or are they malformed? Parsed after the route is found.
public final class OptionsCheck extends ForwardingCheck {
    private static final String DROPPER = "ip_rcv_finish_core";
    private static final int PARAMETER_PROBLEM = 12;

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
        if (!decision.skb.hasOptions()) {
            return false;
        }
        int wrong = decision.options.compile();
        if (wrong != 0) {
            decision.count(SnmpCounter.IP_IN_HDR_ERRORS);
            return blame(decision, DropReason.IP_INHDR, wrong);
        }
        return decision.options.hasSourceRoute() && decidesOnSourceRoute(decision);
    }

    private static boolean decidesOnSourceRoute(Decision decision) {
        int accepts = decision.device.conf().acceptSourceRoute();
        if (decision.isUnknown(accepts, "accept_source_route")) {
            return true;
        }
        if (accepts == 0) {
            return decision.drop(DropReason.NOT_SPECIFIED, DROPPER);
        }
        int wrong = decision.options.follow();
        if (wrong < 0 || decision.outcome == Outcome.INCOMPLETE) {
            return wrong >= 0;
        }
        return wrong == 0
                ? decision.drop(DropReason.NOT_SPECIFIED, DROPPER)
                : blame(decision, DropReason.NOT_SPECIFIED, wrong);
    }

    private static boolean blame(Decision decision, DropReason reason, int offset) {
        return decision.dropAndTell(reason, DROPPER, PARAMETER_PROBLEM, 0, offset << 24);
    }

    @Override
    public String evidence(Decision decision) {
        return decision.skb.hasOptions()
                ? decision.skb.headerLength - 20 + " bytes of options"
                : null;
    }
}
