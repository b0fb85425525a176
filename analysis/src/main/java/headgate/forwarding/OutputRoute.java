package headgate.forwarding;

import java.util.List;

/// The route of a packet of the host's own (kernel: `ip_route_output_key_hash_rcu`). One object,
/// reused: set [#flow], call [#find], read the rest.
public final class OutputRoute {
    private static final int LOOPBACK_ADDRESS = 0x7f000001;

    /// What the route is asked for.
    public final Flowi4 flow = new Flowi4();

    public final FibResult result = new FibResult();

    /// LOCAL, UNICAST, BROADCAST or MULTICAST.
    public RouteType type;

    /// By which the packet leaves; the loopback device for LOCAL.
    public NetDevice device;

    /// Whose link address is asked for: the gateway, or the destination.
    public int neighbour;

    /// The next hop; null where the destination is the host itself, or everybody.
    public NextHop hop;

    /// What the packet has as its source: that of [#flow], or the one that the route chooses.
    public int source;

    public int mtuBytes;

    /// Why the answer cannot be known; null if it can.
    public String incomplete;

    /// Whether the source need not be one of the host's addresses (kernel: `FLOWI_FLAG_ANYSRC`).
    boolean anySource;

    private final HostSnapshot host;
    private final Multipath multipath;

    OutputRoute(HostSnapshot host, Multipath multipath) {
        this.host = host;
        this.multipath = multipath;
    }

    /// Starts a question about a packet with these addresses and no ports.
    Flowi4 ask(int source, int destination, int tos, int protocol) {
        anySource = false;
        flow.inputDevice = host.loopback();
        flow.outputDevice = null;
        flow.source = source;
        flow.destination = destination;
        flow.tos = tos;
        flow.mark = 0;
        flow.protocol = protocol;
        flow.sourcePort = 0;
        flow.destinationPort = 0;
        return flow;
    }

    /// Finds the route.
    ///
    /// @param hash that chooses among several next hops; -1 for the flow's own
    public Errno find(int hash) {
        result.clear();
        incomplete = null;
        hop = null;
        source = flow.source;
        int destination = flow.destination;
        if (source != 0 && !mayBeSource()) {
            return Errno.EINVAL;
        }
        if (destination == 0) {
            flow.destination = source != 0 ? source : LOOPBACK_ADDRESS;
            return local(flow.destination);
        }
        if (Inet4.isMulticast(destination) || destination == Inet4.LIMITED_BROADCAST) {
            return toEverybody();
        }
        if (host.noRoutes() != null) {
            return unknown(host.noRoutes());
        }
        Errno error = host.rules().lookup(flow, false, result);
        if (result.incomplete != null) {
            return unknown(result.incomplete);
        }
        if (error != Errno.NONE) {
            return error;
        }
        return switch (result.info().type()) {
            case LOCAL ->
                    local(
                            result.info().preferredSource() != 0
                                    ? result.info().preferredSource()
                                    : destination);
            case UNICAST, BROADCAST -> unicast(hash);
            case ANYCAST, MULTICAST, BLACKHOLE, UNREACHABLE, PROHIBIT, THROW ->
                    unknown(
                            "routes of type "
                                    + result.info().type().label()
                                    + " are not modelled for packets of the host's own");
        };
    }

    private Errno unknown(String why) {
        incomplete = why;
        return Errno.EINVAL;
    }

    private boolean mayBeSource() {
        return !Inet4.isMulticast(source)
                && source != Inet4.LIMITED_BROADCAST
                && (anySource || host.isLocal(source));
    }

    private Errno local(int preferred) {
        type = RouteType.LOCAL;
        device = host.loopback();
        neighbour = flow.destination;
        source = source != 0 ? source : preferred;
        mtuBytes = device == null ? 65535 : Math.min(65535, device.mtuBytes());
        return device == null ? unknown("the snapshot has no loopback device") : Errno.NONE;
    }

    /// By the device that was asked for, or that has the source address.
    private Errno toEverybody() {
        device = flow.outputDevice == null ? deviceOf(source) : flow.outputDevice;
        if (device == null) {
            return unknown("broadcasts and multicasts of the host's own are not modelled");
        }
        type = Inet4.isMulticast(flow.destination) ? RouteType.MULTICAST : RouteType.BROADCAST;
        source = source != 0 ? source : host.selectAddress(device, 0, FibInfo.SCOPE_LINK);
        neighbour = flow.destination;
        mtuBytes = device.mtuBytes();
        return Errno.NONE;
    }

    private NetDevice deviceOf(int address) {
        for (NetDevice each : host.devices()) {
            for (int i = 0; i < each.addresses().size(); i++) {
                if (address != 0 && each.addresses().get(i).local() == address) {
                    return each;
                }
            }
        }
        return null;
    }

    private Errno unicast(int hash) {
        FibInfo info = result.info();
        if (info.isMultipath()) {
            if (multipath.incomplete() != null) {
                return unknown(multipath.incomplete());
            }
            multipath.select(result, hash < 0 ? multipath.hash(flow) : hash, flow.source);
        }
        hop = result.nextHop();
        type = info.type();
        device = hop.device();
        neighbour = hop.gateway() != 0 ? hop.gateway() : flow.destination;
        source = source != 0 ? source : preferredSource(host, info, hop);
        mtuBytes = Math.min(65535, info.mtuBytes() != 0 ? info.mtuBytes() : device.mtuBytes());
        return Errno.NONE;
    }

    /// The route's own choice, or the primary address in the next hop's subnet, or the first; none
    /// of a narrower scope than the route's (kernel: `fib_info_update_nhc_saddr`). 0 if there is
    /// none.
    static int preferredSource(HostSnapshot host, FibInfo info, NextHop hop) {
        return info.preferredSource() != 0
                ? info.preferredSource()
                : host.selectAddress(hop.device(), hop.gateway(), info.scope());
    }

    /// Whose link address is asked for, as text.
    String nextHop() {
        return hop != null && hop.hasGateway6() ? hop.via() : Inet4.format(neighbour);
    }

    /// What `ip route get` answers without an input device.
    RouteAnswer answer(RouteQuery query) {
        int destination = (int) query.destination().low();
        if (destination == 0
                || destination == Inet4.LIMITED_BROADCAST
                || Inet4.isMulticast(destination)) {
            return RouteAnswer.incomplete(
                    "broadcasts and multicasts of the host's own are not modelled");
        }
        ask(
                (int) query.source().low(),
                destination,
                query.tos(),
                query.protocol() < 0 ? Skb.UDP : query.protocol());
        flow.mark = query.mark();
        flow.sourcePort = query.sourcePort();
        flow.destinationPort = query.destinationPort();
        Errno error = find(-1);
        if (incomplete != null) {
            return RouteAnswer.incomplete(incomplete);
        }
        if (error != Errno.NONE) {
            return RouteAnswer.failed(error, result.rule);
        }
        return new RouteAnswer(
                Errno.NONE,
                type,
                result.table().id(),
                device.name(),
                hop == null ? "" : hop.via(),
                Inet4.format(source),
                switch (type) {
                    case LOCAL -> List.of("local");
                    case BROADCAST -> List.of("broadcast", "local");
                    default -> List.of();
                },
                result.route(),
                result.rule,
                "");
    }
}
