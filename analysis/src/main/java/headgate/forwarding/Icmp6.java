package headgate.forwarding;

import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.EgressFrames.Kind;
import headgate.packet.Checksum;
import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;

/// ICMPv6 messages that the host sends because of a packet (kernel: `net/ipv6/icmp.c`). Rate limits
/// are state between packets and play no part.
public final class Icmp6 {
    public static final int UNREACHABLE = 1;
    public static final int PACKET_TOO_BIG = 2;
    public static final int TIME_EXCEEDED = 3;
    public static final int PARAMETER_PROBLEM = 4;
    public static final int ECHO_REQUEST = 128;
    public static final int ECHO_REPLY = 129;
    public static final int REDIRECT = 137;

    /// Codes of [#UNREACHABLE].
    public static final int NO_ROUTE = 0;

    public static final int PROHIBITED = 1;
    public static final int BEYOND_SCOPE = 2;
    public static final int ADDRESS_UNREACHABLE = 3;
    public static final int PORT_UNREACHABLE = 4;

    /// Codes of [#PARAMETER_PROBLEM].
    public static final int HEADER_FIELD = 0;

    public static final int UNKNOWN_NEXT_HEADER = 1;
    public static final int UNKNOWN_OPTION = 2;
    public static final int INCOMPLETE_HEADER = 3;

    /// ICMPv6 types below are errors.
    static final int FIRST_INFORMATIONAL = 128;

    static final int HEADER = 8;
    private static final int SMALLEST_MTU = 1280;
    private static final int TCP_HEADER = 20;

    /// What a host announces at least (kernel: `IPV6_MIN_MTU` less its headers).
    private static final int SMALLEST_SEGMENT = 1220;

    private static final int REDIRECT_HEADER = 40;
    private static final int TARGET_LINK_ADDRESS = 2;
    private static final int REDIRECTED_HEADER = 4;
    private static final int DISCOVERY_HOP_LIMIT = 255;
    private static final int RATE_LIMIT_MILLIS = 1000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long REDIRECT_NANOS = 1_000_000_000L;

    private final Decision decision;
    private final Flowi6 flow = new Flowi6();
    private final Fib6Result result = new Fib6Result();
    private final Flowi6 opposite = new Flowi6();
    private final Fib6Result oppositeResult = new Fib6Result();
    private final Ip6Header header = new Ip6Header();
    private final ExtensionHeaders chain = new ExtensionHeaders();

    /// What the last look for a way back said: there is none, or it is refused.
    private boolean unreachable;

    private boolean refused;

    Icmp6(Decision decision) {
        this.decision = decision;
    }

    /// Tells the source of [Decision#skb] what became of it, if ICMPv6's rules let it (kernel:
    /// `icmp6_send`); the message quotes the packet as it stands.
    ///
    /// @param info MTU or pointer; 0 for others
    public void tell(int type, int code, int info) {
        tell(type, code, info, decision.device);
    }

    /// @param device by which the packet came, or by which it was to leave if it is too big
    public void tell(int type, int code, int info, NetDevice device) {
        Skb skb = decision.skb;
        header.read(skb.bytes(), 0);
        boolean own = isOwnDestination(device);
        if (header.isToMulticast() || skb.packetType != Skb.PacketType.HOST) {
            if (!isToldOfGroups(type, code, info)) {
                return;
            }
            own = false;
        }
        if (Inet6.isUnspecified(header.sourceHigh, header.sourceLow)
                || Inet6.isMulticast(header.sourceHigh)
                || isIneligible(skb)) {
            return;
        }
        NetDevice output = Inet6.isLinkLocal(header.sourceHigh) ? device : null;
        if (!routes(own, output, type, code)) {
            countNoRoute(type);
            return;
        }
        charge(type);
        if (result.info().type() == RouteType.ANYCAST
                && decision.host.sysctl("net.ipv6.icmp.error_anycast_as_unicast", 0) == 0) {
            return;
        }
        lookBack(skb);
        int quoted = Math.min(skb.length, SMALLEST_MTU - Ip6Header.LENGTH - HEADER);
        begin(HEADER + quoted, 0, hopLimit(), type, code);
        decision.own.put32(44, info);
        quote(skb, 48, quoted);
        send(Kind.ICMP_ERROR, type);
        decision.noteAnswer(
                type,
                code,
                result.nextHop(),
                decision.output6.mac(output(), nextHopHigh(), nextHopLow()));
    }

