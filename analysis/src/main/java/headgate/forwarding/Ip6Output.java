package headgate.forwarding;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.Effects.NeighbourState;
import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.HostSnapshot.Hook;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;

/// The last steps of every IPv6 packet that leaves (kernel: `net/ipv6/ip6_output.c`): counting, the
/// link address of the next hop, and the question for it if it is not known. Routers do not
/// fragment what came whole.
public final class Ip6Output {
    private static final int FRAGMENT_HEADER = 8;
    private static final int SMALLEST_MTU = 1280;
    private static final int DISCOVERY_HOP_LIMIT = 255;
    private static final int SOLICITATION = 135;
    private static final int OWN_IDENTIFICATION = 0;

    /// Bytes before each piece of a packet for headers that it did not come with: of `NET_SKB_PAD`
    /// and an Ethernet header what `LL_RESERVED_SPACE` leaves. Drivers may give more.
    private static final int HEADROOM = 62;

    private final Decision decision;
    private final Ip6Header header = new Ip6Header();

    /// Bytes of headers that every fragment repeats.
    private int unfragmentable;

    /// The question for a link address, beside the packet that waits for the answer.
    private final Skb solicitation = new Skb();

    Ip6Output(Decision decision) {
        this.decision = decision;
    }

    /// Sends a packet whose headers are complete to a next hop, counting it.
    ///
    /// @param high and `low`: the next hop's address
    /// @return FORWARD if it left; PENDING if it waits for the neighbour's link address; INCOMPLETE
    Outcome finish(Skb skb, Kind kind, NetDevice device, long high, long low) {
        countOut(skb);
        long mac = mac(device, high, low);
        if (mac == UNKNOWN) {
            return Outcome.INCOMPLETE;
        }
        if (mac == Neighbours.ABSENT || mac == Neighbours.INVALID) {
            solicit(device, high, low);
            return Outcome.PENDING;
        }
        // The next fragment is made in the place of this one.
        boolean last = skb == decision.skb && kind != Kind.FORWARD_FRAGMENT;
        decision.effects.frames().add(kind, device, mac, Skb.ETH_P_IPV6, skb, last);
        return Outcome.FORWARD;
    }

    private void countOut(Skb skb) {
        header.read(skb.bytes(), 0);
        if (header.isToMulticast()) {
            decision.count(SnmpCounter.IP6_OUT_MCAST_PKTS);
            decision.count(SnmpCounter.IP6_OUT_MCAST_OCTETS, skb.length);
        }
        decision.count(SnmpCounter.IP6_OUT_TRANSMITS);
        decision.count(SnmpCounter.IP6_OUT_OCTETS, skb.length);
    }

    /// Sends [Decision#skb] on; if it has to wait, tells also what its source hears when the
    /// neighbour turns out not to be there.
    public Outcome forward(Kind kind, NetDevice device, long high, long low) {
        Skb skb = decision.skb;
        Outcome outcome =
                skb.isLongerThanItsFragments()
                        ? fragment(
                                skb,
                                Kind.FORWARD_FRAGMENT,
                                device,
                                high,
                                low,
                                Math.max(skb.fragMaxSize, SMALLEST_MTU))
                        : finish(skb, kind, device, high, low);
        if (outcome == Outcome.PENDING) {
            decision.effects.beginLater();
            decision.icmp6.tell(Icmp6.UNREACHABLE, Icmp6.ADDRESS_UNREACHABLE, 0);
            decision.effects.endLater();
        }
        return decision.isIncomplete() ? Outcome.INCOMPLETE : outcome;
    }

    private static final long UNKNOWN = Long.MIN_VALUE;

    /// The link address. That of a group is made of its last four bytes (RFC 2464, section 7);
    /// devices that ask for none write their own, whoever it is for (kernel: `ndisc_constructor`).
    public long mac(NetDevice device, long high, long low) {
        if (Inet6.isMulticast(high)) {
            return 0x3333_0000_0000L | low & 0xffff_ffffL;
        }
        if (device.isNoArp()) {
            return Math.max(0, device.mac());
        }
        if (decision.discovery.hasLearnt(device, high, low)) {
            return decision.discovery.learntMac();
        }
        if (!decision.host.neighboursKnown()) {
            decision.incomplete("the snapshot has no neigh.json");
            return UNKNOWN;
        }
        return decision.host.neighbours6().mac(device, high, low);
    }

    /// Sends one of the host's own packets, [Decision#own], which is complete but for what the
    /// route decides; in fragments if it does not fit the device.
    ///
    /// @return REFUSED if a hook dropped it, or what became of it is not known; else as [#finish]
    Outcome send(Kind kind, NetDevice device, long high, long low) {
        Skb own = decision.own;
        header.read(own.bytes(), 0);
        boolean onLink = header.destinationHigh == high && header.destinationLow == low;
        if (!passesOutput(own, device)) {
            return Outcome.REFUSED;
        }
        if (onLink) {
            // A rule may have written another destination.
            header.read(own.bytes(), 0);
            return transmit(kind, device, header.destinationHigh, header.destinationLow);
        }
        return transmit(kind, device, high, low);
    }

    private Outcome transmit(Kind kind, NetDevice device, long high, long low) {
        Skb own = decision.own;
        int mtu = device.inet6().mtuBytes() > 0 ? device.inet6().mtuBytes() : device.mtuBytes();
        return own.length > mtu && mtu > 0
                ? fragment(own, kind, device, high, low, mtu)
                : finish(own, kind, device, high, low);
    }

    private boolean passesOutput(Skb packet, NetDevice device) {
        return decision.filter.passes(Hook.OUTPUT, decision, packet, null, device)
                && decision.filter.passes(Hook.POSTROUTING, decision, packet, null, device);
    }

