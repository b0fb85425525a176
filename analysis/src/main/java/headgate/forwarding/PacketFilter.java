package headgate.forwarding;

import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.conntrack.ConntrackSettings;
import headgate.forwarding.conntrack.CtInfo;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.forwarding.conntrack.TransportChecksum;
import headgate.forwarding.nft.Netfilter;
import headgate.forwarding.nft.NftRule;
import headgate.forwarding.nft.Reject;
import headgate.packet.IpProtocol;
import java.util.Arrays;

/// Shows packets to the rules of the packet filter (kernel: `nf_hook`).
public final class PacketFilter {
    private static final int TCP_HEADER = 20;
    private static final int RST = 4;
    private static final int ACK = 16;
    private static final int DONT_FRAGMENT = 0x4000;

    /// No error is longer: the smallest MTU of IPv6.
    private static final int LONGEST_ANSWER = 1280;

    private static final int SYN = 2;

    /// Kernel: `ip_tos2prio`, by the upper two bits of the old type of service.
    private static final int[] PRIORITIES = {0, 2, 6, 4};

    private final HostSnapshot host;
    private final Netfilter netfilter;
    private final FilterRoutes routes;

    /// What the rules see of the packet that came in, and of the one that the host sends.
    private final NfPacket passing = new NfPacket();

    private final NfPacket own = new NfPacket();

    /// By hook, whether packets meet rules there.
    private final boolean[] hooked = new boolean[Hook.values().length];

    /// Whether forwarding gives packets a priority by their type of service.
    private final boolean forwardingSetsPriority;

    private boolean begun;
    private boolean ownBegun;

    /// Whether the packet is a copy of one that the host sends.
    private boolean copying;

    /// Whether the packet that the host sends is a reset by which a rule answers.
    private boolean resetting;

    /// The rule or chain that decided at each hook.
    private final Object[] evidence = new Object[Hook.values().length];

    PacketFilter(HostSnapshot host, ForwardingState state) {
        this.host = host;
        routes = new FilterRoutes(host);
        state.conntrack().use(ConntrackSettings.of(host::sysctl));
        netfilter = new Netfilter(host.ruleset(), state.conntrack(), routes);
        forwardingSetsPriority = host.sysctl("net.ipv4.ip_forward_update_priority", 1) != 0;
        host.hooks().forEach(hook -> hooked[hook.ordinal()] = true);
    }

    /// A new packet has come in.
    void clear() {
        begun = false;
        Arrays.fill(evidence, null);
    }

    /// What became of the packet is not known: neither is its connection, if it began one.
    void abandon() {
        if (begun) {
            netfilter.abandon(passing);
        }
    }

    /// What the host sent because of the packet is not known, nor what rules it met.
    void abandonOwn(Decision decision) {
        netfilter.doubtOwn(decision.nowNanos, Math.max(decision.skb.length, LONGEST_ANSWER));
    }

    /// The rule or policy that decided about the packet at the hook, in words; null if none did.
    public String evidence(Hook hook) {
        Object decided = evidence[hook.ordinal()];
        return decided == null ? null : decided.toString();
    }

    /// Whether packets meet rules, or connection tracking, at the hook.
    public boolean isAt(Hook hook) {
        return hooked[hook.ordinal()];
    }

    /// How often a rule was met, and how many bytes the packets had.
    public long packets(NftRule rule) {
        return netfilter.packets(rule);
    }

    public long bytes(NftRule rule) {
        return netfilter.bytes(rule);
    }

    /// Whether the kernel has summed up the datagram that came in, and goes by that sum.
    boolean hasSummed() {
        return begun && passing.summed;
    }

    /// What that sum is off by, in ones' complement.
    int sumDrift() {
        return passing.sumDrift;
    }

    /// Elements that packets did not get into sets because these were full.
    public long refusedElements() {
        return netfilter.refusedElements();
    }