    /// What an error of limited rate takes from the budget of its receiver, which redirects share
    /// (kernel: `icmpv6_xrlim_allow`); that it may be spent plays no part.
    private void charge(int type) {
        if (!decision.host.limitsIcmp6(type)
                || output().isLoopback()
                || decision.effects.isLater()) {
            return;
        }
        long millis = decision.host.sysctl("net.ipv6.icmp.ratelimit", RATE_LIMIT_MILLIS);
        decision.state.redirects6.allows(
                flow.destinationHigh,
                flow.destinationLow,
                decision.nowNanos,
                millis * NANOS_PER_MILLI);
    }

    /// The kernel also looks up the way of a packet in the opposite direction, for a policy of
    /// IPsec, and counts if there is none (kernel: `icmpv6_route_lookup`).
    private void lookBack(Skb skb) {
        if (decision.host.rules6().isCustom()) {
            chain.walk(skb.bytes(), 0, skb.captured);
            boolean ports = !chain.broken && chain.offset + 4 <= skb.captured;
            opposite.sourceHigh = header.destinationHigh;
            opposite.sourceLow = header.destinationLow;
            opposite.destinationHigh = header.sourceHigh;
            opposite.destinationLow = header.sourceLow;
            opposite.outputDevice = decision.device;
            opposite.mark = skb.mark;
            opposite.protocol = chain.nextHeader;
            opposite.sourcePort = ports ? skb.u16(chain.offset + 2) : 0;
            opposite.destinationPort = ports ? skb.u16(chain.offset) : 0;
            if (decision.route6.output(opposite, oppositeResult) == Errno.ENETUNREACH) {
                decision.count(SnmpCounter.IP6_OUT_NO_ROUTES);
            }
        }
    }

    /// Messages of limited rate are given up when the limit of the way is looked up (kernel:
    /// `icmpv6_xrlim_allow`), others when the way is.
    private void countNoRoute(int type) {
        boolean limited = decision.host.limitsIcmp6(type);
        if (refused && (limited || unreachable)) {
            decision.count(SnmpCounter.IP6_OUT_NO_ROUTES);
        }
        if (refused && limited) {
            decision.count(SnmpCounter.ICMP6_OUT_RATE_LIMIT_HOST);
        }
    }

    /// Link-local addresses are those of one device, others the host's.
    private boolean isOwnDestination(NetDevice device) {
        long high = header.destinationHigh;
        long low = header.destinationLow;
        return decision.host.hasAddress6(device, high, low)
                || decision.host.hasAnycast6(Inet6.isLinkLocal(high) ? device : null, high, low);
    }

    /// Of packets to groups, and to others' link addresses, only these are told.
    private boolean isToldOfGroups(int type, int code, int info) {
        return type == PACKET_TOO_BIG
                || type == PARAMETER_PROBLEM
                        && code == UNKNOWN_OPTION
                        && info < decision.skb.captured
                        && (decision.skb.u8(info) & 0xc0) == 0x80;
    }

    /// Whether the packet is an ICMPv6 error, or one of unknown kind (kernel: `is_ineligible`).
    private boolean isIneligible(Skb skb) {
        chain.walk(skb.bytes(), 0, skb.captured);
        if (chain.broken || chain.nextHeader != IpProtocol.ICMPV6) {
            return false;
        }
        return chain.offset < skb.captured
                ? skb.u8(chain.offset) < FIRST_INFORMATIONAL
                : chain.fragment == 0;
    }

