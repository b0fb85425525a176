package headgate.forwarding;

import headgate.forwarding.Decision.Outcome;

/// A fate and what of a decision led to it, kept as it is: so the next packet's decision is seen to
/// be the same without making text of it. Immutable: rows of many flows share one.
final class DecisionNote {
    private final Fate fate;
    private final Outcome outcome;
    private final Object input;
    private final Object error;
    private final Object dropReason;
    private final Object dropFunction;
    private final Object egress;
    private final Object route;
    private final int leaf;
    private final Object rule;
    private final String why;
    private final int icmp;
    private final int neighbour;
    private final long nextHopMac;
    private final boolean redirect;

    DecisionNote(Decision decision) {
        fate = Fate.of(decision);
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

    /// No decision, as the host does not have that device.
    DecisionNote(String unknownDevice) {
        fate = Fate.ofUnknownDevice(unknownDevice);
        outcome = Outcome.UNDECIDED;
        input = error = dropReason = dropFunction = egress = route = rule = null;
        why = null;
        leaf = icmp = neighbour = 0;
        nextHopMac = 0;
        redirect = false;
    }

    Fate fate() {
        return fate;
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
