package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Inet4;
import headgate.forwarding.NextHop;
import headgate.packet.MacAddress;

/// Is the link address of the next hop known?
public final class NeighbourCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-17";
    }

    @Override
    public String function() {
        return "ip_finish_output2";
    }

    @Override
    public boolean decides(Decision decision) {
        NextHop hop = decision.result.nextHop();
        decision.egress = hop;
        decision.neighbour = hop.gateway() != 0 ? hop.gateway() : decision.flow.destination;
        if (decision.skb.hasOptions()) {
            decision.options.forward();
        }
        Outcome outcome =
                decision.output.finish(
                        decision.skb, Kind.FORWARD, hop, decision.neighbour, decision.mtuBytes);
        if (outcome == Outcome.FORWARD && last(decision) >= 0 && !hop.device().isNoArp()) {
            decision.nextHopMac = decision.effects.egress.destinationMac(last(decision));
        }
        return switch (outcome) {
            case INCOMPLETE -> true;
            case FORWARD -> decision.leave();
            default -> decision.end(outcome);
        };
    }

    private static int last(Decision decision) {
        return decision.effects.egress.count() - 1;
    }

    @Override
    public String evidence(Decision decision) {
        String asked =
                decision.egress.hasGateway6()
                        ? decision.egress.via()
                        : Inet4.format(decision.neighbour);
        if (decision.outcome == Outcome.REFUSED) {
            return decision.egress.device() + " has no carrier";
        }
        String found =
                decision.outcome == Outcome.PENDING
                        ? " has no link address yet"
                        : decision.nextHopMac < 0
                                ? " needs no link address"
                                : " is at " + MacAddress.format(decision.nextHopMac);
        return asked + " on " + decision.egress.device() + found;
    }
}
