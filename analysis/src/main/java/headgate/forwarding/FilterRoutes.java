package headgate.forwarding;

import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.nft.RouteQuestions;

/// What packet-filter rules ask of the IPv4 routes.
final class FilterRoutes implements RouteQuestions {
    private static final int UNICAST = 1;
    private static final int BROADCAST = 3;
    private static final int MULTICAST = 5;

    private final HostSnapshot host;
    private final Flowi4 flow = new Flowi4();
    private final FibResult result = new FibResult();

    /// That the packet belongs to.
    Decision decision;

    FilterRoutes(HostSnapshot host) {
        this.host = host;
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
                boolean found = error == Errno.NONE && result.info != null;
                boolean there = found && (device == null || result.nextHop().device() == device);
                return there ? number(result.info.type()) : UNICAST;
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
        if (error != Errno.NONE || result.info.type() != RouteType.UNICAST) {
            return 0;
        }
        if (device == null) {
            return result.info.isMultipath() ? UNKNOWN : result.nextHop().device().index();
        }
        return result.info.uses(device) ? device.index() : 0;
    }

    @Override
    public long masqueradeAddress(NfPacket packet) {
        NetDevice device = packet.output();
        if (packet.family != NfPacket.IPV4 || device == null || decision.result.info == null) {
            return UNKNOWN;
        }
        int gateway = decision.result.nextHop().gateway();
        int towards = gateway != 0 ? gateway : (int) packet.destinationLow();
        int first = 0;
        for (NetDevice.Address address : device.addresses()) {
            if (address.secondary() || address.scope() > FibInfo.SCOPE_UNIVERSE) {
                continue;
            }
            if (address.matches(towards)) {
                return Integer.toUnsignedLong(address.local());
            }
            first = first == 0 ? address.local() : first;
        }
        return first == 0 ? UNKNOWN : Integer.toUnsignedLong(first);
    }

    @Override
    public long redirectAddress(NfPacket packet) {
        NetDevice device = packet.input();
        if (packet.family != NfPacket.IPV4 || device == null) {
            return UNKNOWN;
        }
        for (NetDevice.Address address : device.addresses()) {
            if (!address.secondary()) {
                return Integer.toUnsignedLong(address.local());
            }
        }
        return 0;
    }
}
