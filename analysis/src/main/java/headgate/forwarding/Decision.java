package headgate.forwarding;

import headgate.forwarding.HostSnapshot.Hook;

/// One decision in the making, and its outcome; reused from packet to packet. A plain struct like
/// [Frame]: the checks of [ForwardingPath#CHECKS] read and write its fields in the kernel's order.
///
/// Nothing here is text until somebody asks: a verdict that is only counted costs no object.
public final class Decision {
    /// How a decision ended.
    public enum Outcome {
        UNDECIDED,

        /// The packet leaves by [#egress].
        FORWARD,

        /// The packet waits until the next hop's link address is known.
        PENDING,

        /// The packet is handed to the host's own protocols.
        LOCAL,

        /// The packet is a fragment, and waits for the others.
        REASSEMBLING,

        /// The packet was for the host's own bookkeeping (ARP, neighbour discovery), and is spent
        /// without being dropped.
        CONSUMED,

        /// The packet is freed, with or without an ICMP error to its source.
        REFUSED,

        /// The answer depends on something that is not modelled or not known.
        INCOMPLETE
    }

    /// What the route makes of the packet (kernel: `dst.input`).
    public enum Input {
        UNDECIDED,

        /// `ip_local_deliver`, route type LOCAL.
        LOCAL,

        /// `ip_local_deliver`, route type BROADCAST.
        BROADCAST,

        /// `ip_local_deliver`, route type MULTICAST.
        MULTICAST,

        /// `ip_forward`.
        FORWARD,

        /// `ip_error`.
        ERROR
    }

    public final HostSnapshot host;
    public final Multipath multipath;

    /// The packet; its link-layer fields hold nothing for a decision about a [RouteQuery].
    public final Skb skb = new Skb();

    /// A packet that the host sends itself because of [#skb]: ICMP, a reset; one at a time.
    public final Skb own = new Skb();

    /// What the packet makes the host do.
    public final Effects effects = new Effects();

    /// What the host keeps from packet to packet.
    public final ForwardingState state;

    public final PacketFilter filter;

    /// Sends packets, those that pass through and the host's own.
    public final IpOutput output = new IpOutput(this);

    /// The fixed header of [#skb], if it is an IPv6 packet.
    public final Ip6Header header6 = new Ip6Header();

    /// What the lookup of an IPv6 route asks for.
    public final Flowi6 flow6 = new Flowi6();

    public final Fib6Result result6 = new Fib6Result();

    /// Sends IPv6 packets, those that pass through and the host's own.
    public final Ip6Output output6 = new Ip6Output(this);

    public final Icmp6 icmp6 = new Icmp6(this);
    public final Ip6Input input6 = new Ip6Input(this);
    public final Ndisc discovery = new Ndisc(this);

    /// Value of the Router Alert option (RFC 2711); -1 if the packet has none.
    public int routerAlert;

    /// As [#neighbour], for IPv6.
    public long neighbour6High;

    public long neighbour6Low;

    /// When the packet came in, in nanoseconds since 1970-01-01T00:00:00Z.
    public long nowNanos;

    /// Those of [#skb].
    public final IpOptions options = new IpOptions(this);

    final Icmp icmp = new Icmp(this);
    final Arp arp = new Arp(this);
    private final LocalDelivery localDelivery;
    private final ArpReceive arpReceive = new ArpReceive(this);

    /// The route of [#own].
    final OutputRoute ownRoute;

    /// What the route lookup asks for.
    public final Flowi4 flow = new Flowi4();

    private final FlowKeys keys = new FlowKeys();

    /// What the source validation asks for.
    public final Flowi4 reverse = new Flowi4();

    /// Routes of IPv6 packets.
    public final Ip6Route route6;

    public final FibResult result = new FibResult();
    public final FibResult reverseResult = new FibResult();

    public NetDevice device;

    public Input input;

    /// Error of the route, for [Input#ERROR].
    public Errno error;

    /// Whether the reverse lookup was made, and thereby decided about the source.
    public boolean reverseLookedUp;

