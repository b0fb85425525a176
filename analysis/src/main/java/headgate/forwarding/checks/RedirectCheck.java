package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.InDevice;
import headgate.forwarding.NetDevice;
import headgate.forwarding.NextHop;

/// Does the packet leave by the way that it came, so that its sender is told the shorter one?
public final class RedirectCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-9";
    }

    @Override
    public String function() {
        return "__mkroute_input";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input != Input.FORWARD) {
            return false;
        }
        NextHop hop = decision.result.nextHop();
        NetDevice device = decision.device;
        InDevice conf = device.conf();
        if (hop.device() != device || !decision.sourceOnLink || conf.sendRedirects() != 1) {
            return false;
        }
        if (decision.isUnknown(conf.sharedMedia(), "shared_media")) {
            return true;
        }
        decision.redirect =
                conf.sharedMedia() == 1 || device.isOnLink(decision.flow.source, hop.gateway());
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        return decision.redirect ? "leaves by " + decision.device + " again: ICMP 5/1" : null;
    }
}
