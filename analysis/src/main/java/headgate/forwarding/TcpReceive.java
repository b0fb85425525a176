package headgate.forwarding;

import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.Skb.PacketType;

/// What TCP does with a segment for the host that belongs to no connection (kernel: `tcp_v4_rcv`,
/// `tcp_v4_send_reset`, `tcp_conn_request`).
final class TcpReceive {
    private static final String RECEIVE = "tcp_v4_rcv";
    private static final String LISTENER = "tcp_v4_do_rcv";
    private static final String STATE = "tcp_rcv_state_process";

    private static final int HEADER = 20;
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int ACK = 16;

    /// RFC 3168 section 5.
    private static final int ECN = 3;

    private static final int DONT_FRAGMENT = 0x4000;
    private static final int LARGEST_PACKET = 65535;
    private static final int ECE = 64;

    /// Of the 13th and 14th byte of a header, with the bit of accurate ECN.
    private static final int FLAGS = 0x1ff;

    private final Decision decision;
    private final SynOptions options;

    private Skb skb;
    private boolean everybody;

    TcpReceive(Decision decision) {
        this.decision = decision;
        this.options = new SynOptions(decision);
    }

    /// @param everybody whether the packet came as a broadcast or multicast, by its route
    void receive(Skb skb, boolean everybody) {
        this.skb = skb;
        this.everybody = everybody;
        if (skb.packetType != PacketType.HOST) {
            drop(DropReason.NOT_SPECIFIED, RECEIVE);
            return;
        }
        decision.count(SnmpCounter.TCP_IN_SEGS);
        int present = skb.length - skb.headerLength;
        if (present < HEADER) {
            drop(DropReason.NOT_SPECIFIED, RECEIVE);
            return;
        }
        if (skb.captured < skb.headerLength + HEADER) {
            decision.effects.incomplete("the capture cuts the TCP header");
            return;
        }
        int header = (skb.u8(skb.headerLength + 12) >>> 4) * 4;
        if (header < HEADER) {
            refuse(DropReason.PKT_TOO_SMALL);
        } else if (present < header) {
            drop(DropReason.NOT_SPECIFIED, RECEIVE);
        } else if (!skb.isTransportSumRight(present, present)) {
            decision.count(SnmpCounter.TCP_IN_CSUM_ERRORS);
            refuse(DropReason.TCP_CSUM);
        } else {
            find(header, present - header);
        }
    }

    private void find(int header, int payload) {
        Sockets sockets = decision.host.sockets();
        if (!sockets.isKnown()) {
            decision.effects.incomplete("the snapshot has no sockets.txt");
            return;
        }
        int at = skb.headerLength;
        int port = skb.u16(at + 2);
        Sockets.Socket socket = sockets.find("tcp", skb.destination, port, skb.source, skb.u16(at));
        if (socket == null && sockets.isDualStackPossible("tcp6", port)) {
            decision.effects.incomplete(
                    "an IPv6 socket has the port, and may take IPv4 segments too");
        } else if (socket == null) {
            if (!everybody) {
                reset(payload);
            }
            drop(DropReason.NO_SOCKET, RECEIVE);
        } else if (socket.state() != Sockets.Socket.LISTEN) {
            decision.effects.incomplete("the segment belongs to a connection of the host's own");
        } else {
            listen(header, payload);
        }
    }

    private TcpAuthentication authentication() {
        int at = skb.headerLength;
        return TcpAuthentication.of(skb, at + HEADER, at + (skb.u8(at + 12) >>> 4) * 4);
    }

    private void listen(int header, int payload) {
        TcpAuthentication authentication = authentication();
        if (authentication != TcpAuthentication.NONE) {
            authentication.refuse(decision, RECEIVE, skb.protocolType);
            return;
        }
        int flags = skb.u8(skb.headerLength + 13);
        int sequence = skb.i32(skb.headerLength + 4);
        if (decision.state.isHalfOpen(skb, skb.headerLength)) {
            continueHandshake(flags, sequence);
        } else if ((flags & ACK) != 0) {
            reset(payload);
            drop(DropReason.TCP_FLAGS, LISTENER);
        } else if ((flags & RST) != 0) {
            drop(DropReason.TCP_RESET, STATE);
        } else if ((flags & (SYN | FIN)) != SYN) {
            drop(DropReason.TCP_FLAGS, STATE);
        } else if (everybody) {
            decision.count(SnmpCounter.TCP_EXT_LISTEN_DROPS);
        } else {
            accept(header, sequence);
        }
    }

