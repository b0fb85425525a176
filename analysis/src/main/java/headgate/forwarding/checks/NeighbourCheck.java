package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Inet4;
import headgate.forwarding.Neighbours;
import headgate.forwarding.NextHop;
import headgate.forwarding.SnmpCounter;
import headgate.packet.MacAddress;

/// Is the link address of the next hop known?
public final class NeighbourCheck implements ForwardingCheck {
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
        countTransmission(decision);
        if (hop.device().isNoArp()) {
            return decision.end(Outcome.FORWARD);
        }
        if (!decision.host.neighboursKnown()) {
            return decision.incomplete("the snapshot has no neigh.json");
        }
        long mac =
                hop.gateway6().isEmpty()
                        ? decision.host.neighbours().mac(hop.device(), decision.neighbour)
                        : decision.host.mac6(hop.device(), hop.gateway6());
        if (mac == Neighbours.ABSENT || mac == Neighbours.INVALID) {
            return decision.end(Outcome.PENDING);
        }
        decision.nextHopMac = mac;
        return decision.end(Outcome.FORWARD);
    }

    /// Counted before the neighbour is asked for, once for each fragment.
    private static void countTransmission(Decision decision) {
        int packets = decision.fragments;
        int headers = (packets - 1) * decision.skb.headerLength;
        decision.count(SnmpCounter.IP_OUT_TRANSMITS, packets);
        decision.count(SnmpCounter.IP_EXT_OUT_OCTETS, decision.skb.length + headers);
        if (packets > 1) {
            decision.count(SnmpCounter.IP_FRAG_OKS);
            decision.count(SnmpCounter.IP_FRAG_CREATES, packets);
        }
    }

    @Override
    public String evidence(Decision decision) {
        String asked =
                decision.egress.gateway6().isEmpty()
                        ? Inet4.format(decision.neighbour)
                        : decision.egress.gateway6();
        String found =
                decision.outcome == Outcome.PENDING
                        ? " has no link address yet"
                        : decision.nextHopMac < 0
                                ? " needs no link address"
                                : " is at " + MacAddress.format(decision.nextHopMac);
        return asked + " on " + decision.egress.device() + found;
    }
}
