package headgate.forwarding;

import headgate.forwarding.Decision.Outcome;

/// What of a decision led to its fate, kept as it is: so the next packet's decision is seen to be
/// the same without making text of it.
final class DecisionNote {
    private Outcome outcome;
    private Object input;
    private Object error;
    private Object dropReason;
    private Object dropFunction;
    private Object egress;
    private Object route;
    private int leaf;
    private Object rule;
    private String why;
    private int icmp;
    private int neighbour;
    private long nextHopMac;
    private boolean redirect;

    /// @param decision null where there was none, for want of a device
    void take(Decision decision) {
        if (decision == null) {
            outcome = Outcome.UNDECIDED;
            return;
        }
        outcome = decision.outcome;
        input = decision.input;
        error = decision.error;
        dropReason = decision.dropReason;
        dropFunction = decision.dropFunction;
        egress = decision.egress;
        route = decision.result.info();
        leaf = decision.result.leaf();
        rule = decision.result.rule;
        why = decision.why;
        icmp = icmp(decision);
        neighbour = decision.neighbour;
        nextHopMac = decision.nextHopMac;
        redirect = decision.redirect;
    }

    /// Whether a decision says the same as the one noted; false may also mean "perhaps".
    boolean isOf(Decision decision) {
        if (decision == null) {
            return outcome == Outcome.UNDECIDED;
        }
        return outcome == decision.outcome
                && input == decision.input
                && error == decision.error
                && dropReason == decision.dropReason
                && dropFunction == decision.dropFunction
                && egress == decision.egress
                && route == decision.result.info()
                && leaf == decision.result.leaf()
                && rule == decision.result.rule
                && why == decision.why
                && icmp == icmp(decision)
                && neighbour == decision.neighbour
                && nextHopMac == decision.nextHopMac
                && redirect == decision.redirect;
    }

    private static int icmp(Decision decision) {
        return decision.icmpType << 8 | decision.icmpCode & 0xff;
    }
}
