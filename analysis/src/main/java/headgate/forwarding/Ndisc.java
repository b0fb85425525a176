package headgate.forwarding;

import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.Effects.NeighbourState;
import headgate.forwarding.EgressFrames.Kind;
import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;

/// Neighbour discovery and multicast listener discovery (RFC 4861, 2710; kernel:
/// `net/ipv6/ndisc.c`, `mcast.c`): what the host learns of its neighbours, and what it answers.
public final class Ndisc {
    static final long SOLICITED_NODE_HIGH = 0xff02_0000_0000_0000L;
    static final long SOLICITED_NODE_LOW = 0x1_ff00_0000L;

    private static final int ROUTER_SOLICITATION = 133;
    private static final int ROUTER_ADVERTISEMENT = 134;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int LISTENER_REPORT = 131;

    private static final int SOURCE_LINK_ADDRESS = 1;
    private static final int TARGET_LINK_ADDRESS = 2;
    private static final int REDIRECTED_HEADER = 4;

    private static final int HOP_LIMIT = 255;
    private static final int ROUTER = 0x80;
    private static final int SOLICITED = 0x40;
    private static final int OVERRIDE = 0x20;

    private static final int QUERY_LENGTH = 24;

    /// In hundredths of a second.
    private static final int USUAL_PROXY_DELAY = 80;

    private static final int NO_OPTION = -1;
    private static final int BAD_OPTIONS = -2;

    private final Decision decision;
    private final Ip6Header header = new Ip6Header();

    /// The neighbour that this packet told of; null if it told of none.
    private NetDevice learntDevice;

    private long learntHigh;
    private long learntLow;
    private long learntMac;

    /// Where the last redirect's quoted packet starts.
    private int redirectedAt;

    Ndisc(Decision decision) {
        this.decision = decision;
    }

    void clear() {
        learntDevice = null;
    }

    /// Whether the packet at hand told the link address of that neighbour.
    boolean hasLearnt(NetDevice device, long high, long low) {
        return device == learntDevice && high == learntHigh && low == learntLow;
    }

    long learntMac() {
        return learntMac;
    }

    int redirectedAt() {
        return redirectedAt;
    }

    /// Takes a message whose checksum is right (kernel: `ndisc_rcv`).
    ///
    /// @param at where it starts; it reaches to the end of the packet
    /// @param fragmented whether the packet came with a fragment header (RFC 6980)
    /// @return why it is dropped; null if it was taken
    DropReason receive(Skb skb, int at, int type, boolean fragmented) {
        header.read(skb.bytes(), 0);
        if (fragmented) {
            return DropReason.IPV6_NDISC_FRAG;
        }
        if (header.hopLimit != HOP_LIMIT) {
            return DropReason.IPV6_NDISC_HOP_LIMIT;
        }
        if (skb.u8(at + 1) != 0) {
            return DropReason.IPV6_NDISC_BAD_CODE;
        }
        return switch (type) {
            case ROUTER_SOLICITATION -> routerSolicitation(skb, at);
            case ROUTER_ADVERTISEMENT -> routerAdvertisement(skb, at);
            case NEIGHBOUR_SOLICITATION -> solicitation(skb, at);
            case NEIGHBOUR_ADVERTISEMENT -> advertisement(skb, at);
            default -> redirect(skb, at);
        };
    }

    /// Finds an option.
    ///
    /// @param from where the first one starts
    /// @return where it starts; [#NO_OPTION]; or [#BAD_OPTIONS] if their lengths cannot be right
    private static int option(Skb skb, int from, int type) {
        int found = NO_OPTION;
        for (int at = from; at < skb.length; ) {
            int length = skb.length - at < 2 ? 0 : skb.u8(at + 1) * 8;
            if (length == 0 || length > skb.length - at) {
                return BAD_OPTIONS;
            }
            found = found == NO_OPTION && skb.u8(at) == type ? at : found;
            at += length;
        }
        return found;
    }

