package headgate.forwarding;

import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.HostSnapshot.Hook;
import headgate.packet.IpProtocol;

/// What the host does with an IPv6 packet for itself: extension headers one by one, then the upper
/// layer (kernel: `ip6_protocol_deliver_rcu` and the handlers that it calls).
public final class Ip6Input {
    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int ACK = 16;
    static final int ECE = 64;

    /// The first type of neighbour discovery; [Icmp6#REDIRECT] is the last.
    private static final int ROUTER_SOLICITATION = 133;

    private static final int NO_NEXT_HEADER = 59;
    private static final int PIM = 103;
    private static final int UDP_HEADER = 8;

    /// Checksums of datagrams up to this length are looked at before a socket is looked for
    /// (kernel: `CHECKSUM_BREAK`).
    private static final int SUMMED_AT_ONCE = 76;

    private static final int TCP_HEADER = 20;

    private final Decision decision;
    private final Ip6Options options = new Ip6Options();
    private final SynOptions synOptions;
    private final ExtensionHeaders quoted = new ExtensionHeaders();
    private final Ip6Header header = new Ip6Header();

    /// Where the header at hand starts, and where its number stands.
    private int at;

    private int numberAt;

    /// Whether the packet came in fragments, or as one that says so.
    private boolean fragmented;

    /// Whether it came with a Router Alert option of value 0 (RFC 2711).
    private boolean alertsForMld;

    Ip6Input(Decision decision) {
        this.decision = decision;
        this.synOptions = new SynOptions(decision);
    }

    /// Parses the hop-by-hop options that follow the fixed header, as every node does (kernel:
    /// `ipv6_parse_hopopts`).
    ///
    /// @return whether that ended the packet's way
    public boolean refusesHopByHop() {
        Skb skb = decision.skb;
        int length = extensionLength(skb, Ip6Header.LENGTH);
        int most = (int) decision.host.sysctl("net.ipv6.max_hbh_length");
        if (length < 0 || most >= 0 && length > most) {
            return decision.drop(DropReason.NOT_SPECIFIED, "ipv6_parse_hopopts");
        }
        int count = (int) decision.host.sysctl("net.ipv6.max_hbh_opts_number", 8);
        if (options.refuses(decision, Ip6Header.LENGTH, length, true, count)) {
            return true;
        }
        decision.routerAlert = options.routerAlert;
        return false;
    }

    /// Bytes of the extension header at `offset`; -1 if they are not all in the packet.
    private static int extensionLength(Skb skb, int offset) {
        if (skb.captured < offset + 8) {
            return -1;
        }
        int length = skb.u8(offset + 1) * 8 + 8;
        return skb.captured < offset + length ? -1 : length;
    }

    /// Whether [Decision#skb] is a message of neighbour discovery.
    public boolean isDiscovery() {
        Skb skb = decision.skb;
        quoted.walk(skb.bytes(), 0, skb.captured);
        if (quoted.broken
                || quoted.nextHeader != IpProtocol.ICMPV6
                || quoted.offset >= skb.captured) {
            return false;
        }
        int type = skb.u8(quoted.offset);
        return type >= ROUTER_SOLICITATION && type <= Icmp6.REDIRECT;
    }

    /// Delivers [Decision#skb].
    public boolean delivers() {
        Skb skb = decision.skb;
        header.read(skb.bytes(), 0);
        fragmented = skb.pieces != null;
        alertsForMld = decision.routerAlert == 0;
        at = Ip6Header.LENGTH;
        numberAt = Ip6Header.NEXT_HEADER;
        // What tracking put together goes on behind where the fragment header was, under the number
        // that was next when the fragment came in: options that stood inside were never parsed.
        int start = fragmented ? skb.headOfPieces() : at;
        if (header.nextHeader == IpProtocol.HOP_BY_HOP && (!fragmented || start > at)) {
            numberAt = at;
            at += skb.u8(at + 1) * 8 + 8;
        }
        at = Math.max(at, start);
        // Each header is at least eight bytes, so that this ends with the packet.
        while (true) {
            int next = skb.u8(numberAt);
            boolean ended =
                    switch (next) {
                        case IpProtocol.DESTINATION_OPTIONS -> destinationOptions();
                        case IpProtocol.ROUTING -> routing();
                        case IpProtocol.FRAGMENT -> fragment();
                        default -> upperLayer(next);
                    };
            if (ended || decision.outcome != Outcome.UNDECIDED) {
                return true;
            }
        }
    }