    /// Whether the source is on the link that the packet came from.
    public boolean sourceOnLink;

    public boolean redirect;

    /// How many packets leave: more than 1 if it is fragmented.
    public int fragments;

    public NextHop egress;

    /// Address whose link address is asked for: the gateway, or the destination itself.
    public int neighbour;

    /// Link address of the next hop; -1 for devices that need none.
    public long nextHopMac;

    public int mtuBytes;

    public Outcome outcome;
    public DropReason dropReason;

    /// Kernel function that frees the packet.
    public String dropFunction;

    /// Type and code of the ICMP error that answers the packet; -1 if none does.
    public int icmpType;

    public int icmpCode;

    /// What the second word of its header says: MTU, pointer, gateway.
    public int icmpRest;

    /// By which way an ICMPv6 error leaves; null if that cannot be told.
    public NextHop answerEgress;

    /// Link address of its next hop; negative if that is not known, or none is needed.
    public long answerMac;

    /// Why the answer is incomplete; null if it is not.
    public String why;

    /// Index of the check that decided.
    public int decidedBy;

    private static final int TCP_HEADER = 20;

    /// Whether segments for this host are looked at before they are routed.
    private final boolean demultiplexesTcpEarly;

    private boolean looping;

    /// The questions that were asked.
    ForwardingCheck[] asked;

    Decision(HostSnapshot host, ForwardingState state) {
        this.host = host;
        this.state = state;
        this.filter = new PacketFilter(host, state);
        this.multipath = host.multipath();
        this.route6 = new Ip6Route(host);
        this.ownRoute = new OutputRoute(host, multipath);
        this.localDelivery = new LocalDelivery(this);
        this.demultiplexesTcpEarly =
                host.sysctl("net.ipv4.ip_early_demux", 1) != 0
                        && host.sysctl("net.ipv4.tcp_early_demux", 1) != 0;
    }

    void clear() {
        result.clear();
        result6.clear();
        discovery.clear();
        routerAlert = -1;
        neighbour6High = neighbour6Low = 0;
        reverseResult.clear();
        device = null;
        input = Input.UNDECIDED;
        error = Errno.NONE;
        reverseLookedUp = sourceOnLink = redirect = false;
        fragments = 1;
        egress = null;
        neighbour = 0;
        nextHopMac = -1;
        mtuBytes = 0;
        outcome = Outcome.UNDECIDED;
        dropReason = null;
        dropFunction = "";
        icmpType = icmpCode = -1;
        icmpRest = 0;
        answerEgress = null;
        answerMac = -1;
        why = null;
        decidedBy = -1;
        effects.clear();
        filter.clear();
        options.clear();
    }

    public void count(SnmpCounter counter) {
        count(counter, 1);
    }

    public void count(SnmpCounter counter, int amount) {
        effects.count(counter, amount);
    }

    public int counter(SnmpCounter counter) {
        return effects.counters.get(counter);
    }

    /// Ends the decision about a packet that left, unless the device has no carrier: then it was
    /// lost there, which is told already.
    public boolean leave() {
        if (!egress.device().lacksCarrier()) {
            return end(Outcome.FORWARD);
        }
        dropReason = DropReason.QDISC_DROP;
        dropFunction = "__dev_queue_xmit";
        return end(Outcome.REFUSED);
    }

    /// Ends the decision: the packet is freed without a word.
    ///
    /// @param function the kernel function that frees it
    public boolean drop(DropReason reason, String function) {
        outcome = Outcome.REFUSED;
        dropReason = reason;
        dropFunction = function;
        effects.drop(reason, function, skb.protocolType);
        return true;
    }

    /// Ends the decision: the packet is freed, and its source told so if ICMP's rules let it.
    ///
    /// @param rest what the second word of the ICMP header says: MTU, pointer
    public boolean dropAndTell(DropReason reason, String function, int type, int code, int rest) {
        icmpType = type;
        icmpCode = code;
        icmpRest = rest;
        tell();
        return isIncomplete() || drop(reason, function);
    }

