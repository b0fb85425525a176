package headgate.forwarding;

import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.Skb.PacketType;
import headgate.forwarding.SnmpCounters.MessageGroup;
import headgate.packet.Checksum;
import java.lang.foreign.MemorySegment;

/// ICMP messages that the host sends (kernel: `__icmp_send`, `icmp_reply`). Rate limits are kept
/// over time and play no part.
final class Icmp {
    static final int ECHO_REPLY = 0;
    static final int UNREACHABLE = 3;
    static final int REDIRECT = 5;
    static final int TIME_EXCEEDED = 11;
    static final int PARAMETER_PROBLEM = 12;
    static final int TIMESTAMP_REPLY = 14;

    /// 192.0.0.8, from which routers without an address tell (RFC 7600, section 4.8).
    private static final int DUMMY_ADDRESS = 0xc000_0008;

    private static final int HEADER = 8;

    /// No error is longer, RFC 1812 section 4.3.2.3.
    private static final int LONGEST_ERROR = 576;

    private static final int PRECEDENCE_INTERNET_CONTROL = 0xc0;
    private static final int TOS_BITS = 0x1e;

    private final Decision decision;

    Icmp(Decision decision) {
        this.decision = decision;
    }

    /// Tells the source of the decision's packet of an error, if ICMP's rules and a route let it.
    ///
    /// @param rest what the header's second word says: MTU, gateway, pointer
    /// @return whether a message was sent, waits for a link address, or takes a way that is not
    ///   known
    boolean error(int type, int code, int rest) {
        Skb about = decision.skb;
        if (isForbidden(about)) {
            return false;
        }
        if (decision.isLooping()) {
            decision.effects.incomplete("the host answers itself");
            return false;
        }
        IpOptions options = decision.options;
        if (!options.echo()) {
            return false;
        }
        OutputRoute route = decision.ownRoute;
        int tos = about.tos & TOS_BITS | PRECEDENCE_INTERNET_CONTROL;
        route.ask(source(about), options.firstHop(), tos, Skb.ICMP);
        Errno error = route.find(decision.multipath.hash(decision));
        if (route.incomplete != null) {
            decision.effects.incomplete(route.incomplete);
            return true;
        }
        if (error != Errno.NONE) {
            return false;
        }
        route.source = route.source == 0 ? DUMMY_ADDRESS : route.source;
        int room =
                Math.min(LONGEST_ERROR, route.mtuBytes)
                        - Skb.IPV4_HEADER
                        - options.echoLength()
                        - HEADER;
        if (room <= Skb.IPV4_HEADER) {
            return false;
        }
        int quoted = Math.min(room, about.length);
        Skb own = decision.own;
        decision.beginAnswer(HEADER + quoted, tos, Skb.ICMP);
        int here = Math.min(quoted, about.captured);
        MemorySegment.copy(about.bytes(), 0, own.bytes(), own.headerLength + HEADER, here);
        own.captured -= quoted - here;
        putMessage(own, type, code, rest);
        count(type, type);
        decision.output.send(own, type == REDIRECT ? Kind.REDIRECT : Kind.ICMP_ERROR, route);
        return true;
    }

    /// Answers a question to the host (kernel: `icmp_reply`). Its clock is the time of the frame.
    ///
    /// @param length of the message
    void reply(int type, int length) {
        if (decision.isLooping()) {
            decision.effects.incomplete("the host answers itself");
            return;
        }
        Skb asked = decision.skb;
        OutputRoute route = decision.ownRoute;
        int source = specificDestination();
        if (decision.effects.incomplete != null) {
            return;
        }
        if (!decision.options.echo()) {
            return;
        }
        route.ask(source, decision.options.firstHop(), asked.tos, Skb.ICMP);
        Errno error = route.find(-1);
        if (route.incomplete != null) {
            decision.effects.incomplete(route.incomplete);
        }
        if (error != Errno.NONE) {
            return;
        }
        Skb own = decision.own;
        decision.beginAnswer(length, asked.tos, Skb.ICMP);
        int from = asked.headerLength;
        own.clear(own.headerLength, Math.min(length, HEADER + 12));
        int copied = type == TIMESTAMP_REPLY ? HEADER + 4 : length;
        int here = Math.min(copied, asked.captured - from);
        MemorySegment.copy(asked.bytes(), from, own.bytes(), own.headerLength, here);
        own.captured -= copied - here;
        int code = type == TIMESTAMP_REPLY ? 0 : asked.u8(from + 1);
        if (type == TIMESTAMP_REPLY) {
            int now = decision.options.millisSinceMidnight();
            own.put32(own.headerLength + HEADER + 4, now);
            own.put32(own.headerLength + HEADER + 8, now);
        }
        putMessage(own, type, code, asked.i32(from + 4));
        count(type, ECHO_REPLY);
        decision.output.send(
                own, type == ECHO_REPLY ? Kind.ECHO_REPLY : Kind.TIMESTAMP_REPLY, route);
    }

