package headgate.forwarding;

import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;

/// Which next hop of several an IPv6 packet takes (kernel: `rt6_multipath_hash`,
/// `fib6_select_path`): the thresholds of [Multipath] over a SipHash of what the policy names.
public final class Multipath6 {
    /// Bits of `fib_multipath_hash_fields`; those of the inner packet are six places higher.
    private static final int SOURCE = 1;

    private static final int DESTINATION = 2;
    private static final int PROTOCOL = 4;
    private static final int FLOW_LABEL = 8;
    private static final int SOURCE_PORT = 0x10;
    private static final int DESTINATION_PORT = 0x20;
    private static final int ALL_FIELDS = 0x3f;
    private static final int INNER_SHIFT = 6;

    /// What each policy hashes, but for policy 3, which the setting tells.
    private static final int LAYER3 = SOURCE | DESTINATION | PROTOCOL | FLOW_LABEL;

    private static final int LAYER4 =
            SOURCE | DESTINATION | PROTOCOL | SOURCE_PORT | DESTINATION_PORT;

    private static final int ICMP_HEADER = 8;

    /// ICMPv6 types below are errors.
    private static final int FIRST_INFORMATIONAL = 128;

    private final int policy;
    private final int fields;
    private final int seed;
    private final HostSnapshot host;
    private final String incomplete;
    private final SipHash hash = new SipHash();
    private final FlowKeys keys = new FlowKeys();
    private final Ip6Header header = new Ip6Header();

    Multipath6(HostSnapshot host) {
        this.host = host;
        this.policy = (int) host.sysctl("net.ipv6.fib_multipath_hash_policy");
        this.fields = (int) host.sysctl("net.ipv6.fib_multipath_hash_fields");
        this.seed = (int) host.sysctl("net.ipv4.fib_multipath_hash_seed");
        this.incomplete = whyIncomplete();
    }

    private String whyIncomplete() {
        if (policy < 0 || policy > 3 || policy == 3 && fields < 0) {
            return "multipath with net.ipv6.fib_multipath_hash_policy or _fields unknown";
        }
        return host.sysctl("net.ipv4.fib_multipath_hash_seed") <= 0
                ? "multipath with a fib_multipath_hash_seed that the kernel drew at boot"
                : null;
    }

    /// Why the choice cannot be known; null if it can.
    public String incomplete() {
        return incomplete;
    }

    /// The 31-bit hash of a packet that is not here: of a question, or one of the host's own.
    int hash(Flowi6 flow) {
        keys.ofFlow(flow);
        return switch (policy) {
            case 1 -> hash(LAYER4, flow.flowLabel) >>> 1;
            case 3 -> combined(hash(fields & ALL_FIELDS, flow.flowLabel), 0) >>> 1;
            default -> hash(LAYER3, flow.flowLabel) >>> 1;
        };
    }

