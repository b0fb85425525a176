package headgate.forwarding;

import java.util.ArrayList;
import java.util.List;

/// Which next hop of several a packet takes: the kernel's hash thresholds over a [MultipathHash]
/// (kernel: `fib_select_multipath`, `nexthop_select_path_hthr`).
public final class Multipath {
    private final MultipathHash hash;
    private final boolean useNeighbours;
    private final HostSnapshot host;
    private final Neighbours neighbours;
    private final String incomplete;

    Multipath(HostSnapshot host, Sysctls sysctls) {
        long useNeighbours = sysctls.get("net.ipv4.fib_multipath_use_neigh");
        this.hash = new MultipathHash(sysctls::get, "net.ipv4");
        this.useNeighbours = useNeighbours == 1;
        this.host = host;
        this.neighbours = host.neighbours();
        this.incomplete =
                hash.incomplete() == null && useNeighbours < 0
                        ? "multipath with fib_multipath_use_neigh unknown"
                        : hash.incomplete();
    }

    /// Why the choice cannot be known; null if it can.
    public String incomplete() {
        return incomplete;
    }

    /// The 31-bit hash of a packet that is not here: of one of the host's own. Both directions of a
    /// flow have the same.
    public int hash(Flowi4 flow) {
        hash.keys.ofFlow(flow);
        return switch (hash.policy) {
            case MultipathHash.LAYER_4 -> hash.ofLayer4();
            case MultipathHash.CHOSEN_FIELDS -> hash.ofChosenFields();
            default -> hash.ofLayer3();
        };
    }

    /// The 31-bit hash of the packet that a decision is about. With policy 0 that of an ICMP error
    /// is the hash of the packet it quotes.
    public int hash(Decision decision) {
        Skb skb = decision.skb;
        if (hash.policy == MultipathHash.LAYER_3 && skb.quotesPacket()) {
            hash.keys.ofAddresses(skb.quotedSource(), skb.quotedDestination());
            return hash.ofLayer3();
        }
        return hash.policy < MultipathHash.INNER_LAYER_3 ? hash(decision.flow) : hash.of(skb);
    }

    /// Chooses by hash for a packet of the host's own. Next hops whose device has the packet's
    /// source address come first, whatever the hash says (kernel since 6.16).
    ///
    /// @param source 0 if it is not chosen yet
    void select(FibResult result, int hash, int source) {
        FibInfo info = result.info();
        if (source == 0 || info.nextHopObject()) {
            select(result, hash);
            return;
        }
        int best = 0;
        for (int i = 0; i < info.nextHops().size(); i++) {
            NextHop hop = info.nextHops().get(i);
            if (hop.upperBound() < 0 || useNeighbours && !isGood(hop)) {
                continue;
            }
            int score =
                    (OutputRoute.preferredSource(host, info, hop) == source ? 2 : 0)
                            + (hash <= hop.upperBound() ? 1 : 0);
            if (score > best) {
                best = score;
                result.nextHopIndex = i;
            }
        }
    }

    /// Chooses by hash; `result` already holds the first usable next hop.
    public void select(FibResult result, int hash) {
        FibInfo info = result.info();
        boolean asksNeighbours = info.nextHopObject() || useNeighbours;
        int firstGood = -1;
        for (int i = 0; i < info.nextHops().size(); i++) {
            NextHop hop = info.nextHops().get(i);
            if (asksNeighbours) {
                if (!isGood(hop)) {
                    continue;
                }
                firstGood = firstGood < 0 ? i : firstGood;
            }
            if (hash <= hop.upperBound()) {
                result.nextHopIndex = i;
                return;
            }
        }
        if (firstGood >= 0) {
            result.nextHopIndex = firstGood;
        }
    }

    /// A neighbour that was never asked for counts as good (kernel: `fib_good_nh`).
    private boolean isGood(NextHop hop) {
        return hop.gateway() == 0
                || neighbours.mac(hop.device(), hop.gateway()) != Neighbours.INVALID;
    }

    /// Gives each next hop its share of the 31-bit hash space, in order and rounded half up. Those
    /// that cannot be used have none, except in a group of next hop objects (kernel:
    /// `fib_rebalance`, `nh_hthr_group_rebalance`).
    static List<NextHop> balance(List<NextHop> hops, boolean objects) {
        long total = 0;
        for (NextHop hop : hops) {
            total += objects || hop.usable() ? hop.weight() : 0;
        }
        var balanced = new ArrayList<NextHop>(hops.size());
        long sum = 0;
        for (NextHop hop : hops) {
            boolean shares = objects || hop.usable();
            sum += shares ? hop.weight() : 0;
            long bound = shares ? ((sum << 32) + total) / (2 * total) - 1 : -1;
            balanced.add(hop.withUpperBound((int) bound));
        }
        return balanced;
    }
}