    /// Finds the way to the source of the packet that [#header] is of, and the address to send
    /// from.
    private boolean routes(boolean own, NetDevice output, int type, int code) {
        flow.sourceHigh = own ? header.destinationHigh : 0;
        flow.sourceLow = own ? header.destinationLow : 0;
        flow.destinationHigh = header.sourceHigh;
        flow.destinationLow = header.sourceLow;
        flow.outputDevice = output;
        takeProtocol(type, code);
        flow.multipathHash = decision.route6.hashOfError(decision.skb);
        if (!own) {
            IpAddress inbound =
                    decision.host.sourceAddress6(
                            decision.device, header.sourceHigh, header.sourceLow);
            if (!hasPreferredSource() && inbound != null) {
                flow.sourceHigh = inbound.high();
                flow.sourceLow = inbound.low();
            }
        }
        return isRouted();
    }

    private void takeProtocol(int type, int code) {
        flow.multipathHash = -1;
        flow.tos = 0;
        flow.mark = 0;
        flow.flowLabel = 0;
        flow.protocol = IpProtocol.ICMPV6;
        flow.sourcePort = type;
        flow.destinationPort = code;
    }

    private void countUnreachable() {
        if (unreachable) {
            decision.count(SnmpCounter.IP6_OUT_NO_ROUTES);
        }
    }

    private boolean hasPreferredSource() {
        Errno error = decision.route6.output(flow, result);
        return error == Errno.NONE && result.info().preferredSource() != null;
    }

    /// Looks the way up; false if there is none, or if it cannot be known, which the decision then
    /// says.
    private boolean isRouted() {
        Errno error = decision.route6.output(flow, result);
        if (result.incomplete != null) {
            decision.incomplete(result.incomplete);
            return false;
        }
        unreachable = error == Errno.ENETUNREACH;
        refused = error != Errno.NONE;
        if (refused) {
            return false;
        }
        if (Inet6.isUnspecified(flow.sourceHigh, flow.sourceLow)) {
            IpAddress source = decision.route6.preferredSource(flow, result);
            if (source == null) {
                return false;
            }
            flow.sourceHigh = source.high();
            flow.sourceLow = source.low();
        }
        return true;
    }

    private NetDevice output() {
        return decision.route6.outputDevice(result);
    }

    private long nextHopHigh() {
        return result.nextHop().hasGateway6()
                ? result.nextHop().gateway6High()
                : flow.destinationHigh;
    }

    private long nextHopLow() {
        return result.nextHop().hasGateway6()
                ? result.nextHop().gateway6Low()
                : flow.destinationLow;
    }

    private int hopLimit() {
        int limit = output().inet6().hopLimit();
        return limit > 0 ? limit : 64;
    }

    /// Starts [Decision#own] as an ICMPv6 message.
    ///
    /// @param length of the message
    private void begin(int length, int trafficClass, int hopLimit, int type, int code) {
        Skb own = decision.own;
        own.beginIpv6(
                length,
                trafficClass,
                hopLimit,
                IpProtocol.ICMPV6,
                flow.sourceHigh,
                flow.sourceLow,
                flow.destinationHigh,
                flow.destinationLow);
        own.put8(40, type);
        own.put8(41, code);
    }

    /// Copies the first `length` bytes of the packet; those that were not captured are zero.
    private void quote(Skb skb, int at, int length) {
        int here = Math.min(length, skb.captured);
        MemorySegment.copy(skb.bytes(), 0, decision.own.bytes(), at, here);
        decision.own.bytes().asSlice(at + here, length - here).fill((byte) 0);
    }

    private void send(Kind kind, int type) {
        putChecksum(decision.own, Ip6Header.LENGTH);
        countOut(decision, type);
        decision.count(SnmpCounter.IP6_OUT_REQUESTS);
        transmit(kind);
    }

    private Outcome transmit(Kind kind) {
        Outcome outcome = decision.output6.send(kind, output(), nextHopHigh(), nextHopLow());
        if (outcome == Outcome.FORWARD && output().isLoopback()) {
            decision.effects.frames().removeLast();
            decision.input6.loopBack(decision.own);
        }
        return outcome;
    }

