package headgate.forwarding;

import headgate.forwarding.Decision.Input;
import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.Verdict.Reason;
import headgate.forwarding.Verdict.Step;
import headgate.forwarding.Verdict.Trail;
import headgate.forwarding.checks.ArpCheck;
import headgate.forwarding.checks.DecreaseTtlCheck;
import headgate.forwarding.checks.ForwardHookCheck;
import headgate.forwarding.checks.Ip6ForwardCheck;
import headgate.forwarding.checks.Ip6ForwardHookCheck;
import headgate.forwarding.checks.Ip6LocalDeliveryCheck;
import headgate.forwarding.checks.Ip6MtuCheck;
import headgate.forwarding.checks.Ip6MulticastCheck;
import headgate.forwarding.checks.Ip6NeighbourCheck;
import headgate.forwarding.checks.Ip6ReceiveCheck;
import headgate.forwarding.checks.Ip6RedirectCheck;
import headgate.forwarding.checks.Ip6RouteErrorCheck;
import headgate.forwarding.checks.Ip6RouteInputCheck;
import headgate.forwarding.checks.LinkCastCheck;
import headgate.forwarding.checks.LinkLayerCheck;
import headgate.forwarding.checks.LocalDeliveryCheck;
import headgate.forwarding.checks.MartianCheck;
import headgate.forwarding.checks.MtuCheck;
import headgate.forwarding.checks.MulticastCheck;
import headgate.forwarding.checks.MultipathCheck;
import headgate.forwarding.checks.NeighbourCheck;
import headgate.forwarding.checks.OptionsCheck;
import headgate.forwarding.checks.PreRoutingCheck;
import headgate.forwarding.checks.ReceiveCheck;
import headgate.forwarding.checks.RedirectCheck;
import headgate.forwarding.checks.RouteErrorCheck;
import headgate.forwarding.checks.RouteLookupCheck;
import headgate.forwarding.checks.SourceValidationCheck;
import headgate.forwarding.checks.TtlCheck;
import headgate.packet.Frame;
import headgate.packet.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What one host would do with each frame. What it keeps from packet to packet is its
/// [ForwardingState]; rate limits play no part.
///
/// Not for use by several threads at once; several paths may share one [HostSnapshot].
public final class ForwardingPath {
    /// The kernel's questions, in its order.
    public static final List<ForwardingCheck> CHECKS =
            List.of(
                    new LinkLayerCheck(),
                    new ReceiveCheck(),
                    new PreRoutingCheck(),
                    new MulticastCheck(),
                    new MartianCheck(),
                    new RouteLookupCheck(),
                    new MultipathCheck(),
                    new SourceValidationCheck(),
                    new RedirectCheck(),
                    new OptionsCheck(),
                    new LinkCastCheck(),
                    new RouteErrorCheck(),
                    new LocalDeliveryCheck(),
                    new TtlCheck(),
                    new MtuCheck(),
                    new DecreaseTtlCheck(),
                    new ForwardHookCheck(),
                    new NeighbourCheck());

    /// The questions about ARP packets; the first is that of [#CHECKS].
    public static final List<ForwardingCheck> ARP_CHECKS =
            List.of(CHECKS.getFirst(), new ArpCheck());

    /// The questions about IPv6 packets, in the kernel's order.
    public static final List<ForwardingCheck> IPV6_CHECKS =
            List.of(
                    CHECKS.getFirst(),
                    new Ip6ReceiveCheck(),
                    new PreRoutingCheck(),
                    new Ip6RouteInputCheck(),
                    new Ip6MulticastCheck(),
                    new Ip6RouteErrorCheck(),
                    new Ip6LocalDeliveryCheck(),
                    new Ip6ForwardCheck(),
                    new Ip6RedirectCheck(),
                    new Ip6MtuCheck(),
                    new Ip6ForwardHookCheck(),
                    new Ip6NeighbourCheck());

    private static final ForwardingCheck[] NOTHING_ASKED = {};

    /// The part of [#CHECKS] that `ip route get` goes through (kernel: `ip_route_input_rcu`).
    private static final int ROUTE_INPUT_FIRST = 3;

    static final List<ForwardingCheck> ROUTE_INPUT = CHECKS.subList(ROUTE_INPUT_FIRST, 9);