    /// Shows `skb` to the rules at `hook`.
    ///
    /// @param skb the packet that came in, [Decision#skb], or one that the host sends
    /// @param in device that it came in by; null for packets of the host's own
    /// @param out device that it will leave by; null where that is not known yet
    /// @return true if the packet goes on; otherwise it was freed, as [Decision#effects] says, or
    ///   the decision is incomplete
    public boolean passes(Hook hook, Decision decision, Skb skb, NetDevice in, NetDevice out) {
        boolean isOwn = skb != decision.skb;
        ownBegun &= !isOwn || hook != Hook.OUTPUT;
        if (!isAt(hook)) {
            return true;
        }
        NfPacket packet = isOwn ? own : passing;
        take(hook, decision, skb, packet);
        packet.setInput(in);
        packet.setOutput(out);
        packet.mark = skb.mark;
        if (hook == Hook.FORWARD && forwardingSetsPriority && packet.family == NfPacket.IPV4) {
            packet.priority = PRIORITIES[skb.tos >>> 3 & 3];
        }
        routes.decision = decision;
        if (!isOwn && hook == Hook.PREROUTING && isTracked(packet)) {
            if (!goesOn(netfilter.passEarly(packet), hook, decision, skb, packet)) {
                return false;
            }
            if (packet.ctInfo != CtInfo.UNTRACKED && awaitsFragments(decision, packet)) {
                return false;
            }
            packet.replace(skb.bytes(), 0, skb.length, skb.captured);
        }
        Netfilter.Answer answer =
                hook == Hook.INGRESS || hook == Hook.EGRESS
                        ? netfilter.passDevice(hook, packet)
                        : netfilter.pass(hook, packet);
        return goesOn(answer, hook, decision, skb, packet);
    }

    /// Shows the host's own copy of what it sends to everybody to postrouting; if it is dropped
    /// there, that is not counted (kernel: `ip_mc_output`).
    boolean passesCopy(Decision decision, Skb copy, NetDevice out) {
        copying = true;
        boolean passes = passes(Hook.POSTROUTING, decision, copy, null, out);
        copying = false;
        return passes;
    }

    /// Takes up what rules made of the packet.
    private boolean goesOn(
            Netfilter.Answer answer, Hook hook, Decision decision, Skb skb, NfPacket packet) {
        boolean isOwn = packet == own;
        if (!isOwn) {
            evidence[hook.ordinal()] = netfilter.evidence();
        }
        skb.mark = packet.mark;
        if (packet.mangled && packet.family == NfPacket.IPV4) {
            skb.readHeader();
        } else if (packet.mangled && packet.family == NfPacket.IPV6 && !isOwn) {
            decision.header6.read(skb.bytes(), 0);
        }
        packet.mangled = false;
        if (skb.pieces != null) {
            skb.pull(packet.drawn() - skb.headOfPieces());
        }
        return switch (answer) {
            case ACCEPT -> true;
            case DROP -> {
                drop(hook, decision, skb, packet);
                yield false;
            }
            case INCOMPLETE -> {
                if (isOwn) {
                    decision.effects.incomplete(netfilter.why());
                } else {
                    decision.incomplete(netfilter.why());
                }
                yield false;
            }
        };
    }

    /// Kernel: `ipv4_conntrack_defrag`, `ipv6_defrag`.
    ///
    /// @return whether that ended the decision
    private static boolean awaitsFragments(Decision decision, NfPacket packet) {
        if (packet.family == NfPacket.IPV6) {
            return decision.state.reassembly6.takesForTracking(decision);
        }
        return packet.isFragment()
                && decision.state.reassembly.takes(decision, IpReassembly.FOR_TRACKING);
    }

    private boolean isTracked(NfPacket packet) {
        return host.ruleset().tracks(packet.family);
    }