    /// Sends the ICMP error that [#dropAndTell] asked for; takes it back where none is sent.
    void tell() {
        if (!icmp.error(icmpType, icmpCode, icmpRest)) {
            icmpType = icmpCode = -1;
        }
    }

    /// Tells the source a shorter way (ICMP 5/1), if ICMP's rules let it; the packet itself goes
    /// on.
    public void tellShorterWay() {
        redirect = icmp.error(Icmp.REDIRECT, 1, shorterWay());
    }

    private int shorterWay() {
        int gateway = result.nextHop().gateway();
        return gateway != 0 ? gateway : flow.destination;
    }

    /// Begins [#own] as the answer to [#skb], along [#ownRoute] and with the options that
    /// [IpOptions#echo] prepared.
    ///
    /// @param length bytes behind the IP header
    void beginAnswer(int length, int tos, int protocol) {
        own.beginIpv4(
                Skb.IPV4_HEADER + options.echoLength() + length,
                tos,
                timeToLive(),
                protocol,
                ownRoute.source,
                options.firstHop());
        options.writeEcho(own, ownRoute.source);
    }

    /// Time to live of packets of the host's own.
    int timeToLive() {
        return (int) host.sysctl("net.ipv4.ip_default_ttl", 64);
    }

    public boolean isIpv6() {
        return skb.protocolType == Skb.ETH_P_IPV6;
    }

    public boolean isIncomplete() {
        return outcome == Outcome.INCOMPLETE;
    }

    /// What the lookup for the packet found.
    public FibAnswer<?, ?> routed() {
        return isIpv6() ? result6 : result;
    }

    /// Fills [#flow6] from the packet that came in.
    public void takeFlow6() {
        flow6.inputDevice = device;
        flow6.outputDevice = null;
        flow6.sourceHigh = header6.sourceHigh;
        flow6.sourceLow = header6.sourceLow;
        flow6.destinationHigh = header6.destinationHigh;
        flow6.destinationLow = header6.destinationLow;
        flow6.tos = header6.trafficClass;
        flow6.flowLabel = header6.flowLabel;
        flow6.mark = 0;
        flow6.protocol = header6.nextHeader;
        flow6.sourcePort = flow6.destinationPort = 0;
        if (host.rules6().dissect()) {
            keys.dissect(skb.bytes(), 0, skb.captured, Skb.ETH_P_IPV6, false);
            flow6.protocol = keys.protocol;
            flow6.sourcePort = keys.sourcePort;
            flow6.destinationPort = keys.destinationPort;
        }
    }

    /// Notes the ICMPv6 error that answers the packet, and by which way it leaves.
    void noteAnswer(int type, int code, NextHop hop, long mac) {
        if (effects.isLater()) {
            return;
        }
        icmpType = type;
        icmpCode = code;
        answerEgress = hop;
        answerMac = mac;
    }

    /// Ends the decision: the answer depends on something that is not modelled or not known.
    public boolean incomplete(String why) {
        this.why = why;
        outcome = Outcome.INCOMPLETE;
        return true;
    }

    /// Ends the decision if a setting that it depends on is not in the snapshot.
    public boolean isUnknown(int setting, String key) {
        return setting < 0
                && incomplete("net.ipv4.conf." + device + "." + key + " is not in the snapshot");
    }

    /// Looks for a connection of the host's own before the route is known (kernel:
    /// `tcp_v4_early_demux`): none is known, but the TCP header is read.
    public void demultiplexEarly() {
        if (skb.protocolType == Skb.ETH_P_IP
                && skb.protocol == Skb.TCP
                && skb.packetType == Skb.PacketType.HOST
                && demultiplexesTcpEarly) {
            skb.pull(TCP_HEADER);
        }
    }