    /// Kernel: `ip6_fragment`. The identification is drawn.
    private Outcome fragment(Skb skb, Kind kind, NetDevice device, long high, long low, int mtu) {
        int numberAt = unfragmentable(skb);
        int head = unfragmentable;
        int room = mtu - head - FRAGMENT_HEADER;
        int drawn = drawHeaders(skb, head);
        int[] pieces = drawn > HEADROOM ? null : skb.piecesThatFit(room);
        if (skb.pieces != null && pieces == null) {
            decision.dropPieces();
        }
        int payload = skb.length - head;
        int captured = skb.captured - head;
        int next = skb.u8(numberAt);
        MemorySegment all =
                MemorySegment.ofArray(
                        skb.bytes().asSlice(head, Math.max(captured, 0)).toArray(JAVA_BYTE));
        skb.put8(numberAt, IpProtocol.FRAGMENT);
        skb.put16(head, next << 8);
        skb.put32(head + 4, OWN_IDENTIFICATION);
        long mac = device.lacksCarrier() ? mac(device, high, low) : UNKNOWN;
        boolean lost = mac >= 0;
        decision.count(lost ? SnmpCounter.IP6_FRAG_FAILS : SnmpCounter.IP6_FRAG_OKS);
        Outcome outcome = Outcome.FORWARD;
        int length;
        int number = 0;
        for (int from = 0; from == 0 || from < payload && !lost; from += length) {
            length = Math.min(pieces == null ? room & ~7 : pieces[number++], payload - from);
            int here = Math.clamp(captured - from, 0, length);
            int more = from + length < payload ? 1 : 0;
            MemorySegment.copy(all, from, skb.bytes(), head + FRAGMENT_HEADER, here);
            skb.put16(Ip6Header.PAYLOAD_LENGTH, head - Ip6Header.LENGTH + FRAGMENT_HEADER + length);
            skb.put16(head + 2, from | more);
            skb.length = head + FRAGMENT_HEADER + length;
            skb.captured = head + FRAGMENT_HEADER + here;
            decision.effects.count(SnmpCounter.IP6_FRAG_CREATES, lost ? 0 : 1);
            if (outcome == Outcome.PENDING) {
                countOut(skb);
            } else {
                Kind shown = from == 0 || kind == Kind.FORWARD_FRAGMENT ? kind : Kind.OTHER;
                outcome = finish(skb, shown, device, high, low);
            }
        }
        return outcome;
    }

    /// Headers that came within the first fragment, and now stand before the fragment header, are
    /// no more part of its payload.
    ///
    /// @return how many bytes of them there are
    private static int drawHeaders(Skb skb, int head) {
        if (skb.pieces == null) {
            return 0;
        }
        int drawn = head - skb.headOfPieces();
        skb.pieces[0] -= Math.min(skb.pieces[0], drawn);
        return drawn;
    }

    /// Where the part ends that every fragment repeats (kernel: `ip6_find_1stfragopt`), and where
    /// the number of what follows it stands.
    private int unfragmentable(Skb skb) {
        int numberAt = Ip6Header.NEXT_HEADER;
        int at = Ip6Header.LENGTH;
        boolean routed = false;
        while (at + 2 <= skb.captured) {
            int next = skb.u8(numberAt);
            routed |= next == IpProtocol.ROUTING;
            boolean repeated =
                    next == IpProtocol.HOP_BY_HOP
                            || next == IpProtocol.ROUTING
                            || next == IpProtocol.DESTINATION_OPTIONS && !routed;
            if (!repeated) {
                break;
            }
            numberAt = at;
            at += ExtensionHeaders.length(next, skb.u8(at + 1));
        }
        unfragmentable = at;
        return numberAt;
    }

    /// Asks for the link address of a neighbour, in the name of the packet's source if that is an
    /// address of this device (kernel: `ndisc_solicit`).
    private void solicit(NetDevice device, long high, long low) {
        var asked =
                new Effects.NeighbourChange(
                        device, Inet6.format(high, low), NeighbourState.INCOMPLETE, -1, false);
        // One question is enough for all packets that wait; it is asked again later.
        if (!decision.effects.isLater() && decision.effects.neighbourChanges.contains(asked)) {
            return;
        }
        decision.effects.neighbourChanges.add(asked);
        long sourceHigh = header.sourceHigh;
        long sourceLow = header.sourceLow;
        if (!device.inet6().has(sourceHigh, sourceLow)) {
            Inet6Device.Address own = device.inet6().linkLocal();
            if (own == null) {
                return;
            }
            sourceHigh = own.high();
            sourceLow = own.low();
        }
        long groupHigh = Ndisc.SOLICITED_NODE_HIGH;
        long groupLow = Ndisc.SOLICITED_NODE_LOW | low & 0xff_ffffL;
        int length = 24 + 8;
        solicitation.beginIpv6(
                length,
                0,
                DISCOVERY_HOP_LIMIT,
                IpProtocol.ICMPV6,
                sourceHigh,
                sourceLow,
                groupHigh,
                groupLow);
        solicitation.put8(40, SOLICITATION);
        solicitation.put64(48, high);
        solicitation.put64(56, low);
        solicitation.putLinkAddressOption(64, 1, device.mac());
        Icmp6.putChecksum(solicitation, Ip6Header.LENGTH);
        decision.count(SnmpCounter.IP6_OUT_REQUESTS);
        if (passesOutput(solicitation, device)) {
            Outcome outcome =
                    finish(solicitation, Kind.NEIGHBOUR_SOLICITATION, device, groupHigh, groupLow);
            Icmp6.countDiscovery(decision, SOLICITATION, outcome, device);
        }
    }
}