    private static final ForwardingCheck[] IPV4 = CHECKS.toArray(ForwardingCheck[]::new);
    private static final ForwardingCheck[] ARP = ARP_CHECKS.toArray(ForwardingCheck[]::new);
    private static final ForwardingCheck[] IPV6 = IPV6_CHECKS.toArray(ForwardingCheck[]::new);

    private final HostSnapshot host;
    private final Decision decision;

    /// A host that remembers nothing yet.
    public ForwardingPath(HostSnapshot host) {
        this(host, new ForwardingState());
    }

    /// @param state belongs to this path from now on
    public ForwardingPath(HostSnapshot host, ForwardingState state) {
        this.host = host;
        this.decision = new Decision(host, state);
    }

    /// The packet filter, with what its rules counted.
    public PacketFilter filter() {
        return decision.filter;
    }

    public HostSnapshot host() {
        return host;
    }

    /// What the host keeps from packet to packet.
    public ForwardingState state() {
        return decision.state;
    }

    /// Judges a frame that came in by `device`.
    ///
    /// @param device name; a device that the snapshot does not have makes the verdict incomplete
    public Verdict decide(Frame frame, String device) {
        NetDevice known = host.device(device);
        if (known == null) {
            return new Verdict.Incomplete(
                    "device " + device + " is not in the snapshot",
                    new Trail(
                            List.of(),
                            Map.of(),
                            Verdict.Consequences.NONE,
                            Disposition.INSUFFICIENT_INFO));
        }
        return verdict(judge(frame, known));
    }

    /// As [#decide], without making an object: the result is reused, and holds until the next call.
    public Decision judge(Frame frame, NetDevice device) {
        decision.clear();
        decision.device = device;
        decision.nowNanos = frame.arrivalNanos;
        decision.skb.receive(frame, device.mac());
        decision.asked =
                switch (decision.skb.protocolType) {
                    case Skb.ETH_P_ARP -> ARP;
                    case Skb.ETH_P_IPV6 -> IPV6;
                    default -> IPV4;
                };
        ask(decision.asked);
        decision.freePieces();
        if (decision.isIncomplete()) {
            decision.filter.abandon();
        } else if (decision.effects.incomplete != null) {
            decision.filter.abandonOwn(decision);
        }
        return decision;
    }

    /// What timers do until `nowNanos`, one packet each time: gives up one whose fragments waited
    /// too long, and tells its source. Before frames of a later time are judged, it is called until
    /// it says null; packets that nobody asked for by then are given up without a word.
    public Decision timeout(long nowNanos) {
        if (!decision.state.hasFragments()) {
            return null;
        }
        decision.clear();
        decision.nowNanos = nowNanos;
        decision.asked = NOTHING_ASKED;
        return decision.state.reassembly.expires(decision)
                        || decision.state.reassembly6.expires(decision)
                ? decision
                : null;
    }

    private void ask(ForwardingCheck[] checks) {
        for (int i = 0; i < checks.length && decision.outcome == Outcome.UNDECIDED; i++) {
            if (checks == IPV4 && i == ROUTE_INPUT_FIRST) {
                takeFlowFromPacket();
            }
            if (checks[i].decides(decision)) {
                decision.decidedBy = i;
            }
        }
    }

    private void takeFlowFromPacket() {
        Skb skb = decision.skb;
        Flowi4 flow = decision.flow;
        flow.inputDevice = decision.device;
        flow.outputDevice = null;
        flow.source = skb.source;
        flow.destination = skb.destination;
        flow.tos = skb.tos;
        flow.mark = skb.mark;
        flow.protocol = skb.protocol;
        boolean ports = skb.hasPorts();
        flow.sourcePort = ports ? skb.sourcePort() : 0;
        flow.destinationPort = ports ? skb.destinationPort() : 0;
    }

    /// The decision as a value that may be kept, with its steps.
    public Verdict verdict(Decision decision) {
        Trail trail = trail(decision);
        return switch (decision.outcome) {
            case FORWARD ->
                    new Verdict.Forward(
                            decision.egress.device().name(),
                            nextHop(decision),
                            decision.nextHopMac < 0 ? "" : MacAddress.format(decision.nextHopMac),
                            decision.redirect,
                            decision.fragments,
                            decision.routed().route(),
                            trail);
            case PENDING ->
                    new Verdict.Pending(
                            decision.egress.device().name(),
                            nextHop(decision),
                            decision.redirect,
                            decision.fragments,
                            decision.routed().route(),
                            trail);
            case LOCAL -> new Verdict.Local(RouteType.valueOf(decision.input.name()), trail);
            case REASSEMBLING -> new Verdict.Reassembling(trail);
            case CONSUMED -> new Verdict.Consumed(trail);
            case REFUSED ->
                    new Verdict.Refused(
                            reason(decision),
                            decision.dropReason,
                            decision.dropFunction,
                            decision.icmpType < 0 ? null : icmpError(decision),
                            decision.routed().route(),
                            trail);
            case INCOMPLETE -> new Verdict.Incomplete(decision.why, trail);
            case UNDECIDED ->
                    throw new IllegalStateException("no check decided: the last one must");
        };
    }