    private void take(Hook hook, Decision decision, Skb skb, NfPacket packet) {
        boolean isOwn = packet == own;
        boolean first = isOwn ? !ownBegun : !begun;
        if (!first) {
            packet.replace(skb.bytes(), 0, skb.length, skb.captured);
            return;
        }
        packet.take(family(skb), skb.bytes(), 0, skb.length, skb.captured);
        packet.etherType = skb.protocolType;
        packet.packetType = skb.packetType.ordinal();
        packet.vlanTag = skb.vlanIdentifier > 0 ? skb.vlanIdentifier : -1;
        packet.timeNanos = decision.nowNanos;
        ownBegun |= isOwn;
        if (!isOwn) {
            begun = true;
            packet.takeLink(skb.sourceMac, skb.destinationMac);
        } else if (begun && skb == decision.own && (resetting || isAbout(packet))) {
            netfilter.conntrack().attach(packet, passing);
        }
    }

    private static int family(Skb skb) {
        return switch (skb.protocolType) {
            case Skb.ETH_P_IP -> NfPacket.IPV4;
            case Skb.ETH_P_IPV6 -> NfPacket.IPV6;
            case Skb.ETH_P_ARP -> NfPacket.ARP;
            default -> 0;
        };
    }

    /// ICMP errors, and resets that a rule answers with, belong to the connection of the packet
    /// that they are about.
    private boolean isAbout(NfPacket answer) {
        if (answer.presence(answer.transport, 1) != Presence.HERE) {
            return false;
        }
        int first = answer.u8(answer.transport);
        return switch (answer.transportProtocol) {
            case IpProtocol.ICMP -> first == 3 || first == 5 || first == 11 || first == 12;
            case IpProtocol.ICMPV6 -> first < 128;
            default -> false;
        };
    }

    private void drop(Hook hook, Decision decision, Skb skb, NfPacket packet) {
        Reject reject = netfilter.reject();
        String function = netfilter.dropFunction();
        if (skb != decision.skb) {
            if (reject != null && mayAnswerItself(packet)) {
                decision.effects.incomplete("a reject rule meets a packet of the host's own");
                return;
            }
            decision.effects.drop(DropReason.NETFILTER_DROP, function, skb.protocolType);
            if (hook == Hook.OUTPUT || hook == Hook.POSTROUTING && !copying) {
                countDiscard(decision, packet);
            }
            return;
        }
        boolean answered = reject != null && isSound(packet);
        if (answered && reject.isTcpReset() && isResettable(packet)) {
            reset(decision, skb, packet);
        } else if (answered && !reject.isTcpReset() && packet.family == NfPacket.IPV6) {
            decision.icmp6.tell(Icmp6.UNREACHABLE, reject.code(), 0);
        } else if (answered && !reject.isTcpReset()) {
            decision.dropAndTell(
                    DropReason.NETFILTER_DROP, function, Icmp.UNREACHABLE, reject.code(), 0);
            return;
        }
        if (!decision.isIncomplete()) {
            decision.drop(DropReason.NETFILTER_DROP, function);
        }
    }

    /// Whether the host would answer its own packet. Not what ICMP itself sends, whose socket is
    /// busy then (kernel: `icmp_xmit_lock`), nor what goes to a group.
    private boolean mayAnswerItself(NfPacket own) {
        boolean multicast =
                own.family == NfPacket.IPV6
                        ? Inet6.isMulticast(own.destinationHigh())
                        : Inet4.isMulticast((int) own.destinationLow());
        boolean icmp =
                own.transportProtocol == IpProtocol.ICMP || isAbout(own) || isEchoReply6(own);
        return !multicast && !icmp;
    }

    private static boolean isEchoReply6(NfPacket packet) {
        return packet.transportProtocol == IpProtocol.ICMPV6
                && packet.presence(packet.transport, 1) == Presence.HERE
                && packet.u8(packet.transport) == Icmp6.ECHO_REPLY;
    }

    /// A reset is never answered.
    private static boolean isResettable(NfPacket packet) {
        return packet.presence(packet.transport, TCP_HEADER) == Presence.HERE
                && (packet.tcpFlags() & RST) == 0;
    }

