package headgate.forwarding;

import java.util.ArrayList;
import java.util.List;

/// Which next hop of several a packet takes: the kernel's hash thresholds over SipHash (kernel:
/// `fib_multipath_hash`, `fib_select_multipath`, `nexthop_select_path_hthr`).
public final class Multipath {
    private final int policy;
    private final int seed;
    private final boolean useNeighbours;
    private final Neighbours neighbours;
    private final String incomplete;
    private final SipHash hash = new SipHash();

    Multipath(Sysctls sysctls, Neighbours neighbours) {
        this.policy = (int) sysctls.get("net.ipv4.fib_multipath_hash_policy");
        this.seed = (int) sysctls.get("net.ipv4.fib_multipath_hash_seed");
        this.useNeighbours = sysctls.get("net.ipv4.fib_multipath_use_neigh") == 1;
        this.neighbours = neighbours;
        this.incomplete = whyIncomplete(sysctls);
    }

    private String whyIncomplete(Sysctls sysctls) {
        if (policy != 0 && policy != 1) {
            return "multipath with fib_multipath_hash_policy "
                    + (policy < 0 ? "unknown" : String.valueOf(policy));
        }
        if (sysctls.get("net.ipv4.fib_multipath_hash_seed") <= 0) {
            return "multipath with a fib_multipath_hash_seed that the kernel drew at boot";
        }
        return sysctls.get("net.ipv4.fib_multipath_use_neigh") < 0
                ? "multipath with fib_multipath_use_neigh unknown"
                : null;
    }

    /// Why the choice cannot be known; null if it can.
    public String incomplete() {
        return incomplete;
    }

    /// The 31-bit hash of a packet. Both directions of a flow have the same.
    ///
    /// @param flow its protocol and ports count with policy 1 only
    public int hash(Flowi4 flow) {
        return policy == 0
                ? hash(flow.source, flow.destination, 0, 0, 0)
                : hash(
                        flow.source,
                        flow.destination,
                        flow.protocol,
                        flow.sourcePort,
                        flow.destinationPort);
    }

    /// The layout is that of `struct flow_keys` behind its control part: addresses and ports as
    /// they stand in the packet, loaded in little-endian order, which is also how they are
    /// compared.
    public int hash(
            int source, int destination, int protocol, int sourcePort, int destinationPort) {
        int from = Integer.reverseBytes(source);
        int to = Integer.reverseBytes(destination);
        int fromPort = Short.toUnsignedInt(Short.reverseBytes((short) sourcePort));
        int toPort = Short.toUnsignedInt(Short.reverseBytes((short) destinationPort));
        boolean swapAddresses = Integer.compareUnsigned(to, from) < 0;
        boolean swapPorts = toPort < fromPort;
        long ports = swapPorts ? toPort | fromPort << 16 : fromPort | toPort << 16;
        long first = (swapAddresses ? to : from) & 0xffff_ffffL;
        long second = (swapAddresses ? from : to) & 0xffff_ffffL;
        long key = (long) seed << 32 | seed & 0xffff_ffffL;
        hash.start(key, key)
                .add((long) protocol << 16)
                .add(0)
                .add(0)
                .add(ports << 32)
                .add(first << 32)
                .add(second);
        return finish();
    }

    private int finish() {
        int low = (int) hash.finish();
        return (low == 0 ? 1 : low) >>> 1;
    }

    /// The hash of the packet that a decision is about. With policy 0 that of an ICMP error is the
    /// hash of the packet it quotes.
    public int hash(Decision decision) {
        Skb skb = decision.skb;
        return policy == 0 && skb.quotesPacket()
                ? hash(skb.quotedSource(), skb.quotedDestination(), 0, 0, 0)
                : hash(decision.flow);
    }

    /// Chooses by hash for a packet of the host's own. Next hops whose device has the packet's
    /// source address come first, whatever the hash says (kernel since 6.16).
    ///
    /// @param source 0 if it is not chosen yet
    void select(FibResult result, int hash, int source) {
        FibInfo info = result.info;
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
                    (OutputRoute.preferredSource(info, hop) == source ? 2 : 0)
                            + (hash <= hop.upperBound() ? 1 : 0);
            if (score > best) {
                best = score;
                result.nextHopIndex = i;
            }
        }
    }

    /// Chooses by hash; `result` already holds the first usable next hop.
    public void select(FibResult result, int hash) {
        FibInfo info = result.info;
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