    /// Address of the next hop of a packet that leaves.
    static String nextHop(Decision decision) {
        return decision.isIpv6()
                ? Inet6.format(decision.neighbour6High, decision.neighbour6Low)
                : nextHop(decision.egress, decision.neighbour);
    }

    private static Verdict.IcmpError icmpError(Decision decision) {
        return decision.isIpv6() ? icmp6Error(decision) : icmp4Error(decision);
    }

    private static Verdict.IcmpError icmp6Error(Decision decision) {
        NextHop hop = decision.answerEgress;
        String nextHop =
                hop == null ? "" : hop.hasGateway6() ? hop.via() : decision.header6.source();
        return new Verdict.IcmpError(
                decision.icmpType,
                decision.icmpCode,
                hop == null ? "" : hop.device().name(),
                nextHop,
                decision.answerMac < 0 ? "" : MacAddress.format(decision.answerMac));
    }

    private static Verdict.IcmpError icmp4Error(Decision decision) {
        OutputRoute route = decision.ownRoute;
        EgressFrames egress = decision.effects.egress;
        long mac = -1;
        for (int i = 0; i < egress.count(); i++) {
            if (egress.kind(i) == EgressFrames.Kind.ICMP_ERROR && !route.device.isNoArp()) {
                mac = egress.destinationMac(i);
            }
        }
        if (route.incomplete != null) {
            return new Verdict.IcmpError(decision.icmpType, decision.icmpCode, "", "", "");
        }
        return new Verdict.IcmpError(
                decision.icmpType,
                decision.icmpCode,
                route.device.name(),
                route.nextHop(),
                mac < 0 ? "" : MacAddress.format(mac));
    }

    static String nextHop(NextHop hop, int neighbour) {
        return hop.hasGateway6() ? hop.via() : Inet4.format(neighbour);
    }

    /// Why the packet was refused, in the words of people.
    public static Reason reason(Decision decision) {
        return switch (decision.dropReason) {
            case OTHERHOST, UNICAST_IN_L2_MULTICAST -> Reason.NOT_FOR_US;
            case UNHANDLED_PROTO,
                    IPV6DISABLED,
                    IP_NOPROTO,
                    NO_SOCKET,
                    TCP_FLAGS,
                    TCP_RESET,
                    TCP_AUTH_HDR,
                    TCP_MD5UNEXPECTED,
                    INVALID_PROTO ->
                    Reason.NOT_WANTED;
            case IP_CSUM,
                    PKT_TOO_SMALL,
                    UDP_CSUM,
                    TCP_CSUM,
                    ICMP_CSUM,
                    DUP_FRAG,
                    IPV6_BAD_EXTHDR,
                    IPV6_NDISC_FRAG,
                    IPV6_NDISC_HOP_LIMIT,
                    IPV6_NDISC_BAD_CODE,
                    IPV6_NDISC_BAD_OPTIONS,
                    IPV6_NDISC_NS_OTHERHOST ->
                    Reason.MALFORMED;
            case FRAG_REASM_TIMEOUT -> Reason.TTL_EXPIRED;
            case NETFILTER_DROP -> Reason.FILTERED;
            case QDISC_DROP -> Reason.NO_CARRIER;
            case IP_INHDR -> decision.icmpType == 11 ? Reason.TTL_EXPIRED : headerReason(decision);
            case IP_INVALID_SOURCE, IP_INVALID_DEST, IP_LOCALNET, IP_LOCAL_SOURCE -> Reason.MARTIAN;
            case IP_RPFILTER -> Reason.RP_FILTER;
            case IP_INADDRERRORS -> addressReason(decision);
            case IP_INNOROUTES -> routeReason(decision.error);
            case PKT_TOO_BIG -> Reason.TOO_BIG;
            case NOT_SPECIFIED -> unspecified(decision);
        };
    }

