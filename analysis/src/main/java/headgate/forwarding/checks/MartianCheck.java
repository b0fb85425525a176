package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Inet4;

/// Can these addresses stand in a packet from a wire at all? Also finds the broadcasts that need no
/// route.
public final class MartianCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-5";
    }

    @Override
    public String function() {
        return "ip_route_input_slow";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.input != Input.UNDECIDED) {
            return false;
        }
        int source = decision.flow.source;
        int destination = decision.flow.destination;
        if (Inet4.isMulticast(source) || source == Inet4.LIMITED_BROADCAST) {
            return martian(decision, DropReason.IP_INVALID_SOURCE);
        }
        if (destination == Inet4.LIMITED_BROADCAST || source == 0 && destination == 0) {
            decision.input = Input.BROADCAST;
            return false;
        }
        if (source == 0) {
            return martian(decision, DropReason.IP_INVALID_SOURCE);
        }
        if (destination == 0) {
            return martian(decision, DropReason.IP_INVALID_DEST);
        }
        if (Inet4.isLoopback(destination) || Inet4.isLoopback(source)) {
            int routeLocalnet = decision.device.conf().routeLocalnet();
            return decision.isUnknown(routeLocalnet, "route_localnet")
                    || routeLocalnet == 0 && martian(decision, DropReason.IP_LOCALNET);
        }
        return false;
    }

    private static boolean martian(Decision decision, DropReason reason) {
        return decision.drop(reason, "ip_rcv_finish_core");
    }

    @Override
    public String evidence(Decision decision) {
        return decision.input == Input.MULTICAST
                ? null
                : "source "
                        + Inet4.format(decision.flow.source)
                        + ", destination "
                        + Inet4.format(decision.flow.destination);
    }
}