    /// Counts a message of neighbour or listener discovery, unless a hook dropped it or the device
    /// lost it (kernel: `ndisc_send_skb`, `igmp6_send`).
    static void countDiscovery(Decision decision, int type, Outcome outcome, NetDevice device) {
        boolean lost = outcome == Outcome.FORWARD && device.lacksCarrier();
        if (outcome != Outcome.REFUSED && !lost) {
            countOut(decision, type);
        }
    }

    /// Counts a message that the host sends.
    static void countOut(Decision decision, int type) {
        decision.count(SnmpCounter.ICMP6_OUT_MSGS);
        decision.effects.count(SnmpCounters.MessageGroup.ICMP6_OUT, type);
        SnmpCounter counter =
                switch (type) {
                    case UNREACHABLE -> SnmpCounter.ICMP6_OUT_DEST_UNREACHS;
                    case PACKET_TOO_BIG -> SnmpCounter.ICMP6_OUT_PKT_TOO_BIGS;
                    case TIME_EXCEEDED -> SnmpCounter.ICMP6_OUT_TIME_EXCDS;
                    case PARAMETER_PROBLEM -> SnmpCounter.ICMP6_OUT_PARM_PROBLEMS;
                    case ECHO_REQUEST -> SnmpCounter.ICMP6_OUT_ECHOS;
                    case ECHO_REPLY -> SnmpCounter.ICMP6_OUT_ECHO_REPLIES;
                    case 131 -> SnmpCounter.ICMP6_OUT_GROUP_MEMB_RESPONSES;
                    case 135 -> SnmpCounter.ICMP6_OUT_NEIGHBOR_SOLICITS;
                    case 136 -> SnmpCounter.ICMP6_OUT_NEIGHBOR_ADVERTISEMENTS;
                    case REDIRECT -> SnmpCounter.ICMP6_OUT_REDIRECTS;
                    default -> null;
                };
        if (counter != null) {
            decision.count(counter);
        }
    }

    /// Writes the checksum of the ICMPv6 message at `at`, which reaches to the end of the packet.
    static void putChecksum(Skb own, int at) {
        own.put16(at + 2, 0);
        own.put16(at + 2, ~sum(own, at, own.length - at, IpProtocol.ICMPV6));
    }

    /// One's complement sum of an upper-layer message with its pseudo-header (RFC 8200, section
    /// 8.1).
    static int sum(Skb skb, int at, int length, int protocol) {
        long sum = Checksum.sum(skb.bytes(), Ip6Header.SOURCE, 32);
        sum += Checksum.sum(skb.bytes(), at, length);
        sum += protocol + (length >>> 16) + (length & 0xffff);
        while (sum >>> 16 != 0) {
            sum = (sum >>> 16) + (sum & 0xffff);
        }
        return (int) sum;
    }

    /// Whether the packet came to an address that is the host's alone (kernel:
    /// `ipv6_unicast_destination`).
    private boolean isUnicast() {
        return decision.result6.info() != null && decision.result6.info().type() == RouteType.LOCAL;
    }

    /// Answers an echo request, which starts at `at` and reaches to the end of the packet (kernel:
    /// `icmpv6_echo_reply`).
    ///
    /// @return false if there is no way back
    boolean echo(Skb skb, int at) {
        header.read(skb.bytes(), 0);
        boolean own = isUnicast();
        flow.sourceHigh = own ? header.destinationHigh : 0;
        flow.sourceLow = own ? header.destinationLow : 0;
        flow.destinationHigh = header.sourceHigh;
        flow.destinationLow = header.sourceLow;
        flow.outputDevice = decision.device;
        takeProtocol(ECHO_REPLY, 0);
        if (!isRouted()) {
            countUnreachable();
            return decision.isIncomplete();
        }
        int length = skb.length - at;
        begin(length, header.trafficClass, hopLimit(), ECHO_REPLY, skb.u8(at + 1));
        MemorySegment.copy(
                skb.bytes(), at + 4L, decision.own.bytes(), Ip6Header.LENGTH + 4L, length - 4L);
        send(Kind.ECHO_REPLY, ECHO_REPLY);
        return true;
    }

