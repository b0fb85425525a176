package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.NetDevice;
import headgate.forwarding.Skb;
import headgate.forwarding.Skb.PacketType;

/// For whom does the link layer say the packet is, and which protocol takes it up?
public final class LinkLayerCheck extends ForwardingCheck {
    private static final int VLAN = 0x8100;
    private static final int SERVICE_VLAN = 0x88a8;

    @Override
    public String rule() {
        return "FW-1";
    }

    @Override
    public String function() {
        return "__netif_receive_skb_core";
    }

    @Override
    public boolean decides(Decision decision) {
        Skb skb = decision.skb;
        NetDevice device = decision.device;
        if (!device.isUp()) {
            return decision.incomplete("the device is down, and receives nothing");
        }
        if (!device.master().isEmpty()) {
            return decision.incomplete("the device belongs to another: bridge, bond or VRF");
        }
        if (decision.filter.isAt(Hook.INGRESS)) {
            return decision.incomplete("packet-filter rules at the ingress hook");
        }
        if (skb.vlanIdentifier != 0) {
            if (isTakenByVlanDevice(decision)) {
                return decision.incomplete("a VLAN device takes the frame");
            }
            skb.packetType = PacketType.OTHERHOST;
        }
        return switch (skb.protocolType) {
            case Skb.ETH_P_IP, Skb.ETH_P_IPV6, Skb.ETH_P_ARP -> false;
            case Skb.ETH_P_802_2 -> decision.drop(DropReason.NOT_SPECIFIED, "llc_rcv");
            default -> decision.drop(DropReason.UNHANDLED_PROTO, function());
        };
    }

    private static boolean isTakenByVlanDevice(Decision decision) {
        for (NetDevice upper : decision.host.devices()) {
            if (upper.vlanIdentifier() == decision.skb.vlanIdentifier
                    && upper.link().equals(decision.device.name())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        Skb skb = decision.skb;
        String tag = skb.vlanIdentifier == 0 ? "" : ", VLAN " + skb.vlanIdentifier;
        String nested =
                skb.protocolType == VLAN || skb.protocolType == SERVICE_VLAN
                        ? ", a second tag"
                        : "";
        return "packet type "
                + skb.packetType
                + " on "
                + decision.device
                + ", EtherType "
                + (skb.protocolType < 0 ? "none" : "0x%04x".formatted(skb.protocolType))
                + tag
                + nested;
    }
}
