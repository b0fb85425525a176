package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Ip6Header;
import headgate.forwarding.NextHop;

/// Does the packet leave by the device that it came by, so that its source should know a better
/// way?
public final class Ip6RedirectCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW6-9";
    }

    @Override
    public String function() {
        return "ndisc_send_redirect";
    }

    @Override
    public boolean decides(Decision decision) {
        NextHop hop = decision.result6.nextHop();
        if (hop.device() != decision.device) {
            return false;
        }
        Ip6Header header = decision.header6;
        long high = hop.hasGateway6() ? hop.gateway6High() : header.destinationHigh;
        long low = hop.hasGateway6() ? hop.gateway6Low() : header.destinationLow;
        long mac = decision.output6.mac(hop.device(), high, low);
        if (decision.isIncomplete()) {
            return true;
        }
        decision.redirect = decision.icmp6.redirect(high, low, mac);
        return decision.isIncomplete();
    }

    @Override
    public String evidence(Decision decision) {
        return decision.redirect ? "leaves by " + decision.device + " again: ICMPv6 137" : null;
    }
}