    private static boolean isLinkAddress(Skb skb, int option) {
        return skb.u8(option + 1) == 1;
    }

    private static long linkAddress(Skb skb, int option) {
        return (long) skb.u16(option + 2) << 32 | skb.i32(option + 4) & 0xffff_ffffL;
    }

    private DropReason solicitation(Skb skb, int at) {
        if (skb.length - at < QUERY_LENGTH) {
            return DropReason.PKT_TOO_SMALL;
        }
        long high = skb.i64(at + 8);
        long low = skb.i64(at + 16);
        boolean detectsDuplicates = Inet6.isUnspecified(header.sourceHigh, header.sourceLow);
        boolean toSolicitedNode =
                header.destinationHigh == SOLICITED_NODE_HIGH
                        && header.destinationLow >>> 24 == SOLICITED_NODE_LOW >>> 24;
        if (Inet6.isMulticast(high) || detectsDuplicates && !toSolicitedNode) {
            return DropReason.NOT_SPECIFIED;
        }
        int option = option(skb, at + QUERY_LENGTH, SOURCE_LINK_ADDRESS);
        if (option == BAD_OPTIONS) {
            return DropReason.IPV6_NDISC_BAD_OPTIONS;
        }
        if (option >= 0 && (!isLinkAddress(skb, option) || detectsDuplicates)) {
            return DropReason.NOT_SPECIFIED;
        }
        NetDevice device = decision.device;
        boolean toGroup = header.isToMulticast();
        boolean own = device.inet6().has(high, low);
        if (!own) {
            if (!decision.host.hasAnycast6(device, high, low) && !proxies(high, low)) {
                return DropReason.IPV6_NDISC_NS_OTHERHOST;
            }
            // The answer comes after a random delay, so that others may be first.
            if (skb.packetType != Skb.PacketType.HOST && toGroup && proxyDelay() != 0) {
                return DropReason.NOT_SPECIFIED;
            }
        }
        if (detectsDuplicates) {
            long allNodesHigh = SOLICITED_NODE_HIGH;
            advertise(allNodesHigh, 1, high, low, own ? OVERRIDE : 0, true, own);
            return DropReason.NOT_SPECIFIED;
        }
        long mac = option >= 0 ? linkAddress(skb, option) : -1;
        boolean known =
                decision.host.neighbours6().mac(device, header.sourceHigh, header.sourceLow)
                        != Neighbours.ABSENT;
        if (toGroup && mac < 0 && !known) {
            return DropReason.NOT_SPECIFIED;
        }
        learn(mac, NeighbourState.DELAY, false);
        int flags = SOLICITED | (own && toGroup ? OVERRIDE : 0);
        advertise(header.sourceHigh, header.sourceLow, high, low, flags, toGroup, own);
        return null;
    }

    /// Whether the host answers for another (RFC 4389; kernel: `pndisc_is_router`).
    private boolean proxies(long high, long low) {
        return decision.device.inet6().forwarding() == 1
                && decision.device.inet6().proxyNdp() == 1
                && decision.host.isProxied6(decision.device, high, low);
    }

    private long proxyDelay() {
        return decision.host.sysctl(
                "net.ipv6.neigh." + decision.device + ".proxy_delay", USUAL_PROXY_DELAY);
    }

    /// What it says of itself as a router, or of whom it answers for.
    private int routerFlag(NetDevice device, long high, long low) {
        boolean router =
                device.inet6().has(high, low) || !decision.host.isProxied6(device, high, low)
                        ? device.inet6().forwarding() == 1
                        : decision.host.isProxiedRouter6(device, high, low);
        return router ? ROUTER : 0;
    }

