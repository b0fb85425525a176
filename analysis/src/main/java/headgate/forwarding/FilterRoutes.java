package headgate.forwarding;

import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.nft.RouteQuestions;
import headgate.packet.IpAddress;

/// What packet-filter rules ask of the IPv4 routes.
final class FilterRoutes implements RouteQuestions {
    private static final int UNICAST = 1;
    private static final int BROADCAST = 3;
    private static final int MULTICAST = 5;

    private static final int TCP_HEADER = 20;
    private static final int LARGEST_PACKET = 65535;

    /// What is taken where no route says anything (kernel: `TCP_MSS_DEFAULT`).
    private static final int DEFAULT_SEGMENT = 536;

    private final HostSnapshot host;
    private final Flowi4 flow = new Flowi4();
    private final FibResult result = new FibResult();
    private final OutputRoute outputRoute;

    /// That the packet belongs to.
    Decision decision;

    FilterRoutes(HostSnapshot host) {
        this.host = host;
        outputRoute = new OutputRoute(host, host.multipath());
    }

    /// Kernel: `inet_dev_addr_type`, which looks into the table `local` alone.
    @Override
    public int addressType(NfPacket packet, long high, long low, NetDevice device) {
        if (packet.family != NfPacket.IPV4 || host.noRoutes() != null) {
            return UNKNOWN;
        }
        int address = (int) low;
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
        result.clear();
        for (Fib table : host.tables()) {
            if (table.id() == 255) {
                Errno error = table.lookup(flow, true, result);
                if (result.incomplete != null) {
                    return UNKNOWN;
                }
                boolean found = error == Errno.NONE && result.info() != null;
                boolean there = found && (device == null || result.nextHop().device() == device);
                return there ? number(result.info().type()) : UNICAST;
            }
        }
        return UNICAST;
    }

    private static int number(RouteType type) {
        return switch (type) {
            case UNICAST -> UNICAST;
            case LOCAL -> 2;
            case BROADCAST -> BROADCAST;
            case ANYCAST -> 4;
            case MULTICAST -> MULTICAST;
            case BLACKHOLE -> 6;
            case UNREACHABLE -> 7;
            case PROHIBIT -> 8;
            default -> UNKNOWN;
        };
    }

    /// Kernel: `nft_fib4_eval`.
    @Override
    public int outputIndex(NfPacket packet, boolean toSource, NetDevice device, boolean mark) {
        if (packet.family != NfPacket.IPV4 || host.noRoutes() != null) {
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
        var flow6 = new Flowi6();
        var result6 = new Fib6Result();
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
