package headgate.forwarding;

import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.nft.RouteQuestions;
import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;

/// What packet-filter rules ask of the routes.
final class FilterRoutes implements RouteQuestions {
    /// Types of addresses (kernel: `RTN_…`).
    private static final int UNSPECIFIED = 0;

    private static final int UNICAST = 1;
    private static final int LOCAL = 2;
    private static final int BROADCAST = 3;
    private static final int ANYCAST = 4;
    private static final int MULTICAST = 5;
    private static final int BLACKHOLE = 6;
    private static final int UNREACHABLE = 7;
    private static final int PROHIBIT = 8;

    /// Longest prefix whose first address is the subnet routers' anycast address.
    private static final int MOST_SUBNET_BITS = 126;

    private static final int TCP_HEADER = 20;
    private static final int LARGEST_PACKET = 65535;

    /// What is taken where no route says anything (kernel: `TCP_MSS_DEFAULT`).
    private static final int DEFAULT_SEGMENT = 536;

    private final HostSnapshot host;
    private final Flowi4 flow = new Flowi4();
    private final FibResult result = new FibResult();
    private final Flowi6 flow6 = new Flowi6();
    private final Fib6Result result6 = new Fib6Result();
    private final OutputRoute outputRoute;

    /// That the packet belongs to.
    Decision decision;

    FilterRoutes(HostSnapshot host) {
        this.host = host;
        outputRoute = new OutputRoute(host, host.multipath());
    }

    @Override
    public int addressType(NfPacket packet, boolean ofSource, NetDevice device) {
        if (packet.family == NfPacket.IPV6) {
            return addressType6(packet, ofSource, device);
        }
        return addressType4(
                (int) (ofSource ? packet.sourceLow() : packet.destinationLow()), device);
    }

    /// Kernel: `inet_dev_addr_type`, which asks no rules.
    private int addressType4(int address, NetDevice device) {
        if (host.noRoutes() != null) {
            return UNKNOWN;
        }
        if (address >>> 24 == 0 || address == -1) {
            return BROADCAST;
        }
        if (address >>> 28 == 0xe) {
            return MULTICAST;
        }
        flow.inputDevice = flow.outputDevice = null;
        flow.source = flow.tos = flow.mark = flow.protocol = 0;
        flow.sourcePort = flow.destinationPort = 0;
        flow.destination = address;
        Errno error = host.lookupLocal(flow, result);
        if (result.incomplete != null) {
            return UNKNOWN;
        }
        boolean found = error == Errno.NONE && result.info() != null;
        boolean there = found && (device == null || result.nextHop().device() == device);
        return there ? number(result.info().type()) : UNICAST;
    }

    private static int number(RouteType type) {
        return switch (type) {
            case UNICAST -> UNICAST;
            case LOCAL -> LOCAL;
            case BROADCAST -> BROADCAST;
            case ANYCAST -> ANYCAST;
            case MULTICAST -> MULTICAST;
            case BLACKHOLE -> BLACKHOLE;
            case UNREACHABLE -> UNREACHABLE;
            case PROHIBIT -> PROHIBIT;
            default -> UNKNOWN;
        };
    }

    /// Kernel: `__nft_fib6_eval_type`, which asks all rules and tables.
    private int addressType6(NfPacket packet, boolean ofSource, NetDevice device) {
        Errno error = route6(packet, ofSource, device, 0);
        if (result6.incomplete != null) {
            return UNKNOWN;
        }
        if (error != Errno.NONE) {
            return switch (error) {
                case EINVAL -> BLACKHOLE;
                case EACCES -> PROHIBIT;
                default -> UNREACHABLE;
            };
        }
        long high = flow6.destinationHigh;
        long low = flow6.destinationLow;
        if (isAnycast(high, low)) {
            return ANYCAST;
        }
        boolean local =
                device == null
                        ? result6.info().type() == RouteType.LOCAL
                        : device.inet6().has(high, low);
        if (local) {
            return LOCAL;
        }
        if (Inet6.isMulticast(high)) {
            return MULTICAST;
        }
        return Inet6.isMapped(high, low) || Inet6.isUnspecified(high, low) ? UNSPECIFIED : UNICAST;
    }

