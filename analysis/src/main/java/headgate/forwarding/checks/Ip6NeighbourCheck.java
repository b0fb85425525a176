package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.DropReason;
import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Icmp6;
import headgate.forwarding.Inet6;
import headgate.forwarding.Ip6Header;
import headgate.forwarding.NextHop;
import headgate.forwarding.SnmpCounter;
import headgate.packet.MacAddress;

/// Does the route itself let the packet through, and is the link address of the next hop known?
public final class Ip6NeighbourCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW6-12";
    }

    @Override
    public String function() {
        return "ip6_finish_output2";
    }

    @Override
    public boolean decides(Decision decision) {
        int routeMtu = decision.result6.info().mtuBytes();
        int mtu = routeMtu > 0 ? routeMtu : decision.mtuBytes;
        if (decision.skb.length > mtu && !decision.skb.mayBeSplitAgain(mtu)) {
            decision.icmp6.tell(Icmp6.PACKET_TOO_BIG, 0, mtu);
            decision.count(SnmpCounter.IP6_FRAG_FAILS);
            return decision.isIncomplete()
                    || decision.drop(DropReason.NOT_SPECIFIED, "ip6_fragment");
        }
        NextHop hop = decision.result6.nextHop();
        Ip6Header header = decision.header6;
        // A rule may have written another destination since the route was found.
        header.read(decision.skb.bytes(), 0);
        decision.egress = hop;
        decision.neighbour6High = hop.hasGateway6() ? hop.gateway6High() : header.destinationHigh;
        decision.neighbour6Low = hop.hasGateway6() ? hop.gateway6Low() : header.destinationLow;
        Outcome outcome =
                decision.output6.forward(
                        Kind.FORWARD,
                        hop.device(),
                        decision.neighbour6High,
                        decision.neighbour6Low);
        int last = decision.effects.egress.count() - 1;
        if (outcome == Outcome.FORWARD && last >= 0 && !hop.device().isNoArp()) {
            decision.nextHopMac = decision.effects.egress.destinationMac(last);
        }
        return switch (outcome) {
            case INCOMPLETE -> true;
            case FORWARD -> decision.leave();
            default -> decision.end(outcome);
        };
    }

    @Override
    public String evidence(Decision decision) {
        if (decision.egress != null && decision.outcome == Outcome.REFUSED) {
            return decision.egress.device() + " has no carrier";
        }
        String found =
                decision.outcome == Outcome.PENDING
                        ? " has no link address yet"
                        : decision.nextHopMac < 0
                                ? " needs no link address"
                                : " is at " + MacAddress.format(decision.nextHopMac);
        return decision.egress == null
                ? "route MTU " + decision.result6.info().mtuBytes()
                : Inet6.format(decision.neighbour6High, decision.neighbour6Low)
                        + " on "
                        + decision.egress.device()
                        + found;
    }
}
