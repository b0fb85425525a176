package headgate.forwarding;

import java.util.function.ToLongFunction;

/// The number by which a packet chooses among several next hops: SipHash over the fields that the
/// policy names (kernel: `fib_multipath_hash`, `rt6_multipath_hash`). Hashes have 31 bits.
final class MultipathHash {
    static final int LAYER_3 = 0;
    static final int LAYER_4 = 1;

    /// Addresses of the innermost packet.
    static final int INNER_LAYER_3 = 2;

    /// What `fib_multipath_hash_fields` names.
    static final int CHOSEN_FIELDS = 3;

    /// Bits of `fib_multipath_hash_fields`; those of the inner packet are six places higher.
    private static final int SOURCE = 1;

    private static final int DESTINATION = 2;
    private static final int PROTOCOL = 4;
    private static final int FLOW_LABEL = 8;
    private static final int SOURCE_PORT = 0x10;
    private static final int DESTINATION_PORT = 0x20;
    private static final int ALL_FIELDS = 0x3f;
    private static final int INNER_SHIFT = 6;

    private static final int ADDRESSES = SOURCE | DESTINATION;
    private static final int FLOW = ADDRESSES | PROTOCOL | SOURCE_PORT | DESTINATION_PORT;

    final int policy;

    /// What is hashed.
    final FlowKeys keys = new FlowKeys();

    private final int fields;
    private final int seed;
    private final String incomplete;
    private final SipHash hash = new SipHash();

    /// @param family `net.ipv4` or `net.ipv6`: each has a policy of its own, but both one seed
    MultipathHash(ToLongFunction<String> sysctls, String family) {
        policy = (int) sysctls.applyAsLong(family + ".fib_multipath_hash_policy");
        fields = (int) sysctls.applyAsLong(family + ".fib_multipath_hash_fields");
        long seed = sysctls.applyAsLong("net.ipv4.fib_multipath_hash_seed");
        this.seed = (int) seed;
        incomplete = whyIncomplete(family, seed);
    }

    private String whyIncomplete(String family, long seed) {
        if (policy < LAYER_3 || policy > CHOSEN_FIELDS || policy == CHOSEN_FIELDS && fields < 0) {
            return "multipath with " + family + ".fib_multipath_hash_policy or _fields unknown";
        }
        return seed <= 0
                ? "multipath with a fib_multipath_hash_seed that the kernel drew at boot"
                : null;
    }

    /// Why the choice cannot be known; null if it can.
    String incomplete() {
        return incomplete;
    }

    /// Of what [#keys] holds: addresses, and in IPv6 protocol and flow label.
    int ofLayer3() {
        return ofLayer3(keys.flowLabel);
    }

    /// @param label in place of that of [#keys], as it lies in memory on a little-endian machine
    int ofLayer3(int label) {
        return of(keys.version == 4 ? ADDRESSES : ADDRESSES | PROTOCOL | FLOW_LABEL, label) >>> 1;
    }

    /// Of what [#keys] holds: addresses, protocol, ports.
    int ofLayer4() {
        return of(FLOW, 0) >>> 1;
    }

    /// Of what [#keys] holds: the fields that were chosen of the outer packet.
    int ofChosenFields() {
        return outer() >>> 1;
    }

    /// Of a received packet: [#ofLayer4], [#INNER_LAYER_3] or [#CHOSEN_FIELDS], as the policy says.
    int of(Skb skb) {
        return switch (policy) {
            case LAYER_4 -> {
                dissect(skb, false);
                yield ofLayer4();
            }
            case INNER_LAYER_3 -> {
                dissect(skb, true);
                yield ofLayer3();
            }
            default -> ofChosenFields(skb);
        };
    }

    void dissect(Skb skb, boolean entersTunnels) {
        keys.dissect(skb.bytes(), 0, skb.captured, skb.protocolType, entersTunnels);
    }

    private int ofChosenFields(Skb skb) {
        dissect(skb, false);
        int outer = outer();
        // Without fields of the outer packet nobody looks whether there is an inner one.
        boolean mayHaveInner = keys.isEncapsulated || (fields & ALL_FIELDS) == 0;
        int inner = fields >>> INNER_SHIFT & ALL_FIELDS;
        if (!mayHaveInner || inner == 0) {
            return combined(outer, 0) >>> 1;
        }
        dissect(skb, true);
        return combined(outer, keys.isEncapsulated ? of(inner, keys.flowLabel) : 0) >>> 1;
    }

    private int outer() {
        int which = fields & ALL_FIELDS;
        return which == 0 ? 0 : of(which, keys.flowLabel);
    }

    /// SipHash over `struct flow_keys` behind its control part, with addresses and ports each pair
    /// in ascending order; 0 counts as 1.
    private int of(int which, int label) {
        long fromHigh = (which & SOURCE) != 0 ? keys.sourceHigh : 0;
        long fromLow = (which & SOURCE) != 0 ? keys.sourceLow : 0;
        long toHigh = (which & DESTINATION) != 0 ? keys.destinationHigh : 0;
        long toLow = (which & DESTINATION) != 0 ? keys.destinationLow : 0;
        int protocol = (which & PROTOCOL) != 0 ? keys.protocol : 0;
        boolean labelled = (which & FLOW_LABEL) != 0 && keys.version == 6;
        long labelBits = labelled ? label & 0xffff_ffffL : 0;
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

    /// IPv6 addresses in the order in which they travel, IPv4 addresses as numbers of a
    /// little-endian machine.
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
}
