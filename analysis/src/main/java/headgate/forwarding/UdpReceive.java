package headgate.forwarding;

/// What UDP and UDP-Lite do with a datagram for the host (kernel: `__udp4_lib_rcv`).
final class UdpReceive {
    private static final String FUNCTION = "__udp4_lib_rcv";
    private static final int HEADER = 8;
    private static final int PORT_UNREACHABLE = 3;

    /// Where a longer datagram is looked at: when it is read.
    private static final String READ = "udp_recvmsg";

    /// Kernel: `CHECKSUM_BREAK`.
    private static final int SUMMED_AT_ONCE = 76;

    private final Decision decision;

    private Skb skb;
    private boolean everybody;

    UdpReceive(Decision decision) {
        this.decision = decision;
    }

    /// @param everybody whether the packet came as a broadcast or multicast, by its route
    void receive(Skb skb, boolean everybody, boolean lite) {
        this.skb = skb;
        this.everybody = everybody;
        int present = skb.length - skb.headerLength;
        if (present < HEADER) {
            refuse(lite, DropReason.NOT_SPECIFIED, FUNCTION);
            return;
        }
        if (skb.captured < skb.headerLength + HEADER) {
            decision.effects.incomplete("the capture cuts the UDP header");
            return;
        }
        int field = skb.u16(skb.headerLength + 4);
        if (lite) {
            if (field > present) {
                refuse(true, DropReason.PKT_TOO_SMALL, FUNCTION);
            } else {
                receiveLite(present, field == 0 ? present : field);
            }
            return;
        }
        if (field > present || field < HEADER) {
            refuse(false, DropReason.PKT_TOO_SMALL, FUNCTION);
        } else if (isSummed(field) && !skb.isTransportSumRight(field, field)) {
            boolean atOnce = field <= SUMMED_AT_ONCE || decision.filter.hasSummed();
            refuseSum(false, !atOnce && isTaken() ? READ : FUNCTION);
        } else {
            find(false, "udp", field - HEADER);
        }
    }

    /// RFC 3828: there is always a checksum, over as many bytes as the length field says.
    private void receiveLite(int present, int covered) {
        boolean right =
                covered >= HEADER
                        && covered <= present
                        && skb.u16(skb.headerLength + 6) != 0
                        && skb.isTransportSumRight(covered, present);
        if (right) {
            find(true, "udplite", present - HEADER);
        } else {
            refuseSum(true, FUNCTION);
        }
    }

    /// Whether its checksum is looked at: not of a long one to everybody that no socket reads.
    private boolean isSummed(int length) {
        return skb.u16(skb.headerLength + 6) != 0
                && (!everybody
                        || length <= SUMMED_AT_ONCE
                        || decision.filter.hasSummed()
                        || isTaken());
    }

    /// Whether a socket takes the datagram.
    private boolean isTaken() {
        if (everybody) {
            int sourcePort = skb.u16(skb.headerLength);
            for (Sockets.Socket socket :
                    decision.host.sockets().boundTo("udp", skb.u16(skb.headerLength + 2))) {
                if (socket.accepts(skb.destination, skb.source, sourcePort)) {
                    return true;
                }
            }
            return false;
        }
        return decision.host
                        .sockets()
                        .find(
                                "udp",
                                skb.destination,
                                skb.u16(skb.headerLength + 2),
                                skb.source,
                                skb.u16(skb.headerLength))
                != null;
    }

    private void find(boolean lite, String table, int payload) {
        Sockets sockets = decision.host.sockets();
        if (!sockets.isKnown()) {
            decision.effects.incomplete("the snapshot has no sockets.txt");
            return;
        }
        int sourcePort = skb.u16(skb.headerLength);
        int port = skb.u16(skb.headerLength + 2);
        if (everybody) {
            deliverToAll(lite, table, port, sourcePort, payload);
            return;
        }
        Sockets.Socket socket = sockets.find(table, skb.destination, port, skb.source, sourcePort);
        if (socket != null) {
            deliver(socket, payload, sourcePort);
        } else if (sockets.isDualStackPossible(table + "6", port)) {
            decision.effects.incomplete(
                    "an IPv6 socket has the port, and may take IPv4 datagrams too");
        } else {
            decision.count(lite ? SnmpCounter.UDP_LITE_NO_PORTS : SnmpCounter.UDP_NO_PORTS);
            decision.icmp.error(Icmp.UNREACHABLE, PORT_UNREACHABLE, 0);
            decision.effects.drop(DropReason.NO_SOCKET, FUNCTION, Skb.ETH_P_IP);
        }
    }

    /// Broadcasts and multicasts go to every socket that has the port; without one, no error is
    /// sent.
    private void deliverToAll(boolean lite, String table, int port, int sourcePort, int payload) {
        boolean any = false;
        for (Sockets.Socket socket : decision.host.sockets().boundTo(table, port)) {
            if (socket.accepts(skb.destination, skb.source, sourcePort)) {
                deliver(socket, payload, sourcePort);
                any = true;
            }
        }
        if (!any) {
            decision.count(
                    lite ? SnmpCounter.UDP_LITE_IGNORED_MULTI : SnmpCounter.UDP_IGNORED_MULTI);
            decision.effects.drop(DropReason.NOT_SPECIFIED, FUNCTION, Skb.ETH_P_IP);
        }
    }

    private void deliver(Sockets.Socket socket, int payload, int sourcePort) {
        decision.effects.deliveries.add(
                new Effects.Delivery(socket, payload, Inet4.format(skb.source), sourcePort));
    }

    private void refuseSum(boolean lite, String function) {
        decision.count(lite ? SnmpCounter.UDP_LITE_IN_CSUM_ERRORS : SnmpCounter.UDP_IN_CSUM_ERRORS);
        refuse(lite, DropReason.UDP_CSUM, function);
    }

    private void refuse(boolean lite, DropReason reason, String function) {
        decision.count(lite ? SnmpCounter.UDP_LITE_IN_ERRORS : SnmpCounter.UDP_IN_ERRORS);
        decision.effects.drop(reason, function, Skb.ETH_P_IP);
    }
}
