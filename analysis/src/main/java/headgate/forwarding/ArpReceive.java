package headgate.forwarding;

import headgate.forwarding.Decision.Input;
import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.Effects.NeighbourChange;
import headgate.forwarding.Effects.NeighbourState;
import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.Skb.PacketType;

/// What the host does with an ARP packet (kernel: `arp_rcv`, `arp_process`).
final class ArpReceive {
    private static final String RECEIVE = "arp_rcv";
    private static final String PROCESS = "arp_process";
    private static final int ETHERNET = 1;
    private static final int IEEE_802 = 6;
    private static final int MAC_LENGTH = 6;
    private static final int ADDRESS_LENGTH = 4;

    private final Decision decision;
    private int sender;
    private int target;
    private long senderMac;

    ArpReceive(Decision decision) {
        this.decision = decision;
    }

    boolean receive() {
        Skb skb = decision.skb;
        if (decision.device.isNoArp() || skb.packetType == PacketType.OTHERHOST) {
            return decision.end(Outcome.CONSUMED);
        }
        if (skb.length < Arp.LENGTH) {
            return decision.drop(DropReason.PKT_TOO_SMALL, RECEIVE);
        }
        if (skb.captured < Arp.LENGTH) {
            return decision.incomplete("the capture cuts the ARP packet");
        }
        if (skb.u8(4) != MAC_LENGTH || skb.u8(5) != ADDRESS_LENGTH) {
            return decision.drop(DropReason.NOT_SPECIFIED, RECEIVE);
        }
        int operation = skb.u16(6);
        sender = skb.i32(14);
        target = skb.i32(24);
        senderMac = (long) skb.u16(8) << 32 | skb.i32(10) & 0xffff_ffffL;
        boolean understood =
                (skb.u16(0) == ETHERNET || skb.u16(0) == IEEE_802)
                        && skb.u16(2) == Skb.ETH_P_IP
                        && (operation == Arp.REQUEST || operation == Arp.REPLY);
        if (!understood || Inet4.isMulticast(target)) {
            return decision.drop(DropReason.NOT_SPECIFIED, PROCESS);
        }
        InDevice conf = decision.device.conf();
        if (decision.isUnknown(conf.routeLocalnet(), "route_localnet")
                || decision.isUnknown(conf.arpIgnore(), "arp_ignore")
                || decision.isUnknown(conf.arpFilter(), "arp_filter")
                || decision.isUnknown(conf.proxyArp(), "proxy_arp")
                || decision.isUnknown(conf.arpAccept(), "arp_accept")) {
            return true;
        }
        boolean gratuitous = sender == target && conf.dropGratuitousArp() == 1;
        if (Inet4.isLoopback(target) && conf.routeLocalnet() == 0 || gratuitous) {
            return decision.drop(DropReason.NOT_SPECIFIED, PROCESS);
        }
        process(operation);
        return decision.outcome == Outcome.INCOMPLETE || decision.end(Outcome.CONSUMED);
    }

    private void process(int operation) {
        if (sender == 0) {
            // Duplicate address detection, RFC 5227 section 2.1.
            if (operation == Arp.REQUEST && decision.host.isLocal(target) && !ignores(0)) {
                reply();
            }
        } else if (operation != Arp.REQUEST || !answers()) {
            learn(operation);
        }
    }

    /// Whether the question is one for this host or for one that it stands in for; then nothing
    /// else is learned from it.
    private boolean answers() {
        Flowi4 flow = decision.flow;
        flow.tos = flow.mark = flow.protocol = flow.sourcePort = flow.destinationPort = 0;
        boolean routed = decision.routesInput(sender, target);
        if (decision.outcome == Outcome.INCOMPLETE) {
            return true;
        }
        if (!routed) {
            return false;
        }
        if (decision.input == Input.LOCAL) {
            if (!ignores(sender) && !filters()) {
                makeStale();
                reply();
            }
            return true;
        }
        if (decision.input == Input.FORWARD && standsIn()) {
            makeStale();
            reply();
            return true;
        }
        return decision.outcome == Outcome.INCOMPLETE;
    }