    /// Resets a connection that no socket has (kernel: `tcp_v6_send_reset`).
    ///
    /// @param at where the TCP header starts
    void reset(Skb skb, int at) {
        reset(skb, at, false);
    }

    /// @param byRule whether a packet-filter rule resets it (kernel: `nf_send_reset6`): then TCP
    ///   does not count it, and the traffic class is 0
    void reset(Skb skb, int at, boolean byRule) {
        int flags = skb.u8(at + 13);
        header.read(skb.bytes(), 0);
        boolean told = byRule ? !header.isToMulticast() : isUnicast();
        boolean signed =
                !byRule
                        && TcpAuthentication.of(skb, at + 20, at + (skb.u8(at + 12) >>> 4) * 4)
                                != TcpAuthentication.NONE;
        if ((flags & Ip6Input.RST) != 0 || !told || signed) {
            return;
        }
        if (!routesBack(skb, at)) {
            if (refused && !byRule) {
                countUnreachable();
                decision.effects.drop(DropReason.NOT_SPECIFIED, "tcp_v6_send_response", 0);
            }
            return;
        }
        boolean acknowledges = (flags & Ip6Input.ACK) != 0;
        int data = skb.length - at - (skb.u8(at + 12) >>> 4) * 4;
        int consumed = data + (flags >>> 1 & 1) + (flags & 1);
        Skb own = beginSegment(20, byRule ? 0 : header.trafficClass & ~3);
        own.put32(44, acknowledges ? skb.i32(at + 8) : 0);
        own.put32(48, acknowledges ? 0 : skb.i32(at + 4) + consumed);
        own.put16(52, 0x5000 | Ip6Input.RST | (acknowledges ? 0 : Ip6Input.ACK));
        own.put32(54, 0);
        own.put16(58, 0);
        own.put16(56, ~sum(own, 40, 20, IpProtocol.TCP));
        if (!byRule) {
            decision.count(SnmpCounter.TCP_OUT_SEGS);
            decision.count(SnmpCounter.TCP_OUT_RSTS);
            decision.count(SnmpCounter.IP6_OUT_REQUESTS);
        }
        transmit(Kind.TCP_RESET);
    }

    /// Looks up the way back to the source of a TCP segment, which is in [#header].
    private boolean routesBack(Skb skb, int at) {
        flow.sourceHigh = header.destinationHigh;
        flow.sourceLow = header.destinationLow;
        flow.destinationHigh = header.sourceHigh;
        flow.destinationLow = header.sourceLow;
        flow.outputDevice =
                Inet6.needsDevice(header.sourceHigh, header.sourceLow) ? decision.device : null;
        takeProtocol(0, 0);
        flow.protocol = IpProtocol.TCP;
        flow.sourcePort = skb.u16(at + 2);
        flow.destinationPort = skb.u16(at);
        return isRouted();
    }

    private Skb beginSegment(int length, int trafficClass) {
        Skb own = decision.own;
        own.beginIpv6(
                length,
                trafficClass,
                hopLimit(),
                IpProtocol.TCP,
                flow.sourceHigh,
                flow.sourceLow,
                flow.destinationHigh,
                flow.destinationLow);
        own.put16(40, flow.sourcePort);
        own.put16(42, flow.destinationPort);
        return own;
    }