    /// Takes up the link address that the packet's source told of itself. An entry that somebody
    /// made permanent stays as it is, as does one whose address is the same.
    ///
    /// @param mac negative if it told none
    private void learn(long mac, NeighbourState state, boolean router) {
        long before =
                decision.host
                        .neighbours6()
                        .mac(decision.device, header.sourceHigh, header.sourceLow);
        if (mac < 0 || before >= 0) {
            return;
        }
        learntDevice = decision.device;
        learntHigh = header.sourceHigh;
        learntLow = header.sourceLow;
        learntMac = mac;
        decision.effects.neighbourChanges.add(
                new Effects.NeighbourChange(decision.device, header.source(), state, mac, router));
    }

    /// Kernel: `ndisc_send_na`.
    ///
    /// @param own whether the target is an address of this device, which then is the sender
    private void advertise(
            long toHigh,
            long toLow,
            long targetHigh,
            long targetLow,
            int flags,
            boolean withLinkAddress,
            boolean own) {
        NetDevice device = decision.device;
        long fromHigh = targetHigh;
        long fromLow = targetLow;
        if (!own) {
            IpAddress source = decision.host.sourceAddress6(device, toHigh, toLow);
            if (source == null) {
                return;
            }
            fromHigh = source.high();
            fromLow = source.low();
        }
        Skb message = decision.own;
        boolean forced =
                own && decision.host.sysctl("net.ipv6.conf." + device + ".force_tllao", 0) == 1;
        int length = QUERY_LENGTH + (withLinkAddress || forced ? 8 : 0);
        message.beginIpv6(
                length, 0, HOP_LIMIT, IpProtocol.ICMPV6, fromHigh, fromLow, toHigh, toLow);
        message.put8(40, NEIGHBOUR_ADVERTISEMENT);
        message.put8(44, flags | routerFlag(device, targetHigh, targetLow));
        message.put64(48, targetHigh);
        message.put64(56, targetLow);
        if (withLinkAddress || forced) {
            message.putLinkAddressOption(64, TARGET_LINK_ADDRESS, device.mac());
        }
        Icmp6.putChecksum(message, Ip6Header.LENGTH);
        decision.count(SnmpCounter.IP6_OUT_REQUESTS);
        Outcome outcome =
                decision.output6.send(Kind.NEIGHBOUR_ADVERTISEMENT, device, toHigh, toLow);
        Icmp6.countDiscovery(decision, NEIGHBOUR_ADVERTISEMENT, outcome, device);
    }

    private DropReason advertisement(Skb skb, int at) {
        if (skb.length - at < QUERY_LENGTH) {
            return DropReason.PKT_TOO_SMALL;
        }
        long high = skb.i64(at + 8);
        long low = skb.i64(at + 16);
        boolean solicited = (skb.u8(at + 4) & SOLICITED) != 0;
        if (Inet6.isMulticast(high) || header.isToMulticast() && solicited) {
            return DropReason.NOT_SPECIFIED;
        }
        int option = option(skb, at + QUERY_LENGTH, TARGET_LINK_ADDRESS);
        if (option == BAD_OPTIONS) {
            return DropReason.IPV6_NDISC_BAD_OPTIONS;
        }
        boolean known = decision.host.neighbours6().mac(decision.device, high, low) >= 0;
        return option >= 0 && !isLinkAddress(skb, option)
                        || decision.device.inet6().has(high, low)
                        || !known
                ? DropReason.NOT_SPECIFIED
                : null;
    }

    private DropReason routerSolicitation(Skb skb, int at) {
        if (decision.device.inet6().forwarding() != 1
                || Inet6.isUnspecified(header.sourceHigh, header.sourceLow)) {
            return DropReason.NOT_SPECIFIED;
        }
        return learnFromOption(skb, at + 8, false);
    }

    private DropReason routerAdvertisement(Skb skb, int at) {
        if (!Inet6.isLinkLocal(header.sourceHigh)) {
            return DropReason.NOT_SPECIFIED;
        }
        if (skb.length - at < 16) {
            return DropReason.PKT_TOO_SMALL;
        }
        Inet6Device conf = decision.device.inet6();
        if (conf.acceptRa() == (conf.forwarding() == 1 ? 2 : 1)) {
            decision.incomplete("a router advertisement that the host believes");
        }
        return learnFromOption(skb, at + 16, true);
    }

