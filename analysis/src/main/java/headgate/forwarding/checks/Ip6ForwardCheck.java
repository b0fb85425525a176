package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.Icmp6;
import headgate.forwarding.Inet6;
import headgate.forwarding.Ip6Header;
import headgate.forwarding.Skb.PacketType;
import headgate.forwarding.SnmpCounter;

/// May this host forward the packet, and may the packet live on and leave its link?
public final class Ip6ForwardCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW6-8";
    }

    @Override
    public String function() {
        return "ip6_forward";
    }

    @Override
    public boolean decides(Decision decision) {
        int forwarding = (int) decision.host.sysctl("net.ipv6.conf.all.forwarding");
        if (forwarding < 0) {
            return decision.incomplete("net.ipv6.conf.all.forwarding is not in the snapshot");
        }
        if (forwarding == 0 && decision.device.inet6().forceForwarding() != 1) {
            return refusesAddress(decision);
        }
        if (decision.skb.packetType != PacketType.HOST) {
            return decision.drop(DropReason.NOT_SPECIFIED, function());
        }
        Ip6Header header = decision.header6;
        if (header.hopLimit <= 1) {
            decision.icmp6.tell(Icmp6.TIME_EXCEEDED, 0, 0);
            decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
            return decision.isIncomplete() || decision.drop(DropReason.IP_INHDR, function());
        }
        if (decision.host.sysctl("net.ipv6.conf.all.proxy_ndp") == 1
                && decision.host.isProxied6(
                        decision.device, header.destinationHigh, header.destinationLow)) {
            if (decision.input6.isDiscovery()) {
                decision.input = Decision.Input.LOCAL;
                return !decision.filter.passes(
                                Hook.INPUT, decision, decision.skb, decision.device, null)
                        || decision.input6.delivers();
            }
            if (Inet6.isLinkLocal(header.destinationHigh)) {
                decision.icmp6.tell(Icmp6.UNREACHABLE, Icmp6.ADDRESS_UNREACHABLE, 0);
                decision.count(SnmpCounter.IP6_IN_DISCARDS);
                return decision.isIncomplete()
                        || decision.drop(DropReason.NOT_SPECIFIED, function());
            }
        }
        if (decision.result6.nextHop().device() == decision.device) {
            return false;
        }
        if (Inet6.isUnspecified(header.sourceHigh, header.sourceLow)
                || Inet6.isLoopback(header.sourceHigh, header.sourceLow)) {
            return refusesAddress(decision);
        }
        if (Inet6.isLinkLocal(header.sourceHigh)) {
            decision.icmp6.tell(Icmp6.UNREACHABLE, Icmp6.BEYOND_SCOPE, 0);
            return decision.isIncomplete() || refusesAddress(decision);
        }
        return false;
    }

    private boolean refusesAddress(Decision decision) {
        decision.count(SnmpCounter.IP6_IN_ADDR_ERRORS);
        return decision.drop(DropReason.IP_INADDRERRORS, function());
    }

    @Override
    public String evidence(Decision decision) {
        return "packet type "
                + decision.skb.packetType
                + ", hop limit "
                + decision.header6.hopLimit
                + ", source "
                + decision.header6.source();
    }
}
