package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Ip6Header;
import headgate.forwarding.SnmpCounter;

/// Has the device joined the group?
public final class Ip6MulticastCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW6-5";
    }

    @Override
    public String function() {
        return "ip6_mc_input";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input != Input.MULTICAST) {
            return false;
        }
        decision.count(SnmpCounter.IP6_IN_MCAST_PKTS);
        decision.count(SnmpCounter.IP6_IN_MCAST_OCTETS, decision.skb.length);
        if (!decision.host.multicastGroupsKnown()) {
            return decision.incomplete("the snapshot has no maddr.json");
        }
        Ip6Header header = decision.header6;
        return !decision.device.inet6().hasJoined(header.destinationHigh, header.destinationLow)
                && decision.drop(DropReason.NOT_SPECIFIED, function());
    }

    @Override
    public String evidence(Decision decision) {
        return decision.input != Input.MULTICAST
                ? null
                : decision.header6.destination()
                        + (decision.dropReason == null ? " joined on " : " not joined on ")
                        + decision.device;
    }
}