    /// The 31-bit hash of a received packet.
    int hash(Skb skb, boolean rulesDissect) {
        return switch (policy) {
            case 0 -> hashLayer3(skb, rulesDissect) >>> 1;
            case 1 -> {
                dissect(skb, false);
                yield hash(LAYER4, keys.flowLabel) >>> 1;
            }
            case 2 -> {
                dissect(skb, true);
                yield hash(LAYER3, keys.flowLabel) >>> 1;
            }
            default -> hashChosenFields(skb) >>> 1;
        };
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
            dissect(skb, false);
            if (keys.protocol == IpProtocol.ICMPV6) {
                return hash(LAYER3, keys.flowLabel);
            }
        }
        keys.ofHeader(header);
        return hash(LAYER3, Integer.reverseBytes(keys.flowLabel));
    }

    /// Where the IPv6 header starts that an ICMPv6 error quotes; -1 if this is none.
    private static int quotedHeader(Skb skb) {
        int quoted = Ip6Header.LENGTH + ICMP_HEADER;
        boolean error =
                skb.captured >= quoted + Ip6Header.LENGTH
                        && NetworkOrder.u8(skb.bytes(), Ip6Header.LENGTH) < FIRST_INFORMATIONAL;
        return error ? quoted : -1;
    }

    private void dissect(Skb skb, boolean entersTunnels) {
        keys.dissect(skb.bytes(), 0, skb.captured, Skb.ETH_P_IPV6, entersTunnels);
    }

    private int hashChosenFields(Skb skb) {
        int outer = fields & ALL_FIELDS;
        dissect(skb, false);
        boolean isEncapsulated = keys.isEncapsulated;
        int outerHash = outer == 0 ? 0 : hash(outer, keys.flowLabel);
        // Without fields of the outer packet nobody looks whether there is an inner one.
        isEncapsulated |= outer == 0;
        int inner = fields >>> INNER_SHIFT & ALL_FIELDS;
        if (!isEncapsulated || inner == 0) {
            return combined(outerHash, 0);
        }
        dissect(skb, true);
        return combined(outerHash, keys.isEncapsulated ? hash(inner, keys.flowLabel) : 0);
    }

    /// SipHash over `struct flow_keys` behind its control part, with addresses and ports each pair
    /// in ascending order; 0 counts as 1.
    ///
    /// @param label as it lies in memory on a little-endian machine
    private int hash(int which, int label) {
        long fromHigh = (which & SOURCE) != 0 ? keys.sourceHigh : 0;
        long fromLow = (which & SOURCE) != 0 ? keys.sourceLow : 0;
        long toHigh = (which & DESTINATION) != 0 ? keys.destinationHigh : 0;
        long toLow = (which & DESTINATION) != 0 ? keys.destinationLow : 0;
        int protocol = (which & PROTOCOL) != 0 ? keys.protocol : 0;
        long labelBits = (which & FLOW_LABEL) != 0 ? label & 0xffff_ffffL : 0;
        long key = (long) seed << 32 | seed & 0xffff_ffffL;
        hash.start(key, key)
                .add((long) protocol << 16 | labelBits << 32)
                .add(0)
                .add(0)
                .add(ports(which) << 32);
        if (isAbove(fromHigh, fromLow, toHigh, toLow)) {
            add(toHigh, toLow, fromHigh, fromLow);
        } else {
            add(fromHigh, fromLow, toHigh, toLow);
        }
        int low = (int) hash.finish();
        return low == 0 ? 1 : low;
    }

    private long ports(int which) {
        int from = (which & SOURCE_PORT) != 0 ? keys.sourcePort : 0;
        int to = (which & DESTINATION_PORT) != 0 ? keys.destinationPort : 0;
        int fromPort = Short.toUnsignedInt(Short.reverseBytes((short) from));
        int toPort = Short.toUnsignedInt(Short.reverseBytes((short) to));
        return Math.min(fromPort, toPort) | (long) Math.max(fromPort, toPort) << 16;
    }

    /// IPv6 addresses in the order in which they travel, IPv4 addresses (of a packet inside) as
    /// numbers of the machine.
    private boolean isAbove(long high, long low, long otherHigh, long otherLow) {
        if (keys.version == 4) {
            int one = Integer.reverseBytes((int) low);
            return Integer.compareUnsigned(one, Integer.reverseBytes((int) otherLow)) > 0;
        }
        int order = Long.compareUnsigned(high, otherHigh);
        return order > 0 || order == 0 && Long.compareUnsigned(low, otherLow) > 0;
    }

    private void add(long firstHigh, long firstLow, long secondHigh, long secondLow) {
        if (keys.version == 4) {
            long first = Integer.toUnsignedLong(Integer.reverseBytes((int) firstLow));
            long second = Integer.toUnsignedLong(Integer.reverseBytes((int) secondLow));
            hash.add(first << 32).add(second);
            return;
        }
        long a = Long.reverseBytes(firstHigh);
        long b = Long.reverseBytes(firstLow);
        long c = Long.reverseBytes(secondHigh);
        long d = Long.reverseBytes(secondLow);
        hash.add(a << 32)
                .add(a >>> 32 | b << 32)
                .add(b >>> 32 | c << 32)
                .add(c >>> 32 | d << 32)
                .add(d >>> 32);
    }

    /// One word of two hashes (Jenkins' lookup3, in the public domain; kernel: `jhash_2words`).
    private static int combined(int first, int second) {
        int start = 0xdeadbeef + (2 << 2);
        int a = start + first;
        int b = start + second;
        int c = start;
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        return (c ^ b) - Integer.rotateLeft(b, 24);
    }

    /// Chooses by hash; `result` already holds the next hop with the best score. A next hop that
    /// the flow must not take leaves that choice (kernel: `fib6_select_path`); next hop objects ask
    /// for the neighbour instead (kernel: `nexthop_select_path_hthr`).
    void select(Flowi6 flow, Fib6Result result, int hash) {
        int firstGood = -1;
        for (int i = 0; i < result.info.nextHops().size(); i++) {
            NextHop hop = result.info.nextHops().get(i);
            if (result.info.nextHopObject()) {
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
