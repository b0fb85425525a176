package headgate.forwarding;

import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.HostSnapshot.Hook;
import headgate.packet.Checksum;
import java.lang.foreign.MemorySegment;

/// The last steps of every IPv4 packet that leaves: in fragments if need be, to the next hop's link
/// address if it is known (kernel: `ip_finish_output`).
public final class IpOutput {
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int HOST_UNREACHABLE = 1;
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final long BROADCAST_MAC = 0xffff_ffff_ffffL;

    /// RFC 1112 section 6.4: the lower 23 bits of the group follow.
    private static final long MULTICAST_MAC = 0x0100_5e00_0000L;

    private final Decision decision;

    IpOutput(Decision decision) {
        this.decision = decision;
    }

    /// Sends a packet whose header is complete, counting it.
    ///
    /// @param hop by which it leaves
    /// @param neighbour whose link address is asked for
    /// @return FORWARD if it left; PENDING if it waits for the neighbour's link address; INCOMPLETE
    public Outcome finish(Skb skb, Kind kind, NextHop hop, int neighbour, int mtuBytes) {
        return finish(skb, kind, hop.device(), hop, neighbour, mtuBytes);
    }

    /// Sends a packet of the host's own along `route` (kernel: `ip_local_out`).
    ///
    /// @param packet its header is complete
    void send(Skb packet, Kind kind, OutputRoute route) {
        if (route.type == RouteType.LOCAL && decision.effects.isLater()) {
            return;
        }
        Effects effects = decision.effects;
        effects.count(SnmpCounter.IP_OUT_REQUESTS, 1);
        if (!decision.filter.passes(Hook.OUTPUT, decision, packet, null, route.device)) {
            return;
        }
        // The host's own copy passes the hook before what leaves does.
        boolean copied =
                comesBack(packet, route)
                        && decision.filter.passesCopy(decision, packet, route.device);
        if (passesPostrouting(packet, route)) {
            if (route.type == RouteType.LOCAL) {
                effects.count(SnmpCounter.IP_OUT_TRANSMITS, 1);
                effects.count(SnmpCounter.IP_EXT_OUT_OCTETS, packet.length);
                decision.loopBack(packet, false);
                return;
            }
            countCast(packet, route);
            finish(packet, kind, route.device, route.hop, route.neighbour, route.mtuBytes);
        }
        if (copied) {
            decision.loopBack(packet, true);
        }
    }

    /// Kernel: `ip_mc_output`.
    private static boolean comesBack(Skb packet, OutputRoute route) {
        return route.type == RouteType.BROADCAST
                || route.type == RouteType.MULTICAST
                        && route.device.multicastGroups().contains(packet.destination);
    }

    private boolean passesPostrouting(Skb packet, OutputRoute route) {
        return decision.filter.passes(Hook.POSTROUTING, decision, packet, null, route.device);
    }

    private void countCast(Skb packet, OutputRoute route) {
        if (route.type == RouteType.MULTICAST) {
            decision.count(SnmpCounter.IP_EXT_OUT_MCAST_PKTS);
            decision.count(SnmpCounter.IP_EXT_OUT_MCAST_OCTETS, packet.length);
        } else if (route.type == RouteType.BROADCAST) {
            decision.count(SnmpCounter.IP_EXT_OUT_BCAST_PKTS);
            decision.count(SnmpCounter.IP_EXT_OUT_BCAST_OCTETS, packet.length);
        }
    }

    private Outcome finish(
            Skb skb, Kind kind, NetDevice device, NextHop hop, int neighbour, int mtuBytes) {
        if (hop != null && !hop.hasGateway()) {
            // A rule may have written another destination since the route was found.
            neighbour = skb.destination;
        }
        long mac = mac(device, hop, neighbour);
        if (mac == UNKNOWN) {
            return Outcome.INCOMPLETE;
        }
        if (skb.pieces != null) {
            mtuBytes = Math.min(mtuBytes, skb.fragMaxSize);
        }
        int[] pieces = skb.piecesThatFit(mtuBytes - skb.headerLength);
        int packets = skb.length > mtuBytes ? fragmentCount(skb, mtuBytes) : 1;
        packets = pieces != null ? pieces.length : packets;
        boolean known = mac != Neighbours.ABSENT && mac != Neighbours.INVALID;
        boolean lost = known && packets > 1 && device.lacksCarrier();
        if (lost) {
            // The first fragment is lost, and no more is tried.
            int first = pieces != null ? pieces[0] : room(skb, mtuBytes);
            decision.effects.count(SnmpCounter.IP_OUT_TRANSMITS, 1);
            decision.effects.count(SnmpCounter.IP_EXT_OUT_OCTETS, skb.headerLength + first);
        } else {
            decision.effects.count(SnmpCounter.IP_OUT_TRANSMITS, packets);
            decision.effects.count(
                    SnmpCounter.IP_EXT_OUT_OCTETS, skb.length + (packets - 1) * skb.headerLength);
        }
        if (skb.pieces != null && pieces == null) {
            decision.dropPieces();
        }
        if (lost) {
            decision.effects.count(SnmpCounter.IP_FRAG_FAILS, 1);
        } else if (packets > 1) {
            decision.effects.count(SnmpCounter.IP_FRAG_OKS, 1);
            decision.effects.count(SnmpCounter.IP_FRAG_CREATES, packets);
        }
        if (!known) {
            return await(skb, device, hop, neighbour, packets > 1 ? mtuBytes : 0);
        }
        if (packets > 1) {
            fragment(skb, kind, device, mac, mtuBytes, pieces);
        } else {
            decision.effects
                    .frames()
                    .add(kind, device, mac, Skb.ETH_P_IP, skb, skb == decision.skb);
        }
        return Outcome.FORWARD;
    }