    /// Answers a first segment to a listener (kernel: `tcp_v6_conn_request`). The initial sequence
    /// number is drawn at random: here it is 0.
    ///
    /// @param at where the TCP header starts
    void acceptConnection(Skb skb, int at, SynOptions options) {
        header.read(skb.bytes(), 0);
        int from = at + TCP_HEADER;
        String unknown = options.read(skb, from, at + (skb.u8(at + 12) >>> 4) * 4);
        if (unknown != null) {
            decision.incomplete(unknown);
            return;
        }
        if (!isUnicast() || !routesBack(skb, at)) {
            countUnreachable();
            decision.count(SnmpCounter.TCP_EXT_LISTEN_DROPS);
            return;
        }
        int mss = segmentSize();
        int length = TCP_HEADER + options.answerLength();
        Skb own = beginSegment(length, options.answerTos(header.trafficClass));
        boolean ecn = options.agreesToEcn(skb.u16(at + 12) & 0x1ff, header.trafficClass);
        int flags = Ip6Input.SYN | Ip6Input.ACK | (ecn ? Ip6Input.ECE : 0);
        own.put32(44, 0);
        own.put32(48, skb.i32(at + 4) + 1);
        own.put16(52, length / 4 << 12 | flags);
        own.put16(54, options.window(mss));
        own.put32(56, 0);
        options.writeAnswer(own, 60, mss);
        own.put16(56, ~sum(own, Ip6Header.LENGTH, length, IpProtocol.TCP));
        decision.count(SnmpCounter.TCP_OUT_SEGS);
        decision.count(SnmpCounter.IP6_OUT_REQUESTS);
        transmit(Kind.SYN_ACK);
        decision.state.openHalf(skb, at, skb.i32(at + 4));
    }

    /// Kernel: `ip6_default_advmss`.
    private int segmentSize() {
        NetDevice device = output();
        int own = device.inet6().mtuBytes() > 0 ? device.inet6().mtuBytes() : device.mtuBytes();
        int mtu = result.info().mtuBytes() > 0 ? result.info().mtuBytes() : own;
        int least = (int) decision.host.sysctl("net.ipv6.route.min_adv_mss", SMALLEST_SEGMENT);
        int segment = Math.max(least, mtu - Ip6Header.LENGTH - TCP_HEADER);
        return Math.min(segment, 65535 - TCP_HEADER);
    }

    /// Tells the source of [Decision#skb] that `high`, `low` is a better first hop, or is the
    /// destination itself and its neighbour (kernel: `ndisc_send_redirect`). The packet goes on all
    /// the same.
    ///
    /// @param mac of the better hop; negative if it is not known
    /// @return whether the source was told
    public boolean redirect(long high, long low, long mac) {
        Skb skb = decision.skb;
        header.read(skb.bytes(), 0);
        if (!isWithinBudget(header.destinationHigh, header.destinationLow)) {
            return false;
        }
        Inet6Device.Address from = decision.device.inet6().linkLocal();
        boolean isDestination = high == header.destinationHigh && low == header.destinationLow;
        if (from == null || !isDestination && !Inet6.isLinkLocal(high)) {
            return false;
        }
        flow.sourceHigh = from.high();
        flow.sourceLow = from.low();
        flow.destinationHigh = header.sourceHigh;
        flow.destinationLow = header.sourceLow;
        flow.outputDevice = decision.device;
        takeProtocol(REDIRECT, 0);
        if (!isRouted()
                || result.nextHop().hasGateway6()
                || !isWithinBudget(header.sourceHigh, header.sourceLow)) {
            return false;
        }
        int target = mac >= 0 ? HEADER : 0;
        int room = SMALLEST_MTU - Ip6Header.LENGTH - REDIRECT_HEADER - target;
        int quoted = Math.min(room, skb.length + HEADER) & ~7;
        begin(REDIRECT_HEADER + target + quoted, 0, DISCOVERY_HOP_LIMIT, REDIRECT, 0);
        Skb own = decision.own;
        own.put64(48, high);
        own.put64(56, low);
        own.put64(64, header.destinationHigh);
        own.put64(72, header.destinationLow);
        if (mac >= 0) {
            own.putLinkAddressOption(80, TARGET_LINK_ADDRESS, mac);
        }
        own.put8(80 + target, REDIRECTED_HEADER);
        own.put8(81 + target, quoted >>> 3);
        quote(skb, 80 + target + HEADER, quoted - HEADER);
        putChecksum(own, Ip6Header.LENGTH);
        decision.count(SnmpCounter.IP6_OUT_REQUESTS);
        countDiscovery(decision, REDIRECT, transmit(Kind.REDIRECT), output());
        return true;
    }

    private boolean isWithinBudget(long high, long low) {
        return decision.state.redirects6.allows(high, low, decision.nowNanos, REDIRECT_NANOS);
    }
}