    /// A packet that connection tracking put together is freed piece by piece, unless a socket
    /// keeps it.
    void freePieces() {
        if (skb.pieces == null) {
            return;
        }
        boolean tcp = !isIpv6() && skb.protocol == Skb.TCP;
        if (outcome == Outcome.LOCAL && tcp && skb.captured >= skb.headerLength + TCP_HEADER) {
            skb.pull(TCP_HEADER);
            skb.pull((skb.u8(skb.headerLength + 12) >>> 4) * 4);
        }
        if (effects.dropCount() > 0 || outcome == Outcome.LOCAL && effects.deliveries.isEmpty()) {
            dropPieces();
        }
    }

    /// The packet's later pieces are freed without a reason.
    void dropPieces() {
        for (int i = 1; i < skb.pieces.length; i++) {
            effects.drop(DropReason.NOT_SPECIFIED, "skb_release_data", skb.protocolType);
        }
        skb.pieces = null;
    }

    /// Takes up a fragment for the host.
    ///
    /// @return false if the packet is whole now; otherwise this ended the decision
    public boolean awaitsFragments() {
        boolean awaits = state.reassembly.takes(this, IpReassembly.FOR_DELIVERY);
        skb.pieces = null;
        return awaits;
    }

    /// Ends the decision: the packet is handed to the host's protocols.
    public boolean deliver() {
        outcome = Outcome.LOCAL;
        localDelivery.deliver(skb, input == Input.BROADCAST || input == Input.MULTICAST);
        return true;
    }

    /// Takes up an ARP packet, and ends the decision.
    public boolean receiveArp() {
        return arpReceive.receive();
    }

    /// Looks up the input route again, for addresses of an ARP packet or a source route (kernel:
    /// `ip_route_input_noref`).
    ///
    /// @return false if there is none, or the source is refused; nobody is told of that
    boolean routesInput(int source, int destination) {
        flow.inputDevice = device;
        flow.outputDevice = null;
        flow.source = source;
        flow.destination = destination;
        input = Input.UNDECIDED;
        error = Errno.NONE;
        reverseLookedUp = sourceOnLink = redirect = false;
        effects.beginLater();
        boolean decided = false;
        for (int i = 0; i < ForwardingPath.ROUTE_INPUT.size() && !decided; i++) {
            decided = ForwardingPath.ROUTE_INPUT.get(i).decides(this);
        }
        effects.endLater();
        if (decided && outcome == Outcome.REFUSED) {
            outcome = Outcome.UNDECIDED;
            dropReason = null;
            dropFunction = "";
        }
        return !decided && input != Input.ERROR;
    }

    /// Hands a packet of the host's own to the host itself, as the loopback device does (kernel:
    /// `ip_rcv` with a route from the sender).
    void loopBack(Skb packet, boolean everybody) {
        count(SnmpCounter.IP_IN_RECEIVES);
        count(SnmpCounter.IP_EXT_IN_OCTETS, packet.length);
        count(SnmpCounter.inEcn(packet.tos));
        if (everybody) {
            boolean multicast = Inet4.isMulticast(packet.destination);
            count(multicast ? SnmpCounter.IP_EXT_IN_MCAST_PKTS : SnmpCounter.IP_EXT_IN_BCAST_PKTS);
            count(
                    multicast
                            ? SnmpCounter.IP_EXT_IN_MCAST_OCTETS
                            : SnmpCounter.IP_EXT_IN_BCAST_OCTETS,
                    packet.length);
        }
        effects.beginLoop();
        if (filter.passes(Hook.PREROUTING, this, packet, host.loopback(), null)
                && filter.passes(Hook.INPUT, this, packet, host.loopback(), null)) {
            looping = true;
            packet.packetType = everybody ? Skb.PacketType.BROADCAST : Skb.PacketType.HOST;
            localDelivery.deliver(packet, everybody);
            packet.packetType = Skb.PacketType.HOST;
            looping = false;
        }
        effects.endLoop();
    }

    /// Whether a packet of the host's own is being delivered to itself.
    boolean isLooping() {
        return looping;
    }

    public boolean end(Outcome outcome) {
        this.outcome = outcome;
        return true;
    }
}