    /// A packet whose time ran out bears the same reason as one with a bad header, also when its
    /// source is not told.
    private static Reason headerReason(Decision decision) {
        return decision.dropFunction.endsWith("_forward") ? Reason.TTL_EXPIRED : Reason.MALFORMED;
    }

    /// IPv6 tells sources that must not leave their link by the counter of a host that does not
    /// forward.
    private static Reason addressReason(Decision decision) {
        return decision.isIpv6() && decision.host.sysctl("net.ipv6.conf.all.forwarding") != 0
                ? Reason.MARTIAN
                : Reason.NOT_FORWARDING;
    }

    private static Reason routeReason(Errno error) {
        return switch (error) {
            case EHOSTUNREACH -> Reason.UNREACHABLE;
            case EACCES -> Reason.PROHIBIT;
            case ENETUNREACH -> Reason.NO_ROUTE;
            case NONE, EINVAL, EAGAIN, EMSGSIZE -> Reason.BLACKHOLE;
        };
    }

    private static Reason unspecified(Decision decision) {
        if (decision.input == Input.ERROR) {
            return routeReason(decision.error);
        }
        return decision.input == Input.FORWARD ? Reason.NOT_FOR_US : Reason.NOT_WANTED;
    }

    private static Trail trail(Decision decision) {
        var steps = new ArrayList<Step>();
        for (int i = 0; i <= decision.decidedBy; i++) {
            ForwardingCheck check = decision.asked[i];
            String evidence = check.evidence(decision);
            if (evidence != null) {
                steps.add(new Step(check.rule(), check.function(), evidence));
            }
        }
        return new Trail(
                steps,
                decision.effects.counters.toMap(),
                decision.effects.toRecord(),
                Disposition.of(decision));
    }

    /// Answers what `ip route get` would.
    public RouteAnswer route(RouteQuery query) {
        if (query.destination().version() == 6) {
            return decision.route6.answer(query);
        }
        if (host.noRoutes() != null) {
            return RouteAnswer.incomplete(host.noRoutes());
        }
        if (query.inputDevice().isEmpty()) {
            return decision.ownRoute.answer(query);
        }
        NetDevice device = host.device(query.inputDevice());
        if (device == null) {
            return RouteAnswer.incomplete(
                    "device " + query.inputDevice() + " is not in the snapshot");
        }
        decision.clear();
        decision.device = device;
        takeFlowFromQuery(query);
        for (ForwardingCheck check : ROUTE_INPUT) {
            if (check.decides(decision)) {
                return decision.outcome == Outcome.INCOMPLETE
                        ? RouteAnswer.incomplete(decision.why)
                        : RouteAnswer.failed(Errno.EINVAL, decision.result.rule);
            }
        }
        return decision.input == Input.ERROR
                ? RouteAnswer.failed(decision.error, decision.result.rule)
                : inputRoute();
    }

    private void takeFlowFromQuery(RouteQuery query) {
        Flowi4 flow = decision.flow;
        flow.inputDevice = decision.device;
        flow.outputDevice = null;
        flow.source = (int) query.source().low();
        flow.destination = (int) query.destination().low();
        flow.tos = query.tos();
        flow.mark = query.mark();
        flow.protocol = query.protocol() < 0 ? Skb.UDP : query.protocol();
        flow.sourcePort = query.sourcePort();
        flow.destinationPort = query.destinationPort();
        decision.skb.asOfFlow(flow);
    }

    private RouteAnswer inputRoute() {
        FibResult result = decision.result;
        int table = result.table() == null ? 0 : result.table().id();
        if (decision.input == Input.FORWARD) {
            NextHop hop = result.nextHop();
            return new RouteAnswer(
                    Errno.NONE,
                    result.info().type(),
                    table,
                    hop.device().name(),
                    hop.via(),
                    "",
                    decision.redirect ? List.of("doredirect") : List.of(),
                    result.route(),
                    result.rule,
                    "");
        }
        RouteType type = RouteType.valueOf(decision.input.name());
        List<String> flags =
                type == RouteType.LOCAL ? List.of("local") : List.of(type.label(), "local");
        String device = host.loopback() == null ? "lo" : host.loopback().name();
        return new RouteAnswer(
                Errno.NONE, type, table, device, "", "", flags, result.route(), result.rule, "");
    }
}