    /// Kernel: `ipv6_anycast_destination`.
    private boolean isAnycast(long high, long low) {
        return result6.info().type() == RouteType.ANYCAST
                || result6.prefixLength() <= MOST_SUBNET_BITS
                        && !result6.nextHop().hasGateway6()
                        && result6.prefix().high() == high
                        && result6.prefix().low() == low;
    }

    /// Looks up an address of the packet as if the host sent to it.
    ///
    /// @param ofSource whether it is the packet's source, so that the way is the one back
    private Errno route6(NfPacket packet, boolean ofSource, NetDevice device, int mark) {
        flow6.destinationHigh = ofSource ? packet.sourceHigh() : packet.destinationHigh();
        flow6.destinationLow = ofSource ? packet.sourceLow() : packet.destinationLow();
        flow6.sourceHigh = ofSource ? packet.destinationHigh() : packet.sourceHigh();
        flow6.sourceLow = ofSource ? packet.destinationLow() : packet.sourceLow();
        NetDevice own = packet.input() != null ? packet.input() : packet.output();
        flow6.outputDevice =
                !Inet6.isLinkLocal(flow6.destinationHigh) ? null : device != null ? device : own;
        flow6.mark = mark;
        flow6.protocol = packet.transportProtocol;
        flow6.tos = packet.u16(0) >>> 4 & 0xff;
        flow6.flowLabel = packet.i32(0) & 0xfffff;
        flow6.sourcePort = flow6.destinationPort = 0;
        return decision.route6.output(flow6, result6);
    }

    /// Kernel: `nft_fib6_eval`.
    private int outputIndex6(NfPacket packet, boolean ofSource, NetDevice device, boolean mark) {
        boolean first = packet.input() != null && decision.result6.info() == null;
        if (first && isUnnumbered(packet)) {
            return packet.input().index();
        }
        Errno error = route6(packet, ofSource, device, mark ? packet.mark : 0);
        if (result6.incomplete != null) {
            return UNKNOWN;
        }
        if (error != Errno.NONE
                || result6.info().type() == RouteType.LOCAL
                || result6.info().type() == RouteType.ANYCAST) {
            return 0;
        }
        if (device == null) {
            return result6.info().isMultipath() ? UNKNOWN : result6.nextHop().device().index();
        }
        for (NextHop hop : result6.info().nextHops()) {
            if (hop.device() == device) {
                return device.index();
            }
        }
        return 0;
    }

    /// Neighbour discovery of hosts that have no address yet, which has come by the right device.
    private static boolean isUnnumbered(NfPacket packet) {
        return packet.transportProtocol == IpProtocol.ICMPV6
                && Inet6.isUnspecified(packet.sourceHigh(), packet.sourceLow())
                && Inet6.needsDevice(packet.destinationHigh(), packet.destinationLow());
    }

    @Override
    public int outputIndex(NfPacket packet, boolean toSource, NetDevice device, boolean mark) {
        return packet.family == NfPacket.IPV6
                ? outputIndex6(packet, toSource, device, mark)
                : outputIndex4(packet, toSource, device, mark);
    }

    /// Kernel: `nft_fib4_eval`.
    private int outputIndex4(NfPacket packet, boolean toSource, NetDevice device, boolean mark) {
        if (host.noRoutes() != null) {
            return UNKNOWN;
        }
        int source = (int) packet.sourceLow();
        int destination = (int) packet.destinationLow();
        boolean everybody = destination == -1 || destination >>> 8 == 0xe00000;
        if (source >>> 24 == 0 && everybody && packet.input() != null) {
            return packet.input().index();
        }
        flow.inputDevice = host.loopback();
        flow.outputDevice = device;
        flow.source = toSource ? destination : 0;
        flow.destination = toSource ? source : destination;
        flow.tos = packet.u8(1);
        flow.mark = mark ? packet.mark : 0;
        flow.protocol = 0;
        flow.sourcePort = flow.destinationPort = 0;
        Errno error = host.rules().lookup(flow, true, result);
        if (result.incomplete != null) {
            return UNKNOWN;
        }
        if (error != Errno.NONE || result.info().type() != RouteType.UNICAST) {
            return 0;
        }
        if (device == null) {
            return result.info().isMultipath() ? UNKNOWN : result.nextHop().device().index();
        }
        return result.info().uses(device) ? device.index() : 0;
    }

