package headgate.forwarding;

import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.Skb.PacketType;
import headgate.forwarding.Verdict.IcmpError;
import headgate.packet.MacAddress;
import java.util.Set;

/// Whether, and by which way, the source of a refused packet is told (kernel: `__icmp_send`,
/// `icmp_route_lookup`). Rate limits are state between packets and play no part.
final class IcmpAnswer {
    private static final int PRECEDENCE_INTERNET_CONTROL = 0xc0;
    private static final int TOS_BITS = 0x1e;

    private static final String FILTERED =
            "packet-filter rules at the output, postrouting or egress hook meet the ICMP message";

    private IcmpAnswer() {}

    /// Takes the ICMP error back where none is sent; otherwise finds its way.
    static void answer(Decision decision) {
        if (isForbidden(decision.skb)) {
            decision.icmpType = decision.icmpCode = -1;
            return;
        }
        if (meetsFilter(decision.host.hooks())) {
            decision.incomplete(FILTERED);
            return;
        }
        Errno error = lookup(decision);
        if (decision.answerResult.incomplete != null) {
            return;
        }
        if (error != Errno.NONE) {
            decision.icmpType = decision.icmpCode = -1;
            return;
        }
        findWay(decision);
    }

    /// Takes the redirect back where ICMP's rules forbid it; the packet itself goes on.
    static void settleRedirect(Decision decision) {
        if (isForbidden(decision.skb)) {
            decision.redirect = false;
        } else if (meetsFilter(decision.host.hooks())) {
            decision.incomplete(FILTERED);
        }
    }

    /// RFC 1122, section 3.2.2, as the kernel reads it: nothing about what was not sent to this
    /// host alone, about later fragments, or about ICMP errors and ICMP types that are not known.
    private static boolean isForbidden(Skb skb) {
        return skb.packetType != PacketType.HOST
                || skb.fragmentOffset != 0
                || skb.protocol == Skb.ICMP && !isIcmpQuery(skb.icmpType());
    }

    private static boolean isIcmpQuery(int type) {
        return switch (type) {
            case 0, 8, 9, 10, 13, 14, 15, 16, 17, 18 -> true;
            default -> false;
        };
    }

    private static boolean meetsFilter(Set<Hook> hooks) {
        return hooks.contains(Hook.OUTPUT)
                || hooks.contains(Hook.POSTROUTING)
                || hooks.contains(Hook.EGRESS);
    }

    private static Errno lookup(Decision decision) {
        Skb skb = decision.skb;
        Flowi4 flow = decision.answerFlow;
        flow.inputDevice = decision.host.loopback();
        flow.outputDevice = null;
        flow.source = source(decision);
        flow.destination = skb.source;
        flow.tos = skb.tos & TOS_BITS | PRECEDENCE_INTERNET_CONTROL;
        flow.mark = 0;
        flow.protocol = Skb.ICMP;
        flow.sourcePort = 0;
        flow.destinationPort = 0;
        return decision.host.rules().lookup(flow, false, decision.answerResult);
    }

    private static int source(Decision decision) {
        boolean inbound =
                decision.host.sysctl("net.ipv4.icmp_errors_use_inbound_ifaddr") == 1
                        && !decision.device.addresses().isEmpty();
        return inbound ? decision.device.addresses().getFirst().local() : 0;
    }

    private static void findWay(Decision decision) {
        FibInfo info = decision.answerResult.info;
        if (info.type() != RouteType.UNICAST || info.isMultipath()) {
            return;
        }
        NextHop hop = decision.answerResult.nextHop();
        decision.answerEgress = hop;
        if (!hop.device().isNoArp()) {
            decision.answerMac =
                    hop.hasGateway6()
                            ? decision.host.gatewayMac(hop)
                            : decision.host.neighbours().mac(hop.device(), neighbour(decision));
        }
    }

    private static int neighbour(Decision decision) {
        int gateway = decision.answerEgress.gateway();
        return gateway != 0 ? gateway : decision.skb.source;
    }

    private static String nextHop(Decision decision) {
        NextHop hop = decision.answerEgress;
        return decision.isIpv6() && !hop.hasGateway6()
                ? decision.header6.source()
                : ForwardingPath.nextHop(hop, neighbour(decision));
    }

    static IcmpError toRecord(Decision decision) {
        NextHop hop = decision.answerEgress;
        return new IcmpError(
                decision.icmpType,
                decision.icmpCode,
                hop == null ? "" : hop.device().name(),
                hop == null ? "" : nextHop(decision),
                decision.answerMac < 0 ? "" : MacAddress.format(decision.answerMac));
    }
}
