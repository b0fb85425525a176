package headgate.forwarding;

import headgate.forwarding.HostSnapshot.Hook;
import headgate.forwarding.conntrack.ConntrackSettings;
import headgate.forwarding.conntrack.NfPacket;
import headgate.forwarding.conntrack.NfPacket.Presence;
import headgate.forwarding.conntrack.TransportChecksum;
import headgate.forwarding.nft.Netfilter;
import headgate.forwarding.nft.NftRule;
import headgate.forwarding.nft.Reject;
import headgate.packet.IpProtocol;

/// Shows packets to the rules of the packet filter (kernel: `nf_hook`).
public final class PacketFilter {
    private final HostSnapshot host;
    private final Netfilter netfilter;
    private final FilterRoutes routes;

    /// What the rules see of the packet that came in, and of the one that the host sends.
    private final NfPacket passing = new NfPacket();

    private final NfPacket own = new NfPacket();
    private boolean begun;
    private String evidence = "";

    PacketFilter(HostSnapshot host, ForwardingState state) {
        this.host = host;
        routes = new FilterRoutes(host);
        state.conntrack().use(ConntrackSettings.of(host::sysctl));
        netfilter = new Netfilter(host.ruleset(), state.conntrack(), routes);
    }

    /// A new packet has come in.
    void clear() {
        begun = false;
        evidence = "";
    }

    /// Whether any rule, or connection tracking, is at the hook.
    public boolean isAt(Hook hook) {
        return host.hooks().contains(hook);
    }

    /// The rule or policy that decided at the last hook, in words; empty if none did.
    public String evidence() {
        return evidence;
    }

    /// How often a rule was met, and how many bytes the packets had.
    public long packets(NftRule rule) {
        return netfilter.packets(rule);
    }

    public long bytes(NftRule rule) {
        return netfilter.bytes(rule);
    }

    /// Shows `skb` to the rules at `hook`.
    ///
    /// @param skb the packet that came in, or [Decision#own], one that the host sends
    /// @param in device that it came in by; null for packets of the host's own
    /// @param out device that it will leave by; null where that is not known yet
    /// @return true if the packet goes on; otherwise it was freed, as [Decision#effects] says, or
    ///   the decision is incomplete
    public boolean passes(Hook hook, Decision decision, Skb skb, NetDevice in, NetDevice out) {
        if (!host.hooks().contains(hook)) {
            return true;
        }
        boolean isOwn = skb == decision.own;
        NfPacket packet = isOwn ? own : passing;
        take(hook, decision, skb, packet);
        if (!isOwn && hook == Hook.PREROUTING && packet.isFragment() && isTracked(packet)) {
            decision.incomplete("reassembly before connection tracking is not modelled");
            return false;
        }
        packet.setInput(in);
        packet.setOutput(out);
        packet.mark = skb.mark;
        routes.decision = decision;
        Netfilter.Answer answer =
                hook == Hook.INGRESS || hook == Hook.EGRESS
                        ? netfilter.passDevice(hook, packet)
                        : netfilter.pass(hook, packet);
        evidence = netfilter.evidence();
        skb.mark = packet.mark;
        if (packet.mangled && packet.family == NfPacket.IPV4) {
            skb.readHeader();
        }
        packet.mangled = false;
        return switch (answer) {
            case ACCEPT -> true;
            case DROP -> {
                drop(hook, decision, skb, packet);
                yield false;
            }
            case INCOMPLETE -> {
                decision.incomplete(netfilter.why());
                yield false;
            }
        };
    }

    private boolean isTracked(NfPacket packet) {
        return host.ruleset().tracks(packet.family);
    }

    private void take(Hook hook, Decision decision, Skb skb, NfPacket packet) {
        boolean isOwn = packet == own;
        boolean first = isOwn ? hook == Hook.OUTPUT : !begun;
        if (!first) {
            packet.replace(skb.bytes(), 0, skb.length, skb.captured);
            return;
        }
        packet.take(family(skb), skb.bytes(), 0, skb.length, skb.captured);
        packet.etherType = skb.protocolType;
        packet.packetType = skb.packetType.ordinal();
        packet.vlanTag = skb.vlanIdentifier > 0 ? skb.vlanIdentifier : -1;
        packet.timeNanos = decision.nowNanos;
        if (!isOwn) {
            begun = true;
            packet.takeLink(skb.sourceMac, skb.destinationMac);
        } else if (begun && isAbout(packet)) {
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
        if (skb == decision.own) {
            if (reject != null) {
                decision.incomplete("a reject rule meets a packet of the host's own");
                return;
            }
            decision.effects.drop(
                    DropReason.NETFILTER_DROP, netfilter.dropFunction(), skb.protocolType);
            return;
        }
        boolean answered = reject != null && packet.family == NfPacket.IPV4 && isSound(packet);
        if (answered && reject.isTcpReset()) {
            decision.incomplete("a reject rule answers with a TCP reset");
        } else if (answered) {
            decision.dropAndTell(
                    DropReason.NETFILTER_DROP, netfilter.dropFunction(), 3, reject.code(), 0);
        } else {
            decision.drop(DropReason.NETFILTER_DROP, netfilter.dropFunction());
        }
    }

    /// Only a packet whose checksum is right is answered; protocols whose checksum is optional, or
    /// of another kind, are not looked at (kernel: `nf_reject_verify_csum`).
    private static boolean isSound(NfPacket packet) {
        if (packet.fragmentOffset > 0) {
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