    /// `arp_ignore`.
    private boolean ignores(int source) {
        return switch (decision.device.conf().arpIgnore()) {
            case 1 -> !has(decision.device, 0, FibInfo.SCOPE_HOST);
            case 2 -> !has(decision.device, source, FibInfo.SCOPE_HOST);
            case 3 -> {
                for (NetDevice device : decision.host.devices()) {
                    if (has(device, 0, FibInfo.SCOPE_LINK)) {
                        yield false;
                    }
                }
                yield true;
            }
            case 8 -> true;
            default -> false;
        };
    }

    /// Whether `device` has the target as an address, in one subnet with `source` unless that is 0
    /// (kernel: `inet_confirm_addr`).
    private boolean has(NetDevice device, int source, int scope) {
        for (NetDevice.Address address : device.addresses()) {
            if (address.local() == target
                    && address.scope() <= scope
                    && (source == 0 || address.matches(source))) {
                return true;
            }
        }
        return false;
    }

    /// `arp_filter`: only where the answer to the sender would leave by the same device.
    private boolean filters() {
        if (decision.device.conf().arpFilter() == 0) {
            return false;
        }
        OutputRoute route = decision.ownRoute;
        route.ask(target, sender, 0, 0);
        Errno error = route.find(-1);
        if (route.incomplete != null) {
            return decision.incomplete(route.incomplete);
        }
        if (error == Errno.NONE && route.device != decision.device) {
            decision.count(SnmpCounter.TCP_EXT_ARP_FILTER);
        }
        return error != Errno.NONE || route.device != decision.device;
    }

    /// Whether the host answers for others: `proxy_arp`, or an entry of `ip neigh add proxy`.
    private boolean standsIn() {
        NetDevice out = decision.result.nextHop().device();
        InDevice conf = decision.device.conf();
        if (out == decision.device) {
            return conf.proxyArpPvlan() == 1
                    && decision.incomplete("proxy_arp_pvlan is not modelled");
        }
        if (conf.proxyArp() == 1) {
            return conf.mediumId() == 0 || decision.incomplete("medium_id is not modelled");
        }
        return decision.host.isProxied(decision.device, target);
    }

    private void reply() {
        decision.arp.send(
                Kind.ARP_REPLY, decision.device, senderMac, Arp.REPLY, target, senderMac, sender);
    }

    /// An answered question makes an entry for who asked (kernel: `neigh_event_ns`).
    private void makeStale() {
        update(NeighbourState.STALE);
    }

    /// An entry that there is changes; `arp_accept` makes one of what nobody asked for.
    private void learn(int operation) {
        boolean known =
                decision.state.mac(decision.host, decision.device, sender) != Neighbours.ABSENT;
        boolean accepted =
                decision.device.conf().arpAccept() == 1
                        && (isGratuitous(operation) || operation == Arp.REPLY && isNeighbour());
        if (!known && !accepted) {
            return;
        }
        boolean confirms = operation == Arp.REPLY && decision.skb.packetType == PacketType.HOST;
        update(confirms ? NeighbourState.REACHABLE : NeighbourState.STALE);
    }

    /// Kernel: `arp_is_garp`.
    private boolean isGratuitous(int operation) {
        Skb skb = decision.skb;
        boolean toSelf =
                operation == Arp.REQUEST
                        || (skb.u16(18) == skb.u16(8) && skb.i32(20) == skb.i32(10));
        return sender == target && toSelf && isNeighbour();
    }

    private boolean isNeighbour() {
        return !decision.host.isLocal(sender)
                && !decision.host.isBroadcast(sender)
                && !Inet4.isMulticast(sender);
    }

    private void update(NeighbourState state) {
        NetDevice device = decision.device;
        long before = decision.state.mac(decision.host, device, sender);
        boolean same = before == senderMac && state == NeighbourState.STALE;
        if (same || decision.host.neighbours().isPermanent(device, sender)) {
            return;
        }
        if (decision.state.learn(device, sender, senderMac)) {
            decision.effects.neighbourChanges.add(
                    new NeighbourChange(device, Inet4.format(sender), state, senderMac, false));
        }
    }
}
