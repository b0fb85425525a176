package headgate.forwarding;

/// What the host's protocols do with a packet for the host (kernel: `ip_protocol_deliver_rcu`).
///
/// A checksum over bytes that were not captured is taken for right.
final class LocalDelivery {
    private static final int PIM = 103;
    private static final int UDPLITE = 136;
    private static final int PROTOCOL_UNREACHABLE = 2;

    private final Decision decision;
    private final IcmpReceive icmp;
    private final IgmpReceive igmp;
    private final TcpReceive tcp;
    private final UdpReceive udp;

    LocalDelivery(Decision decision) {
        this.decision = decision;
        this.icmp = new IcmpReceive(decision);
        this.igmp = new IgmpReceive(decision);
        this.tcp = new TcpReceive(decision);
        this.udp = new UdpReceive(decision);
    }

    /// Hands a packet to raw sockets and to its protocol.
    ///
    /// @param skb the decision's packet, or one of the host's own that is for itself
    /// @param everybody whether it came as a broadcast or multicast, by its route
    void deliver(Skb skb, boolean everybody) {
        boolean raw = deliverRaw(skb);
        switch (skb.protocol) {
            case Skb.ICMP -> icmp.receive(skb, everybody);
            case Skb.IGMP -> igmp.receive(skb, everybody);
            case Skb.TCP -> tcp.receive(skb, everybody);
            case Skb.UDP -> udp.receive(skb, everybody, false);
            case UDPLITE -> udp.receive(skb, everybody, true);
            case PIM -> drop(DropReason.NOT_SPECIFIED, "pim_rcv");
            default -> {
                refuse(raw);
                return;
            }
        }
        decision.count(SnmpCounter.IP_IN_DELIVERS);
    }

    /// No protocol takes it up; a raw socket is enough for it not to be refused.
    private void refuse(boolean raw) {
        if (raw) {
            decision.count(SnmpCounter.IP_IN_DELIVERS);
            return;
        }
        if (!decision.host.sockets().isKnown()) {
            decision.effects.incomplete("the snapshot has no sockets.txt");
        }
        decision.count(SnmpCounter.IP_IN_UNKNOWN_PROTOS);
        decision.icmp.error(Icmp.UNREACHABLE, PROTOCOL_UNREACHABLE, 0);
        drop(DropReason.IP_NOPROTO, "ip_local_deliver_finish");
    }

    private void drop(DropReason reason, String function) {
        decision.effects.drop(reason, function, Skb.ETH_P_IP);
    }

    /// Raw sockets get a copy with the IP header.
    private boolean deliverRaw(Skb skb) {
        boolean any = false;
        for (Sockets.Socket socket : decision.host.sockets().boundTo("raw", skb.protocol)) {
            if (socket.accepts(skb.destination, skb.source)) {
                decision.effects.deliveries.add(
                        new Effects.Delivery(
                                socket, skb.length, Inet4.format(skb.source), skb.protocol));
                any = true;
            }
        }
        return any;
    }
}