    /// Only a reset ends what a first segment began without making it a connection (kernel:
    /// `tcp_check_req`).
    private void continueHandshake(int flags, int sequence) {
        if ((flags & RST) == 0
                || sequence != decision.state.halfOpenSequence(skb, skb.headerLength) + 1) {
            decision.effects.incomplete("connections of the host's own are not modelled");
            return;
        }
        decision.state.closeHalfOpen(skb, skb.headerLength);
        decision.count(SnmpCounter.TCP_ATTEMPT_FAILS);
        decision.count(SnmpCounter.TCP_EXT_EMBRYONIC_RSTS);
        drop(DropReason.NOT_SPECIFIED, RECEIVE);
    }

    /// Answers a first segment. The initial sequence number is drawn at random: here it is 0, as is
    /// the time stamp.
    private void accept(int header, int sequence) {
        int from = skb.headerLength;
        String unknown = options.read(skb, from + HEADER, from + header);
        if (unknown != null) {
            decision.effects.incomplete(unknown);
            return;
        }
        OutputRoute route = route();
        if (route == null) {
            decision.count(SnmpCounter.TCP_EXT_LISTEN_DROPS);
            return;
        }
        int mss = Math.min(LARGEST_PACKET, route.mtuBytes) - Skb.IPV4_HEADER - HEADER;
        int length = HEADER + options.answerLength();
        Skb own = decision.own;
        begin(own, length, options.answerTos(skb.tos));
        boolean ecn = options.agreesToEcn(skb.u16(from + 12) & FLAGS, skb.tos);
        int at = own.headerLength;
        own.put32(at + 8, sequence + 1);
        own.put8(at + 12, length / 4 << 4);
        own.put8(at + 13, SYN | ACK | (ecn ? ECE : 0));
        own.put16(at + 14, options.window(mss));
        options.writeAnswer(own, at + HEADER, mss);
        finish(own, Kind.SYN_ACK, route);
        decision.state.openHalf(skb, from, sequence);
    }

    /// RFC 9293 section 3.5.2. A reset is never answered, nor what claims to be signed.
    private void reset(int payload) {
        int at = skb.headerLength;
        int flags = skb.u8(at + 13);
        if ((flags & RST) != 0 || authentication() != TcpAuthentication.NONE) {
            return;
        }
        if (skb == decision.own) {
            decision.effects.incomplete("the host answers itself");
            return;
        }
        OutputRoute route = route();
        decision.count(SnmpCounter.TCP_OUT_RSTS);
        if (route == null) {
            decision.count(SnmpCounter.TCP_OUT_SEGS);
            return;
        }
        Skb own = decision.own;
        begin(own, HEADER, skb.tos & ~ECN);
        int to = own.headerLength;
        own.put8(to + 12, HEADER / 4 << 4);
        if ((flags & ACK) != 0) {
            own.put32(to + 4, skb.i32(at + 8));
            own.put8(to + 13, RST);
        } else {
            int counted = payload + ((flags & SYN) != 0 ? 1 : 0) + (flags & FIN);
            own.put32(to + 8, skb.i32(at + 4) + counted);
            own.put8(to + 13, RST | ACK);
        }
        finish(own, Kind.TCP_RESET, route);
    }

    /// The way back; null if there is none.
    private OutputRoute route() {
        if (!decision.options.echo()) {
            return null;
        }
        OutputRoute route = decision.ownRoute;
        int to = decision.options.firstHop();
        Flowi4 flow = route.ask(skb.destination, to, skb.tos, Skb.TCP);
        flow.sourcePort = skb.u16(skb.headerLength + 2);
        flow.destinationPort = skb.u16(skb.headerLength);
        Errno error = route.find(-1);
        if (route.incomplete != null) {
            decision.effects.incomplete(route.incomplete);
        }
        return error == Errno.NONE ? route : null;
    }

    private void begin(Skb own, int length, int tos) {
        decision.beginAnswer(length, tos, Skb.TCP);
        own.put16(6, DONT_FRAGMENT);
        own.readHeader();
        int at = own.headerLength;
        own.clear(at, length);
        own.put16(at, skb.u16(skb.headerLength + 2));
        own.put16(at + 2, skb.u16(skb.headerLength));
    }

    private void finish(Skb own, Kind kind, OutputRoute route) {
        own.putTransportSum(16);
        own.putHeaderChecksum();
        decision.count(SnmpCounter.TCP_OUT_SEGS);
        decision.output.send(own, kind, route);
    }

    private void refuse(DropReason reason) {
        decision.count(SnmpCounter.TCP_IN_ERRS);
        drop(reason, RECEIVE);
    }

    private void drop(DropReason reason, String function) {
        decision.effects.drop(reason, function, Skb.ETH_P_IP);
    }
}