    private boolean destinationOptions() {
        Skb skb = decision.skb;
        int length = extensionLength(skb, at);
        int most = (int) decision.host.sysctl("net.ipv6.max_dst_opts_length");
        if (length < 0 || most >= 0 && length > most) {
            decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
            return decision.drop(DropReason.NOT_SPECIFIED, "ipv6_destopt_rcv");
        }
        int count = (int) decision.host.sysctl("net.ipv6.max_dst_opts_number", 8);
        if (options.refuses(decision, at, length, false, count)) {
            decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
            return true;
        }
        pass(length);
        return false;
    }

    private void pass(int length) {
        numberAt = at;
        at += length;
    }

    /// Kernel: `ipv6_rthdr_rcv`, without segment routing, which is off unless somebody turns it on.
    private boolean routing() {
        Skb skb = decision.skb;
        int length = extensionLength(skb, at);
        if (length < 0) {
            decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
            return decision.drop(DropReason.NOT_SPECIFIED, "ipv6_rthdr_rcv");
        }
        if (header.isToMulticast() || skb.packetType != Skb.PacketType.HOST) {
            decision.count(SnmpCounter.IP6_IN_ADDR_ERRORS);
            return decision.drop(DropReason.NOT_SPECIFIED, "ipv6_rthdr_rcv");
        }
        int type = skb.u8(at + 2);
        if (type == 3 || type == 4) {
            return decision.drop(DropReason.NOT_SPECIFIED, "ipv6_rthdr_rcv");
        }
        if (skb.u8(at + 3) == 0) {
            pass(length);
            return false;
        }
        decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
        decision.icmp6.tell(Icmp6.PARAMETER_PROBLEM, Icmp6.HEADER_FIELD, at + 2);
        return decision.drop(DropReason.NOT_SPECIFIED, "ipv6_rthdr_rcv");
    }

    private boolean fragment() {
        if (fragmented) {
            // There may be one such header.
            decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
            decision.icmp6.tell(Icmp6.PARAMETER_PROBLEM, Icmp6.HEADER_FIELD, at);
            return decision.outcome != Outcome.UNDECIDED
                    || decision.drop(DropReason.NOT_SPECIFIED, "ipv6_frag_rcv");
        }
        decision.count(SnmpCounter.IP6_REASM_REQDS);
        if (!decision.state.reassembly6.takes(decision, at, numberAt)) {
            return true;
        }
        // The packet is whole now, and the fragment header gone from it or empty.
        fragmented = true;
        header.read(decision.skb.bytes(), 0);
        at = decision.state.reassembly6.upperLayerAt();
        numberAt = decision.state.reassembly6.numberAt();
        return false;
    }

    private boolean upperLayer(int next) {
        Skb skb = decision.skb;
        switch (next) {
            case IpProtocol.UDP, IpProtocol.TCP, IpProtocol.ICMPV6 -> {
                if (!skb.isWhole()) {
                    return decision.incomplete("the capture cut a packet for the host itself");
                }
                if (next == IpProtocol.UDP) {
                    udp(skb);
                } else if (next == IpProtocol.TCP) {
                    tcp(skb);
                } else {
                    icmp(skb);
                }
            }
            case NO_NEXT_HEADER ->
                    decision.effects.drop(
                            DropReason.NOT_SPECIFIED, "dst_discard_out", skb.protocolType);
            case PIM, IpProtocol.UDP_LITE -> {
                return decision.incomplete("IPv6 protocol " + next + " of the host's own");
            }
            default -> {
                return unknown(next);
            }
        }
        if (decision.outcome != Outcome.UNDECIDED) {
            return true;
        }
        decision.count(SnmpCounter.IP6_IN_DELIVERS);
        return decision.end(Outcome.LOCAL);
    }

