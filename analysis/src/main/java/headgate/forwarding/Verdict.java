package headgate.forwarding;

import java.util.List;
import java.util.Map;

/// The end of one packet's path, as a value that may be kept.
public sealed interface Verdict {
    /// The questions that were asked, up to the one that decided.
    Trail trail();

    /// How the verdict came about.
    ///
    /// @param steps in the kernel's order; the last one decided
    /// @param counters what the packet adds to `/proc/net/snmp`, `netstat` and `snmp6`, by name
    /// @param consequences what else the packet makes the host do
    /// @param disposition the verdict in the words of reachability tools
    record Trail(
            List<Step> steps,
            Map<String, Integer> counters,
            Consequences consequences,
            Disposition disposition) {
        public Trail {
            steps = List.copyOf(steps);
            counters = Map.copyOf(counters);
        }
    }

    /// What a packet makes the host do, as [Effects] gathers it.
    ///
    /// @param egress frames that leave, in order
    /// @param drops packets that are freed with a reason, in order
    /// @param onNeighbourFailed frames that leave when the neighbour that a packet waits for turns
    ///   out not to be there
    /// @param incomplete why this is not all of it; empty if it is
    record Consequences(
            List<EgressFrame> egress,
            List<Effects.Drop> drops,
            List<Effects.Delivery> deliveries,
            List<Effects.NeighbourChange> neighbourChanges,
            List<EgressFrame> onNeighbourFailed,
            String incomplete) {

        public static final Consequences NONE =
                new Consequences(List.of(), List.of(), List.of(), List.of(), List.of(), "");

        public Consequences {
            egress = List.copyOf(egress);
            drops = List.copyOf(drops);
            deliveries = List.copyOf(deliveries);
            neighbourChanges = List.copyOf(neighbourChanges);
            onNeighbourFailed = List.copyOf(onNeighbourFailed);
        }
    }

    /// A frame that leaves.
    ///
    /// @param bytes from the link-layer header on; fewer than `wireLength` where the capture cut
    ///   the packet
    record EgressFrame(EgressFrames.Kind kind, String device, byte[] bytes, int wireLength) {}

    /// One question with its answer.
    ///
    /// @param rule its number in `docs/forwarding.md`
    /// @param function the kernel function that asks
    /// @param evidence the rule, route or setting that it went by
    record Step(String rule, String function, String evidence) {
        @Override
        public String toString() {
            return rule + " " + function + ": " + evidence;
        }
    }

    /// The packet leaves.
    ///
    /// @param nextHop address of the gateway, or the destination itself
    /// @param nextHopMac empty for devices that need none
    /// @param redirect whether the source is also told a shorter way (ICMP 5/1)
    /// @param fragments in how many pieces it leaves; 1 if whole
    /// @param route the route that it takes
    record Forward(
            String device,
            String nextHop,
            String nextHopMac,
            boolean redirect,
            int fragments,
            Route route,
            Trail trail)
            implements Verdict {}

    /// The packet waits in the neighbour's queue until the next hop has told its link address.
    record Pending(
            String device,
            String nextHop,
            boolean redirect,
            int fragments,
            Route route,
            Trail trail)
            implements Verdict {}

    /// The packet is handed to the host's own protocols; what they do with it is told by the
    /// [Consequences].
    ///
    /// @param type LOCAL, BROADCAST or MULTICAST
    record Local(RouteType type, Trail trail) implements Verdict {}

    /// The packet is a fragment for the host, and waits for the others.
    record Reassembling(Trail trail) implements Verdict {}

    /// The packet was for the host's own bookkeeping (ARP, neighbour discovery), and is spent
    /// without being dropped.
    record Consumed(Trail trail) implements Verdict {}

    /// The packet is freed.
    ///
    /// @param dropReason the kernel's word for it
    /// @param function the kernel function that frees it
    /// @param answer what its source is told; null if nothing
    record Refused(
            Reason reason,
            DropReason dropReason,
            String function,
            IcmpError answer,
            Route route,
            Trail trail)
            implements Verdict {}

    /// The answer depends on something that is not modelled, or not in the snapshot.
    record Incomplete(String why, Trail trail) implements Verdict {}

    /// An ICMP error to the source of a refused packet.
    ///
    /// @param device by which it leaves; empty if the way back cannot be told
    /// @param nextHop likewise
    /// @param nextHopMac empty if the way back cannot be told, or the next hop's link address is
    ///   not known yet
    record IcmpError(int type, int code, String device, String nextHop, String nextHopMac) {}

    /// Why a packet is refused, for people. Refusals by routes bear the names of rtnetlink(7).
    enum Reason {
        BLACKHOLE,
        UNREACHABLE,
        PROHIBIT,

        /// No route matches.
        NO_ROUTE,

        /// This host does not forward.
        NOT_FORWARDING,

        /// Addresses that cannot stand in a packet from a wire.
        MARTIAN,

        RP_FILTER,
        TTL_EXPIRED,
        TOO_BIG,

        /// The link is down that it was to leave by.
        NO_CARRIER,

        /// A rule or policy of the packet filter drops or rejects it.
        FILTERED,

        /// A header that contradicts itself.
        MALFORMED,

        /// Sent to another host, or to everybody, at the link layer.
        NOT_FOR_US,

        /// No protocol of the host takes it up, or nobody has joined its group.
        NOT_WANTED
    }

    /// The verdict in one word, as it is counted and published.
    default String kind() {
        return switch (this) {
            case Forward f -> f.redirect() ? "forward+redirect" : "forward";
            case Pending _ -> "pending";
            case Local _ -> "local";
            case Reassembling _ -> "reassembling";
            case Consumed _ -> "consumed";
            case Refused r -> r.answer() == null ? "drop" : "reject";
            case Incomplete _ -> "incomplete";
        };
    }
}
