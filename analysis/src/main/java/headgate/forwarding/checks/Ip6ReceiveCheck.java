package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Inet6;
import headgate.forwarding.Inet6Device;
import headgate.forwarding.Ip6Header;
import headgate.forwarding.Skb;
import headgate.forwarding.Skb.PacketType;
import headgate.forwarding.SnmpCounter;
import headgate.packet.IpProtocol;

/// Is this an IPv6 packet for somebody here, with a header that can be true?
public final class Ip6ReceiveCheck extends ForwardingCheck {
    /// RFC 8200, section 5.
    private static final int SMALLEST_MTU = 1280;

    private static final int VERSION = 6;

    @Override
    public String rule() {
        return "FW6-2";
    }

    @Override
    public String function() {
        return "ip6_rcv_core";
    }

    @Override
    public boolean decides(Decision decision) {
        Skb skb = decision.skb;
        if (skb.packetType == PacketType.OTHERHOST) {
            return decision.drop(DropReason.OTHERHOST, function());
        }
        decision.count(SnmpCounter.IP6_IN_RECEIVES);
        decision.count(SnmpCounter.IP6_IN_OCTETS, skb.length);
        Inet6Device conf = decision.device.inet6();
        if (decision.device.mtuBytes() < SMALLEST_MTU) {
            // The kernel takes IPv6 from such a device (addrconf_notify, NETDEV_CHANGEMTU).
            decision.count(SnmpCounter.IP6_IN_DISCARDS);
            return decision.drop(DropReason.NOT_SPECIFIED, function());
        }
        if (conf.disableIpv6() == 1) {
            decision.count(SnmpCounter.IP6_IN_DISCARDS);
            return decision.drop(DropReason.IPV6DISABLED, function());
        }
        if (skb.length < Ip6Header.LENGTH) {
            return refuses(decision, DropReason.IP_INHDR);
        }
        if (skb.captured < Ip6Header.LENGTH) {
            return decision.incomplete("the capture cut the IPv6 header");
        }
        Ip6Header header = decision.header6;
        header.read(skb.bytes(), 0);
        if (header.version != VERSION) {
            return refuses(decision, DropReason.UNHANDLED_PROTO);
        }
        decision.count(Ip6Header.ecnCounter(header.trafficClass));
        return decidesOnAddresses(decision, header, conf) || decidesOnLength(decision, header);
    }

    private boolean refuses(Decision decision, DropReason reason) {
        decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
        return decision.drop(reason, function());
    }

    /// RFC 4291, sections 2.5.3 and 2.7.
    private boolean decidesOnAddresses(Decision decision, Ip6Header header, Inet6Device conf) {
        boolean loopback =
                Inet6.isLoopback(header.sourceHigh, header.sourceLow)
                        || Inet6.isLoopback(header.destinationHigh, header.destinationLow);
        int scope = header.isToMulticast() ? Inet6.multicastScope(header.destinationHigh) : -1;
        boolean stays = decision.device.isLoopback();
        if (loopback && !stays || scope == 1 && !stays) {
            return refuses(decision, DropReason.IP_INHDR);
        }
        if (scope < 0
                && decision.skb.packetType != PacketType.HOST
                && conf.dropUnicastInL2Multicast() == 1) {
            return refuses(decision, DropReason.UNICAST_IN_L2_MULTICAST);
        }
        return (scope == 0 || Inet6.isMulticast(header.sourceHigh))
                && refuses(decision, DropReason.IP_INHDR);
    }

    private boolean decidesOnLength(Decision decision, Ip6Header header) {
        boolean hopByHop = header.nextHeader == IpProtocol.HOP_BY_HOP;
        if (header.payloadLength > 0 || !hopByHop) {
            int total = Ip6Header.LENGTH + header.payloadLength;
            if (total > decision.skb.length) {
                decision.count(SnmpCounter.IP6_IN_TRUNCATED_PKTS);
                return decision.drop(DropReason.PKT_TOO_SMALL, function());
            }
            decision.skb.trimTo(total);
        }
        if (!hopByHop || !decision.input6.refusesHopByHop()) {
            return false;
        }
        decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
        return true;
    }

    @Override
    public String evidence(Decision decision) {
        return decision.skb.captured < Ip6Header.LENGTH
                ? decision.skb.length + " bytes"
                : "packet type "
                        + decision.skb.packetType
                        + ", "
                        + decision.skb.length
                        + " bytes, "
                        + decision.header6.source()
                        + " to "
                        + decision.header6.destination();
    }
}