    /// The address by which the host answers what was sent to it: the one that it was sent to, or,
    /// if that is not one of the host's alone, the one that it would use towards the source
    /// (kernel: `fib_compute_spec_dst`).
    int specificDestination() {
        Skb skb = decision.skb;
        if (decision.input == Decision.Input.LOCAL) {
            return skb.destination;
        }
        if (skb.source == 0) {
            return decision.host.selectAddress(decision.device, 0, FibInfo.SCOPE_LINK);
        }
        OutputRoute route = decision.ownRoute;
        Flowi4 flow = route.ask(0, skb.source, skb.tos, 0);
        decision.host.rules().lookup(flow, false, route.result);
        if (route.result.incomplete != null) {
            decision.effects.incomplete(route.result.incomplete);
        }
        return route.result.info() == null
                ? decision.host.selectAddress(decision.device, skb.source, FibInfo.SCOPE_LINK)
                : OutputRoute.preferredSource(
                        decision.host, route.result.info(), route.result.nextHop());
    }

    private static void putMessage(Skb own, int type, int code, int rest) {
        int at = own.headerLength;
        own.put8(at, type);
        own.put8(at + 1, code);
        own.put16(at + 2, 0);
        own.put32(at + 4, rest);
        int sum = Checksum.of(own.bytes(), at, own.captured - at);
        // The kernel never writes ones for a sum of zeros.
        own.put16(at + 2, sum == 0xffff ? 0 : sum);
        own.putHeaderChecksum();
    }

    /// @param counted the type that the kernel counts, which for answers is always 0
    private void count(int type, int counted) {
        Effects effects = decision.effects;
        effects.count(SnmpCounter.ICMP_OUT_MSGS, 1);
        effects.count(MessageGroup.ICMP_OUT, counted);
        switch (type) {
            case UNREACHABLE -> effects.count(SnmpCounter.ICMP_OUT_DEST_UNREACHS, 1);
            case REDIRECT -> effects.count(SnmpCounter.ICMP_OUT_REDIRECTS, 1);
            case TIME_EXCEEDED -> effects.count(SnmpCounter.ICMP_OUT_TIME_EXCDS, 1);
            case PARAMETER_PROBLEM -> effects.count(SnmpCounter.ICMP_OUT_PARM_PROBS, 1);
            default -> effects.count(SnmpCounter.ICMP_OUT_ECHO_REPS, 1);
        }
    }

    /// RFC 1122, section 3.2.2, as the kernel reads it: nothing about what was not sent to this
    /// host alone, about later fragments, or about ICMP errors and ICMP types that are not known.
    private boolean isForbidden(Skb skb) {
        return skb.packetType != PacketType.HOST
                || decision.input == Decision.Input.BROADCAST
                || decision.input == Decision.Input.MULTICAST
                || skb.fragmentOffset != 0
                || skb.protocol == Skb.ICMP && !isIcmpQuery(skb.icmpType());
    }

    private static boolean isIcmpQuery(int type) {
        return switch (type) {
            case 0, 8, 13, 14, 15, 16, 17, 18 -> true;
            default -> false;
        };
    }

    /// What was sent to the host is answered by the address that it was sent to.
    private int source(Skb about) {
        if (decision.input == Decision.Input.LOCAL) {
            return about.destination;
        }
        // Before it is routed, only the way back to its source is known (kernel:
        // `nf_reject_fill_skb_dst`); if that is local, the packet counts as one for the host.
        boolean isRouted = decision.input != Decision.Input.UNDECIDED;
        if (!isRouted && (about.source == 0 || decision.host.isLocal(about.source))) {
            return about.destination;
        }
        return isRouted && decision.host.sysctl("net.ipv4.icmp_errors_use_inbound_ifaddr") == 1
                ? decision.host.selectAddress(decision.device, about.source, FibInfo.SCOPE_LINK)
                : 0;
    }
}