    private boolean unknown(int next) {
        if (!decision.host.sockets().isKnown()) {
            return decision.incomplete("the snapshot has no sockets.txt");
        }
        for (Sockets.Socket socket : decision.host.sockets().all()) {
            if (socket.kind().equals("raw6") && socket.localPort() == next) {
                decision.count(SnmpCounter.IP6_IN_DELIVERS);
                return decision.end(Outcome.LOCAL);
            }
        }
        decision.count(SnmpCounter.IP6_IN_UNKNOWN_PROTOS);
        decision.icmp6.tell(Icmp6.PARAMETER_PROBLEM, Icmp6.UNKNOWN_NEXT_HEADER, numberAt);
        return decision.outcome == Outcome.INCOMPLETE
                || decision.drop(DropReason.IP_NOPROTO, "ip6_input_finish");
    }

    /// One's complement sum with the pseudo-header; right if it is 0xffff.
    private boolean isChecksumRight(Skb skb, int length, int protocol) {
        return Icmp6.sum(skb, at, length, protocol) == 0xffff;
    }

    private void drop(Skb skb, DropReason reason, String function) {
        decision.effects.drop(reason, function, skb.protocolType);
    }

    /// Kernel: `__udp6_lib_rcv`.
    private void udp(Skb skb) {
        int there = skb.length - at;
        if (there < UDP_HEADER) {
            refuseUdp(skb, DropReason.NOT_SPECIFIED);
            return;
        }
        int claimed = skb.u16(at + 4);
        int length = claimed == 0 ? there : claimed;
        if (length > there || length < UDP_HEADER) {
            refuseUdp(skb, DropReason.PKT_TOO_SMALL);
            return;
        }
        boolean summed = decision.filter.hasSummed();
        boolean checkedFirst = skb.u16(at + 6) != 0 && (there <= SUMMED_AT_ONCE || summed);
        // A short datagram is summed up anew where the kept sum is off.
        int drift = summed && there > SUMMED_AT_ONCE ? decision.filter.sumDrift() : 0;
        if (checkedFirst && !isSumRight(skb, length, drift)) {
            decision.count(SnmpCounter.UDP6_IN_CSUM_ERRORS);
            refuseUdp(skb, DropReason.UDP_CSUM);
            return;
        }
        Sockets.Socket socket = socket("udp6", skb, skb.u16(at + 2), skb.u16(at));
        if (!decision.host.sockets().isKnown()) {
            decision.incomplete("the snapshot has no sockets.txt");
        } else if (header.isToMulticast() && (socket == null || skb.u16(at + 6) == 0)) {
            decision.count(SnmpCounter.UDP6_IGNORED_MULTI);
            drop(skb, DropReason.NOT_SPECIFIED, "__udp6_lib_rcv");
        } else if (!checkedFirst && !isSumRight(skb, length, 0)) {
            decision.count(SnmpCounter.UDP6_IN_CSUM_ERRORS);
            decision.count(SnmpCounter.UDP6_IN_ERRORS);
            // A longer datagram is looked at when it is read.
            boolean read = socket != null && skb.u16(at + 6) != 0;
            drop(
                    skb,
                    socket == null ? DropReason.NO_SOCKET : DropReason.UDP_CSUM,
                    read ? "udpv6_recvmsg" : "__udp6_lib_rcv");
        } else if (socket == null) {
            decision.count(SnmpCounter.UDP6_NO_PORTS);
            decision.icmp6.tell(Icmp6.UNREACHABLE, Icmp6.PORT_UNREACHABLE, 0);
            drop(skb, DropReason.NO_SOCKET, "__udp6_lib_rcv");
        } else {
            decision.effects.deliveries.add(
                    new Effects.Delivery(
                            socket, length - UDP_HEADER, header.source(), skb.u16(at)));
        }
    }

    private boolean isSumRight(Skb skb, int length, int drift) {
        int sum = Icmp6.sum(skb, at, length, IpProtocol.UDP) + drift;
        return skb.u16(at + 6) != 0 && (sum & 0xffff) + (sum >>> 16) == 0xffff;
    }

    private void refuseUdp(Skb skb, DropReason reason) {
        decision.count(SnmpCounter.UDP6_IN_ERRORS);
        drop(skb, reason, "__udp6_lib_rcv");
    }