    private void reset(Decision decision, Skb skb, NfPacket packet) {
        resetting = true;
        if (packet.family == NfPacket.IPV6) {
            decision.icmp6.reset(skb, packet.transport, true);
        } else {
            reset4(decision, skb, packet);
        }
        resetting = false;
    }

    /// Kernel: `nf_send_reset`. Unlike those of TCP itself, the reset has type of service 0, may
    /// come from any address, and is not counted by TCP.
    private static void reset4(Decision decision, Skb skb, NfPacket packet) {
        boolean everybody =
                decision.input == Decision.Input.BROADCAST
                        || decision.input == Decision.Input.MULTICAST;
        OutputRoute route = decision.ownRoute;
        route.ask(
                isUnicast(decision.host, skb.destination) ? skb.destination : 0,
                skb.source,
                0,
                Skb.TCP);
        route.anySource = true;
        if (everybody || route.find(-1) != Errno.NONE) {
            if (route.incomplete != null) {
                decision.incomplete(route.incomplete);
            }
            return;
        }
        Skb own = decision.own;
        own.beginIpv4(
                Skb.IPV4_HEADER + TCP_HEADER,
                0,
                decision.timeToLive(),
                Skb.TCP,
                skb.destination,
                skb.source);
        own.put16(6, DONT_FRAGMENT);
        own.readHeader();
        int from = packet.transport;
        int to = own.headerLength;
        own.clear(to, TCP_HEADER);
        own.put16(to, skb.u16(from + 2));
        own.put16(to + 2, skb.u16(from));
        own.put8(to + 12, TCP_HEADER / 4 << 4);
        int flags = packet.tcpFlags();
        if ((flags & ACK) != 0) {
            own.put32(to + 4, skb.i32(from + 8));
            own.put8(to + 13, RST);
        } else {
            int data = skb.length - from - (skb.u8(from + 12) >>> 4) * 4;
            own.put32(to + 8, skb.i32(from + 4) + data + (flags >>> 1 & 1) + (flags & 1));
            own.put8(to + 13, RST | ACK);
        }
        own.putTransportSum(16);
        own.putHeaderChecksum();
        decision.output.send(own, EgressFrames.Kind.TCP_RESET, route);
    }

    private static boolean isUnicast(HostSnapshot host, int address) {
        return !Inet4.isMulticast(address) && !host.isBroadcast(address);
    }

    /// Kernel: `ip_send_skb`, `ip6_send_skb`; resets, first answers of TCP, reports of IGMP and
    /// neighbour discovery do not go that way.
    private void countDiscard(Decision decision, NfPacket packet) {
        if (packet.family == NfPacket.IPV6) {
            if (isAbout(packet) || isEchoReply6(packet)) {
                decision.count(SnmpCounter.IP6_OUT_DISCARDS);
            }
            return;
        }
        boolean handshake =
                packet.transportProtocol == IpProtocol.TCP && (packet.tcpFlags() & SYN) != 0;
        if (!resetting && !handshake && packet.transportProtocol != IpProtocol.IGMP) {
            decision.count(SnmpCounter.IP_OUT_DISCARDS);
        }
    }

    /// Only a packet whose checksum is right is answered; protocols whose checksum is optional, or
    /// of another kind, are not looked at (kernel: `nf_reject_verify_csum`).
    private static boolean isSound(NfPacket packet) {
        if (packet.fragmentOffset > 0 || !packet.hasTransport) {
            return false;
        }
        return switch (packet.transportProtocol) {
            case IpProtocol.UDP ->
                    packet.presence(packet.transport, 8) == Presence.HERE
                                    && packet.u16(packet.transport + 6) == 0
                            || TransportChecksum.isRight(packet);
            case IpProtocol.GRE,
                    IpProtocol.AH,
                    IpProtocol.ESP,
                    IpProtocol.SCTP,
                    IpProtocol.UDP_LITE,
                    IpProtocol.DCCP ->
                    true;
            default -> TransportChecksum.isRight(packet);
        };
    }
}
