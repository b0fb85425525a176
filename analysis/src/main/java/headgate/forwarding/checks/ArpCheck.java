package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;

/// Whom does an ARP packet ask for, and is the host to answer?
public final class ArpCheck implements ForwardingCheck {
    @Override
    public String rule() {
        return "FW-18";
    }

    @Override
    public String function() {
        return "arp_rcv";
    }

    @Override
    public boolean decides(Decision decision) {
        return decision.incomplete("ARP is not modelled");
    }

    @Override
    public String evidence(Decision decision) {
        return null;
    }
}