    /// The most particular of the sockets that the packet is for (kernel: `compute_score`); null if
    /// there is none.
    private Sockets.Socket socket(String kind, Skb skb, int port, int remotePort) {
        Sockets.Socket best = null;
        int bestScore = -1;
        for (int i = 0; i < decision.host.sockets().all().size(); i++) {
            Sockets.Socket socket = decision.host.sockets().all().get(i);
            if (socket.kind().equals(kind) && socket.localPort() == port) {
                int score = score(socket, skb, remotePort);
                if (score > bestScore) {
                    best = socket;
                    bestScore = score;
                }
            }
        }
        return best;
    }

    private static int score(Sockets.Socket socket, Skb skb, int remotePort) {
        int local = matches(socket.local(), skb, Ip6Header.DESTINATION);
        int remote = matches(socket.remote(), skb, Ip6Header.SOURCE);
        boolean port = socket.remotePort() == 0 || socket.remotePort() == remotePort;
        return local < 0 || remote < 0 || !port ? -1 : local + remote + socket.remotePort();
    }

    /// 0 if the socket takes any address, 1 if it takes this one, -1 if it takes another.
    private static int matches(byte[] address, Skb skb, int offset) {
        boolean any = true;
        boolean same = true;
        for (int i = 0; i < address.length; i++) {
            any &= address[i] == 0;
            same &= (address[i] & 0xff) == skb.u8(offset + i);
        }
        return any ? 0 : same ? 1 : -1;
    }

    /// Kernel: `tcp_v6_rcv`.
    private void tcp(Skb skb) {
        if (skb.packetType != Skb.PacketType.HOST) {
            drop(skb, DropReason.NOT_SPECIFIED, "tcp_v6_rcv");
            return;
        }
        decision.count(SnmpCounter.TCP_IN_SEGS);
        int there = skb.length - at;
        if (there < TCP_HEADER) {
            drop(skb, DropReason.NOT_SPECIFIED, "tcp_v6_rcv");
            return;
        }
        int offset = (skb.u8(at + 12) >>> 4) * 4;
        if (offset < TCP_HEADER) {
            decision.count(SnmpCounter.TCP_IN_ERRS);
            drop(skb, DropReason.PKT_TOO_SMALL, "tcp_v6_rcv");
        } else if (offset > there) {
            drop(skb, DropReason.NOT_SPECIFIED, "tcp_v6_rcv");
        } else if (!isChecksumRight(skb, there, IpProtocol.TCP)) {
            decision.count(SnmpCounter.TCP_IN_CSUM_ERRORS);
            decision.count(SnmpCounter.TCP_IN_ERRS);
            drop(skb, DropReason.TCP_CSUM, "tcp_v6_rcv");
        } else if (!decision.host.sockets().isKnown()) {
            decision.incomplete("the snapshot has no sockets.txt");
        } else {
            tcp(skb, socket("tcp6", skb, skb.u16(at + 2), skb.u16(at)));
        }
    }

    /// @param socket null if there is none
    private void tcp(Skb skb, Sockets.Socket socket) {
        if (socket == null) {
            decision.icmp6.reset(skb, at);
            drop(skb, DropReason.NO_SOCKET, "tcp_v6_rcv");
        } else if (socket.state() != Sockets.Socket.LISTEN) {
            decision.incomplete("the segment belongs to a connection of the host's own");
        } else {
            listen(skb, skb.u8(at + 13));
        }
    }

    /// As [TcpReceive] of IPv4; what answers a first segment is the host's own stack.
    private void listen(Skb skb, int flags) {
        int options = at + TCP_HEADER;
        var authentication = TcpAuthentication.of(skb, options, at + (skb.u8(at + 12) >>> 4) * 4);
        if (authentication != TcpAuthentication.NONE) {
            authentication.refuse(decision, "tcp_v6_rcv", skb.protocolType);
            return;
        }
        if (decision.state.isHalfOpen(skb, at)) {
            continueHandshake(skb, flags);
        } else if ((flags & ACK) != 0) {
            decision.icmp6.reset(skb, at);
            drop(skb, DropReason.TCP_FLAGS, "tcp_v6_do_rcv");
        } else if ((flags & RST) != 0) {
            drop(skb, DropReason.TCP_RESET, "tcp_rcv_state_process");
        } else if ((flags & (SYN | FIN)) != SYN) {
            drop(skb, DropReason.TCP_FLAGS, "tcp_rcv_state_process");
        } else if (Inet6.isMapped(header.sourceHigh, header.sourceLow)) {
            decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
        } else {
            decision.icmp6.acceptConnection(skb, at, synOptions);
        }
    }

