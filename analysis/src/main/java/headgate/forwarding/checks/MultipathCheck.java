package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.ForwardingCheck;

/// Which next hop of several does the packet take?
public final class MultipathCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-7";
    }

    @Override
    public String function() {
        return "fib_select_multipath";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input != Input.FORWARD || !decision.result.info().isMultipath()) {
            return false;
        }
        if (decision.multipath.incomplete() != null) {
            return decision.incomplete(decision.multipath.incomplete());
        }
        decision.multipath.select(decision.result, decision.multipath.hash(decision));
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        if (decision.input != Input.FORWARD || !decision.result.info().isMultipath()) {
            return null;
        }
        return "next hop %d of %d: %s"
                .formatted(
                        decision.result.nextHopIndex + 1,
                        decision.result.info().nextHops().size(),
                        decision.result.nextHop());
    }
}