    private DropReason learnFromOption(Skb skb, int from, boolean router) {
        int option = option(skb, from, SOURCE_LINK_ADDRESS);
        if (option == BAD_OPTIONS) {
            return DropReason.IPV6_NDISC_BAD_OPTIONS;
        }
        if (option >= 0 && !isLinkAddress(skb, option)) {
            return DropReason.NOT_SPECIFIED;
        }
        learn(option >= 0 ? linkAddress(skb, option) : -1, NeighbourState.STALE, router);
        return null;
    }

    /// A router believes nobody's redirects; the packet that one quotes is heard of all the same.
    private DropReason redirect(Skb skb, int at) {
        if (!Inet6.isLinkLocal(header.sourceHigh)) {
            return DropReason.NOT_SPECIFIED;
        }
        if (skb.length - at < 40) {
            return DropReason.PKT_TOO_SMALL;
        }
        int option = option(skb, at + 40, REDIRECTED_HEADER);
        if (option == BAD_OPTIONS) {
            return DropReason.IPV6_NDISC_BAD_OPTIONS;
        }
        redirectedAt = option + 8;
        return option < 0 ? DropReason.NOT_SPECIFIED : null;
    }

    /// Answers a query for listeners (kernel: `igmp6_event_query`, `__mld_query_work`), each group
    /// for itself as in version 1; their random delays play no part.
    ///
    /// @param alerts whether the query came with the Router Alert option that it needs
    void query(Skb skb, int at, boolean alerts) {
        header.read(skb.bytes(), 0);
        int length = skb.length - at;
        if (!alerts
                || header.hopLimit != 1
                || !Inet6.isLinkLocal(header.sourceHigh)
                || length < QUERY_LENGTH) {
            return;
        }
        NetDevice device = decision.device;
        if (length == QUERY_LENGTH) {
            decision.state.noteOldListenerQuerier(device);
        }
        if (!decision.state.hasOldListenerQuerier(device)) {
            decision.incomplete("reports of version 2 of multicast listener discovery");
            return;
        }
        long high = skb.i64(at + 8);
        long low = skb.i64(at + 16);
        for (Inet6Device.Group group : device.inet6().groups()) {
            boolean asked =
                    Inet6.isUnspecified(high, low) || group.high() == high && group.low() == low;
            boolean silent =
                    Inet6.multicastScope(group.high()) < 2
                            || group.high() == SOLICITED_NODE_HIGH && group.low() == 1;
            if (asked && !silent) {
                report(device, group);
            }
        }
    }

    private void report(NetDevice device, Inet6Device.Group group) {
        Inet6Device.Address from = device.inet6().linkLocal();
        long fromHigh = from == null ? 0 : from.high();
        long fromLow = from == null ? 0 : from.low();
        Skb own = decision.own;
        own.beginIpv6(
                8 + QUERY_LENGTH,
                0,
                1,
                IpProtocol.HOP_BY_HOP,
                fromHigh,
                fromLow,
                group.high(),
                group.low());
        own.put8(40, IpProtocol.ICMPV6);
        // Router Alert with value 0, and two bytes of padding.
        own.put32(42, 0x0502_0000);
        own.put16(46, 0x0100);
        own.put8(48, LISTENER_REPORT);
        own.put64(56, group.high());
        own.put64(64, group.low());
        Icmp6.putChecksum(own, 48);
        decision.count(SnmpCounter.IP6_OUT_REQUESTS);
        Outcome outcome = decision.output6.send(Kind.MLD_REPORT, device, group.high(), group.low());
        Icmp6.countDiscovery(decision, LISTENER_REPORT, outcome, decision.device);
        if (outcome == Outcome.FORWARD) {
            decision.input6.loopBack(own);
        }
    }
}