    /// Only a reset ends what a first segment began without making it a connection.
    private void continueHandshake(Skb skb, int flags) {
        if ((flags & RST) == 0 || skb.i32(at + 4) != decision.state.halfOpenSequence(skb, at) + 1) {
            decision.incomplete("connections of the host's own are not modelled");
            return;
        }
        decision.state.closeHalfOpen(skb, at);
        decision.count(SnmpCounter.TCP_ATTEMPT_FAILS);
        decision.count(SnmpCounter.TCP_EXT_EMBRYONIC_RSTS);
        drop(skb, DropReason.NOT_SPECIFIED, "tcp_v6_rcv");
    }

    /// Kernel: `icmpv6_rcv`.
    private void icmp(Skb skb) {
        int there = skb.length - at;
        decision.count(SnmpCounter.ICMP6_IN_MSGS);
        if (!isChecksumRight(skb, there, IpProtocol.ICMPV6)) {
            decision.count(SnmpCounter.ICMP6_IN_CSUM_ERRORS);
            refuseIcmp(skb, DropReason.ICMP_CSUM);
            return;
        }
        if (there < Icmp6.HEADER) {
            refuseIcmp(skb, DropReason.NOT_SPECIFIED);
            return;
        }
        int type = skb.u8(at);
        countIn(type);
        switch (type) {
            case Icmp6.ECHO_REQUEST -> echo(skb);
            case Icmp6.ECHO_REPLY, 161 -> drop(skb, DropReason.NO_SOCKET, "ping_rcv");
            case Icmp6.PACKET_TOO_BIG -> {
                if (there < Icmp6.HEADER + Ip6Header.LENGTH) {
                    refuseIcmp(skb, DropReason.NOT_SPECIFIED);
                } else {
                    hear(skb, at + Icmp6.HEADER);
                }
            }
            case 133, 134, 135, 136, Icmp6.REDIRECT -> discover(skb, type);
            case 130 -> decision.discovery.query(skb, at, alertsForMld);
            // A report of another host: no answer, and not counted as a drop.
            case 131 -> {}
            default -> {
                if (type < Icmp6.FIRST_INFORMATIONAL) {
                    hear(skb, at + Icmp6.HEADER);
                } else {
                    drop(skb, DropReason.NOT_SPECIFIED, "icmpv6_rcv");
                }
            }
        }
    }

    private void refuseIcmp(Skb skb, DropReason reason) {
        decision.count(SnmpCounter.ICMP6_IN_ERRORS);
        drop(skb, reason, "icmpv6_rcv");
    }

    private void countIn(int type) {
        decision.effects.count(SnmpCounters.MessageGroup.ICMP6_IN, type);
        SnmpCounter counter =
                switch (type) {
                    case 1 -> SnmpCounter.ICMP6_IN_DEST_UNREACHS;
                    case 2 -> SnmpCounter.ICMP6_IN_PKT_TOO_BIGS;
                    case 3 -> SnmpCounter.ICMP6_IN_TIME_EXCDS;
                    case 4 -> SnmpCounter.ICMP6_IN_PARM_PROBLEMS;
                    case 128 -> SnmpCounter.ICMP6_IN_ECHOS;
                    case 129 -> SnmpCounter.ICMP6_IN_ECHO_REPLIES;
                    case 130 -> SnmpCounter.ICMP6_IN_GROUP_MEMB_QUERIES;
                    case 131 -> SnmpCounter.ICMP6_IN_GROUP_MEMB_RESPONSES;
                    case 132 -> SnmpCounter.ICMP6_IN_GROUP_MEMB_REDUCTIONS;
                    case 133 -> SnmpCounter.ICMP6_IN_ROUTER_SOLICITS;
                    case 134 -> SnmpCounter.ICMP6_IN_ROUTER_ADVERTISEMENTS;
                    case 135 -> SnmpCounter.ICMP6_IN_NEIGHBOR_SOLICITS;
                    case 136 -> SnmpCounter.ICMP6_IN_NEIGHBOR_ADVERTISEMENTS;
                    case 137 -> SnmpCounter.ICMP6_IN_REDIRECTS;
                    case 143 -> SnmpCounter.ICMP6_IN_MLDV2_REPORTS;
                    default -> null;
                };
        if (counter != null) {
            decision.count(counter);
        }
    }

