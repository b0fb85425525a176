package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.Decision.Input;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Inet4;
import headgate.forwarding.Skb;

/// Has the device joined the group that the packet is for? Routes play no part in this.
public final class MulticastCheck extends ForwardingCheck {
    private static final int ALL_SYSTEMS = 0xe0000001;

    @Override
    public String rule() {
        return "FW-4";
    }

    @Override
    public String function() {
        return "ip_route_input_rcu";
    }

    @Override
    public boolean decides(Decision decision) {
        int group = decision.flow.destination;
        if (!Inet4.isMulticast(group)) {
            return false;
        }
        if (group != ALL_SYSTEMS && !decision.host.multicastGroupsKnown()) {
            return decision.incomplete("the snapshot has no maddr.json");
        }
        if (!isJoined(decision, group)) {
            return decision.isUnknown(decision.device.conf().mcForwarding(), "mc_forwarding")
                    || decidesOnForeignGroup(decision, group);
        }
        return decidesOnSource(decision);
    }

    private static boolean isJoined(Decision decision, int group) {
        return group == ALL_SYSTEMS || decision.device.multicastGroups().contains(group);
    }

    private static boolean decidesOnForeignGroup(Decision decision, int group) {
        return decision.device.conf().mcForwarding() == 1 && !Inet4.isLocalMulticast(group)
                ? decision.incomplete("multicast routing is not modelled")
                : decision.drop(DropReason.NOT_SPECIFIED, "ip_rcv_finish_core");
    }

    /// Kernel: `ip_mc_validate_source`; sources that pass still have to pass the reverse lookup.
    private static boolean decidesOnSource(Decision decision) {
        int source = decision.flow.source;
        if (Inet4.isMulticast(source) || source == Inet4.LIMITED_BROADCAST) {
            return decision.drop(DropReason.IP_INVALID_SOURCE, "ip_rcv_finish_core");
        }
        if (Inet4.isLoopback(source)) {
            int routeLocalnet = decision.device.conf().routeLocalnet();
            if (decision.isUnknown(routeLocalnet, "route_localnet")) {
                return true;
            }
            if (routeLocalnet == 0) {
                return decision.drop(DropReason.IP_LOCALNET, "ip_rcv_finish_core");
            }
        }
        if (source == 0
                && !Inet4.isLocalMulticast(decision.flow.destination)
                && decision.skb.protocol != Skb.IGMP) {
            return decision.drop(DropReason.IP_INVALID_SOURCE, "ip_rcv_finish_core");
        }
        decision.input = Input.MULTICAST;
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        int group = decision.flow.destination;
        if (!Inet4.isMulticast(group)) {
            return null;
        }
        return "group "
                + Inet4.format(group)
                + (isJoined(decision, group) ? " is joined on " : " is not joined on ")
                + decision.device;
    }
}