    @Override
    public int maximumSegment(NfPacket packet) {
        if (packet.input() == null || decision.input != Decision.Input.FORWARD) {
            return UNKNOWN;
        }
        boolean ipv6 = packet.family == NfPacket.IPV6;
        int back = ipv6 ? mtuBack6(packet) : mtuBack(packet);
        if (back == UNKNOWN) {
            return UNKNOWN;
        }
        int mtu = Math.min(back, ipv6 ? mtu(decision.result6) : decision.mtuBytes);
        int headers = TCP_HEADER + (ipv6 ? Ip6Header.LENGTH : Skb.IPV4_HEADER);
        return mtu <= headers || mtu > LARGEST_PACKET ? DEFAULT_SEGMENT : mtu - headers;
    }

    private int mtuBack(NfPacket packet) {
        outputRoute.ask(0, (int) packet.sourceLow(), 0, 0);
        Errno error = outputRoute.find(-1);
        if (outputRoute.incomplete != null) {
            return UNKNOWN;
        }
        return error == Errno.NONE ? outputRoute.mtuBytes : LARGEST_PACKET + 1;
    }

    private int mtuBack6(NfPacket packet) {
        flow6.sourceHigh = flow6.sourceLow = 0;
        flow6.outputDevice = null;
        flow6.tos = flow6.mark = flow6.flowLabel = flow6.protocol = 0;
        flow6.sourcePort = flow6.destinationPort = 0;
        flow6.destinationHigh = packet.sourceHigh();
        flow6.destinationLow = packet.sourceLow();
        Errno error = decision.route6.output(flow6, result6);
        if (result6.incomplete != null) {
            return UNKNOWN;
        }
        return error == Errno.NONE ? mtu(result6) : LARGEST_PACKET + 1;
    }

    private static int mtu(Fib6Result result) {
        int mtu = result.info().mtuBytes();
        return mtu > 0 ? mtu : result.nextHop().device().inet6().mtuBytes();
    }

    @Override
    public IpAddress masqueradeAddress(NfPacket packet) {
        NetDevice device = packet.output();
        if (device == null) {
            return null;
        }
        if (packet.family == NfPacket.IPV6) {
            IpAddress chosen =
                    host.sourceAddress6(device, packet.destinationHigh(), packet.destinationLow());
            return chosen == null ? NO_ADDRESS : chosen;
        }
        return decision.result.info() == null ? null : masqueradeAddress4(packet, device);
    }

    private IpAddress masqueradeAddress4(NfPacket packet, NetDevice device) {
        int gateway = decision.result.nextHop().gateway();
        int towards = gateway != 0 ? gateway : (int) packet.destinationLow();
        int first = 0;
        for (NetDevice.Address address : device.addresses()) {
            if (address.secondary() || address.scope() > FibInfo.SCOPE_UNIVERSE) {
                continue;
            }
            if (address.matches(towards)) {
                return ipv4(address.local());
            }
            first = first == 0 ? address.local() : first;
        }
        return first == 0 ? null : ipv4(first);
    }

    private static IpAddress ipv4(int address) {
        return new IpAddress(4, 0, Integer.toUnsignedLong(address));
    }

    @Override
    public IpAddress redirectAddress(NfPacket packet) {
        NetDevice device = packet.input();
        if (device == null) {
            return null;
        }
        if (packet.family == NfPacket.IPV6) {
            return redirectAddress6(packet, device);
        }
        for (NetDevice.Address address : device.addresses()) {
            if (!address.secondary()) {
                return ipv4(address.local());
            }
        }
        return NO_ADDRESS;
    }

    /// Kernel: `nf_nat_redirect_ipv6`, for packets to global addresses.
    private static IpAddress redirectAddress6(NfPacket packet, NetDevice device) {
        if (Inet6.needsDevice(packet.destinationHigh(), packet.destinationLow())) {
            return null;
        }
        for (Inet6Device.Address address : device.inet6().addresses()) {
            if (!address.tentative()) {
                return new IpAddress(6, address.high(), address.low());
            }
        }
        return NO_ADDRESS;
    }
}