    private void echo(Skb skb) {
        boolean ignores =
                decision.host.sysctl("net.ipv6.icmp.echo_ignore_all") == 1
                        || header.isToMulticast()
                                && decision.host.sysctl("net.ipv6.icmp.echo_ignore_multicast") == 1;
        if (ignores || !decision.icmp6.echo(skb, at)) {
            drop(skb, DropReason.NOT_SPECIFIED, "icmpv6_rcv");
        }
    }

    private void discover(Skb skb, int type) {
        DropReason reason = decision.discovery.receive(skb, at, type, fragmented);
        if (reason == null && type == Icmp6.REDIRECT) {
            hear(skb, decision.discovery.redirectedAt());
        } else if (reason != null) {
            drop(skb, reason, "icmpv6_rcv");
        }
    }

    /// Tells the protocol of the packet that an error quotes; no socket of the host's own is found
    /// to be told (kernel: `icmpv6_notify`).
    ///
    /// @param inner where the quoted packet starts
    private void hear(Skb skb, int inner) {
        if (skb.length - inner < Ip6Header.LENGTH) {
            refuseIcmp(skb, DropReason.PKT_TOO_SMALL);
            return;
        }
        quoted.walk(skb.bytes(), inner, skb.length);
        if (quoted.broken) {
            refuseIcmp(skb, DropReason.IPV6_BAD_EXTHDR);
        } else if (skb.length - quoted.offset < 8) {
            refuseIcmp(skb, DropReason.PKT_TOO_SMALL);
        } else if (quoted.nextHeader == IpProtocol.UDP || quoted.nextHeader == IpProtocol.TCP) {
            decision.count(SnmpCounter.ICMP6_IN_ERRORS);
        }
    }

    private boolean isFiltered(Skb own) {
        NetDevice loopback = decision.host.loopback();
        return !decision.filter.passes(Hook.PREROUTING, decision, own, loopback, null)
                || !decision.filter.passes(Hook.INPUT, decision, own, loopback, null);
    }

    /// Receives one of the host's own packets to itself, or to a group that it has joined.
    void loopBack(Skb own) {
        decision.effects.beginLoop();
        int keptAt = at;
        int keptNumberAt = numberAt;
        boolean keptFragmented = fragmented;
        decision.count(SnmpCounter.IP6_IN_RECEIVES);
        decision.count(SnmpCounter.IP6_IN_OCTETS, own.length);
        header.read(own.bytes(), 0);
        decision.count(Ip6Header.ecnCounter(header.trafficClass));
        if (isFiltered(own)) {
            header.read(decision.skb.bytes(), 0);
            decision.effects.endLoop();
            return;
        }
        fragmented = false;
        numberAt = Ip6Header.NEXT_HEADER;
        at = Ip6Header.LENGTH;
        if (header.nextHeader == IpProtocol.HOP_BY_HOP) {
            numberAt = at;
            at += own.u8(at + 1) * 8 + 8;
        }
        switch (own.u8(numberAt)) {
            case IpProtocol.TCP -> tcp(own);
            case IpProtocol.ICMPV6 -> icmp(own);
            default -> {}
        }
        decision.count(SnmpCounter.IP6_IN_DELIVERS);
        at = keptAt;
        numberAt = keptNumberAt;
        fragmented = keptFragmented;
        header.read(decision.skb.bytes(), 0);
        decision.effects.endLoop();
    }
}
