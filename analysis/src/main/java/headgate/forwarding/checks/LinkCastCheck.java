package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Skb.PacketType;
import headgate.forwarding.SnmpCounter;

/// Counts multicasts and broadcasts, and finds unicasts that came to everybody.
public final class LinkCastCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-11";
    }

    @Override
    public String function() {
        return "ip_rcv_finish_core";
    }

    @Override
    public boolean decides(Decision decision) {
        int length = decision.skb.length;
        return switch (decision.input) {
            case MULTICAST -> {
                decision.count(SnmpCounter.IP_EXT_IN_MCAST_PKTS);
                decision.count(SnmpCounter.IP_EXT_IN_MCAST_OCTETS, length);
                yield false;
            }
            case BROADCAST -> {
                decision.count(SnmpCounter.IP_EXT_IN_BCAST_PKTS);
                decision.count(SnmpCounter.IP_EXT_IN_BCAST_OCTETS, length);
                yield false;
            }
            case UNDECIDED, LOCAL, FORWARD, ERROR ->
                    cameToEverybody(decision) && decidesOnUnicast(decision);
        };
    }

    private static boolean cameToEverybody(Decision decision) {
        PacketType type = decision.skb.packetType;
        return type == PacketType.BROADCAST || type == PacketType.MULTICAST;
    }

    private boolean decidesOnUnicast(Decision decision) {
        int drops = decision.device.conf().dropUnicastInL2Multicast();
        return decision.isUnknown(drops, "drop_unicast_in_l2_multicast")
                || drops == 1 && decision.drop(DropReason.UNICAST_IN_L2_MULTICAST, function());
    }

    @Override
    public String evidence(Decision decision) {
        return cameToEverybody(decision) ? "link-layer " + decision.skb.packetType : null;
    }
}
