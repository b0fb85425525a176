package headgate.forwarding;

import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;

/// Which next hop of several an IPv6 packet takes (kernel: `rt6_multipath_hash`,
/// `fib6_select_path`): the thresholds of [Multipath] over a [MultipathHash].
public final class Multipath6 {
    private static final int ICMP_HEADER = 8;

    /// Kernel: `icmpv6_is_err`; those of private kinds count for none.
    private static final int FIRST_ERROR = 1;

    private static final int LAST_ERROR = 4;

    private final MultipathHash hash;
    private final HostSnapshot host;
    private final Ip6Header header = new Ip6Header();

    Multipath6(HostSnapshot host) {
        this.host = host;
        this.hash = new MultipathHash(host::sysctl, "net.ipv6");
    }

    /// Why the choice cannot be known; null if it can.
    public String incomplete() {
        return hash.incomplete();
    }

    /// The 31-bit hash of a packet that is not here: of a question, or one of the host's own.
    int hash(Flowi6 flow) {
        hash.keys.ofFlow(flow);
        return switch (hash.policy) {
            case MultipathHash.LAYER_4 -> hash.ofLayer4();
            case MultipathHash.CHOSEN_FIELDS -> hash.ofChosenFields();
            default -> hash.ofLayer3();
        };
    }

    /// The 31-bit hash of a received packet.
    int hash(Skb skb, boolean rulesDissect) {
        return hash.policy == MultipathHash.LAYER_3 ? hashLayer3(skb, rulesDissect) : hash.of(skb);
    }

    /// Policy 0: the fixed header alone, with the flow label in the order in which it travels; of
    /// an ICMPv6 error the header that it quotes. Where rules ask for protocols or ports, an ICMPv6
    /// message is hashed as it was dissected for them.
    private int hashLayer3(Skb skb, boolean rulesDissect) {
        header.read(skb.bytes(), 0);
        int quoted = header.nextHeader == IpProtocol.ICMPV6 ? quotedHeader(skb) : -1;
        if (quoted >= 0) {
            header.read(skb.bytes(), quoted);
        } else if (rulesDissect) {
            hash.dissect(skb, false);
            if (hash.keys.protocol == IpProtocol.ICMPV6) {
                return hash.ofLayer3();
            }
        }
        hash.keys.ofHeader(header);
        return hash.ofLayer3(Integer.reverseBytes(header.flowLabel));
    }

    /// Where the IPv6 header starts that an ICMPv6 error quotes; -1 if this is none.
    private static int quotedHeader(Skb skb) {
        int quoted = Ip6Header.LENGTH + ICMP_HEADER;
        if (skb.captured < quoted + Ip6Header.LENGTH) {
            return -1;
        }
        int type = NetworkOrder.u8(skb.bytes(), Ip6Header.LENGTH);
        return type >= FIRST_ERROR && type <= LAST_ERROR ? quoted : -1;
    }

    /// Chooses by hash; `result` already holds the next hop with the best score. A next hop that
    /// the flow must not take leaves that choice (kernel: `fib6_select_path`); next hop objects ask
    /// for the neighbour instead (kernel: `nexthop_select_path_hthr`).
    void select(Flowi6 flow, Fib6Result result, int hash) {
        int firstGood = -1;
        for (int i = 0; i < result.info().nextHops().size(); i++) {
            NextHop hop = result.info().nextHops().get(i);
            if (result.info().nextHopObject()) {
                if (!isGood(hop)) {
                    continue;
                }
                firstGood = firstGood < 0 ? i : firstGood;
            }
            if (hash <= hop.upperBound()) {
                boolean allowed = !flow.strict || hop.device() == flow.preferredDevice();
                result.nextHopIndex = allowed ? i : result.nextHopIndex;
                return;
            }
        }
        result.nextHopIndex = firstGood >= 0 ? firstGood : result.nextHopIndex;
    }

    /// A neighbour that was never asked for counts as good (kernel: `ipv6_good_nh`).
    private boolean isGood(NextHop hop) {
        return !hop.hasGateway6() || host.gatewayMac(hop) != Neighbours.INVALID;
    }
}