    /// The link address of the next hop. Devices that ask for none write their own, whoever it is
    /// for (kernel: `arp_constructor`).
    private long mac(NetDevice device, NextHop hop, int neighbour) {
        if (!hasGateway6(hop) && Inet4.isMulticast(neighbour)) {
            return MULTICAST_MAC | neighbour & 0x7f_ffff;
        }
        if (device.isNoArp()) {
            return Math.max(0, device.mac());
        }
        if (!hasGateway6(hop) && decision.host.isBroadcast(neighbour)) {
            return BROADCAST_MAC;
        }
        if (!decision.host.neighboursKnown()) {
            decision.incomplete("the snapshot has no neigh.json");
            return UNKNOWN;
        }
        return hasGateway6(hop)
                ? decision.host.gatewayMac(hop)
                : decision.state.mac(decision.host, device, neighbour);
    }

    /// Keeps the packet until the neighbour answers, asking for that. The source of a packet that
    /// passes through is told if it never does (kernel: `arp_error_report`); that of one of the
    /// host's own is the host itself.
    ///
    /// @param fragmentMtuBytes 0 if the packet is not fragmented; otherwise each fragment waits
    private Outcome await(
            Skb skb, NetDevice device, NextHop hop, int neighbour, int fragmentMtuBytes) {
        if (hasGateway6(hop)) {
            return Outcome.PENDING;
        }
        decision.arp.solicit(device, neighbour, skb);
        if (skb == decision.skb && !decision.effects.isLater()) {
            decision.effects.beginLater();
            if (fragmentMtuBytes > 0) {
                beFirstFragment(skb, fragmentMtuBytes);
            }
            decision.icmp.error(Icmp.UNREACHABLE, HOST_UNREACHABLE, 0);
            decision.effects.endLater();
        }
        return decision.outcome == Outcome.INCOMPLETE ? Outcome.INCOMPLETE : Outcome.PENDING;
    }

    /// Only the first fragment is told of.
    private static void beFirstFragment(Skb skb, int mtuBytes) {
        skb.totalLength = skb.length = skb.headerLength + room(skb, mtuBytes);
        skb.captured = Math.min(skb.captured, skb.length);
        skb.put16(2, skb.length);
        skb.put16(6, skb.u16(6) | MORE_FRAGMENTS);
        skb.putHeaderChecksum();
    }

    /// @param hop null for a packet that needs none
    private static boolean hasGateway6(NextHop hop) {
        return hop != null && hop.hasGateway6();
    }

    private static int room(Skb skb, int mtuBytes) {
        return mtuBytes - skb.headerLength & ~7;
    }

    private static int fragmentCount(Skb skb, int mtuBytes) {
        int room = room(skb, mtuBytes);
        return (skb.length - skb.headerLength + room - 1) / room;
    }

    /// Kernel: `ip_do_fragment`. Options that are not to be copied become no-operations in all
    /// fragments but the first.
    ///
    /// @param pieces bytes of payload of each fragment; null for as many as fit
    private void fragment(
            Skb skb, Kind kind, NetDevice device, long mac, int mtuBytes, int[] pieces) {
        EgressFrames frames = decision.effects.frames();
        int room = room(skb, mtuBytes);
        int header = skb.headerLength;
        int length;
        int number = 0;
        for (int from = 0; from < skb.length - header; from += length) {
            length = Math.min(pieces == null ? room : pieces[number++], skb.length - header - from);
            int here = Math.clamp(skb.captured - header - from, 0, length);
            boolean last = from + length == skb.length - header;
            int at =
                    frames.begin(
                            fragmentKind(skb, kind, from),
                            device,
                            mac,
                            Skb.ETH_P_IP,
                            header + here,
                            header + length);
            if (at < 0 && device.lacksCarrier()) {
                return;
            }
            if (at < 0) {
                continue;
            }
            MemorySegment bytes = frames.bytes();
            MemorySegment.copy(skb.bytes(), 0, bytes, at, header);
            if (from > 0 && skb.fragmentOffset == 0 && skb.hasOptions()) {
                IpOptions.keepCopied(bytes, at, header);
            }
            MemorySegment.copy(skb.bytes(), header + from, bytes, at + header, here);
            int flags =
                    (skb.dontFragment && pieces == null ? DONT_FRAGMENT : 0)
                            | (last && !skb.moreFragments ? 0 : MORE_FRAGMENTS);
            put16(bytes, at + 2, header + length);
            put16(bytes, at + 6, flags | (skb.fragmentOffset + from) / 8);
            put16(bytes, at + 10, 0);
            put16(bytes, at + 10, Checksum.of(bytes, at, header));
        }
    }

    /// A later fragment shows no more what it is a part of.
    private static Kind fragmentKind(Skb skb, Kind kind, int from) {
        if (kind == Kind.FORWARD) {
            return skb.isFragment() ? kind : Kind.FORWARD_FRAGMENT;
        }
        return from == 0 ? kind : Kind.OTHER;
    }

    private static void put16(MemorySegment bytes, long at, int value) {
        bytes.set(Skb.U16, at, (short) value);
    }
}
