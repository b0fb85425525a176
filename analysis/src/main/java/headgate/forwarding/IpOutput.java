package headgate.forwarding;

import headgate.forwarding.Decision.Outcome;
import headgate.forwarding.EgressFrames.Kind;
import headgate.packet.Checksum;
import java.lang.foreign.MemorySegment;

/// The last steps of every IPv4 packet that leaves: in fragments if need be, to the next hop's link
/// address if it is known (kernel: `ip_finish_output`).
public final class IpOutput {
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;

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
        long mac = mac(hop, neighbour);
        if (mac == UNKNOWN) {
            return Outcome.INCOMPLETE;
        }
        int packets = skb.length > mtuBytes ? fragmentCount(skb, mtuBytes) : 1;
        decision.effects.count(SnmpCounter.IP_OUT_TRANSMITS, packets);
        decision.effects.count(
                SnmpCounter.IP_EXT_OUT_OCTETS, skb.length + (packets - 1) * skb.headerLength);
        if (packets > 1) {
            decision.effects.count(SnmpCounter.IP_FRAG_OKS, 1);
            decision.effects.count(SnmpCounter.IP_FRAG_CREATES, packets);
        }
        if (mac == Neighbours.ABSENT || mac == Neighbours.INVALID) {
            return Outcome.PENDING;
        }
        if (packets > 1) {
            fragment(skb, hop.device(), mac, mtuBytes);
        } else {
            decision.effects.frames().add(kind, hop.device(), mac, Skb.ETH_P_IP, skb);
        }
        return Outcome.FORWARD;
    }

    private static final long UNKNOWN = Long.MIN_VALUE;

    /// The link address of the next hop; 0 for devices that need none.
    private long mac(NextHop hop, int neighbour) {
        if (hop.device().isNoArp()) {
            return 0;
        }
        if (!decision.host.neighboursKnown()) {
            decision.incomplete("the snapshot has no neigh.json");
            return UNKNOWN;
        }
        return hop.hasGateway6()
                ? decision.host.gatewayMac(hop)
                : decision.host.neighbours().mac(hop.device(), neighbour);
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
    private void fragment(Skb skb, NetDevice device, long mac, int mtuBytes) {
        EgressFrames frames = decision.effects.frames();
        int room = room(skb, mtuBytes);
        int header = skb.headerLength;
        for (int from = 0; from < skb.length - header; from += room) {
            int length = Math.min(room, skb.length - header - from);
            int here = Math.clamp(skb.captured - header - from, 0, length);
            boolean last = from + length == skb.length - header;
            int at =
                    frames.begin(
                            Kind.FORWARD_FRAGMENT,
                            device,
                            mac,
                            Skb.ETH_P_IP,
                            header + here,
                            header + length);
            if (at < 0) {
                continue;
            }
            MemorySegment bytes = frames.bytes();
            MemorySegment.copy(skb.bytes(), 0, bytes, at, header);
            MemorySegment.copy(skb.bytes(), header + from, bytes, at + header, here);
            int flags =
                    (skb.dontFragment ? DONT_FRAGMENT : 0)
                            | (last && !skb.moreFragments ? 0 : MORE_FRAGMENTS);
            put16(bytes, at + 2, header + length);
            put16(bytes, at + 6, flags | (skb.fragmentOffset + from) / 8);
            put16(bytes, at + 10, 0);
            put16(bytes, at + 10, Checksum.of(bytes, at, header));
        }
    }

    private static void put16(MemorySegment bytes, long at, int value) {
        bytes.set(Skb.U16, at, (short) value);
    }
}
