package headgate.forwarding;

import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/// Fragments that wait for others of their packet (RFC 8200, section 4.5; kernel:
/// `net/ipv6/reassembly.c`).
///
/// At most [#MOST_BYTES] wait: then the packets that began to arrive first are given up.
public final class Ip6Reassembly {
    /// `ip6frag_high_thresh`, as kernels have it unless somebody sets it.
    private static final int MOST_BYTES = 4 << 20;

    /// What a fragment costs besides its bytes, so that many small ones are bounded too.
    private static final int COST_OF_A_RUN = 128;

    private static final int FRAGMENT_HEADER = 8;
    private static final int MOST_PAYLOAD = 65535;
    private static final long TIMEOUT_NANOS = 60_000_000_000L;
    private static final String FUNCTION = "ipv6_frag_rcv";

    /// @param device counts for link-local addresses alone
    private record Key(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int identification,
            int device) {}

    /// One packet in the making: what is there of it, in runs that do not touch.
    private static final class Queue {
        final long startNanos;
        byte[] bytes = new byte[2048];
        final java.util.TreeMap<Integer, Integer> runs = new java.util.TreeMap<>();
        int length;
        boolean lastSeen;

        /// Headers before the fragment header, and what the first one says follows.
        byte[] head;

        int numberAt;
        int nextHeader;
        int present;

        Queue(long startNanos) {
            this.startNanos = startNanos;
        }

        int cost() {
            return bytes.length + runs.size() * COST_OF_A_RUN;
        }

        boolean isComplete() {
            return lastSeen && head != null && present == length;
        }
    }

    private final Map<Key, Queue> queues = new LinkedHashMap<>();
    private final ExtensionHeaders chain = new ExtensionHeaders();
    private final Ip6Header header = new Ip6Header();
    private long waitingBytes;
    private long givenUp;
    private int upperLayerAt;
    private int numberAt;

    /// Packets given up because too many waited.
    public long givenUp() {
        return givenUp;
    }

    /// Where the upper layer starts in the packet that [#takes] made whole.
    int upperLayerAt() {
        return upperLayerAt;
    }

    /// Where the number of that layer stands.
    int numberAt() {
        return numberAt;
    }

    /// Takes [Decision#skb], whose fragment header starts at `at`.
    ///
    /// @param nextAt where the number of the fragment header stands
    /// @return true if [Decision#skb] is whole now; otherwise the decision is made
    boolean takes(Decision decision, int at, int nextAt) {
        Skb skb = decision.skb;
        header.read(skb.bytes(), 0);
        if (skb.length < at + FRAGMENT_HEADER) {
            return refuses(decision, Icmp6.HEADER_FIELD, at);
        }
        if (!skb.isWhole()) {
            decision.incomplete("the capture cut a fragment for the host itself");
            return false;
        }
        int field = skb.u16(at + 2);
        boolean more = (field & 1) != 0;
        int offset = field & ~7;
        int next = skb.u8(at);
        if (offset == 0 && !more) {
            decision.count(SnmpCounter.IP6_REASM_OKS);
            upperLayerAt = at + FRAGMENT_HEADER;
            numberAt = at;
            return true;
        }
        if (offset == 0 && isHeaderChainCut(skb, at, next)) {
            return refuses(decision, Icmp6.INCOMPLETE_HEADER, 0);
        }
        int length = skb.length - at - FRAGMENT_HEADER;
        // Bytes before the fragment header count too, as in the length field.
        if (offset + length + at - Ip6Header.LENGTH > MOST_PAYLOAD) {
            return refuses(decision, Icmp6.HEADER_FIELD, at + 2);
        }
        boolean needsDevice = Inet6.needsDevice(header.destinationHigh, header.destinationLow);
        var key =
                new Key(
                        header.sourceHigh,
                        header.sourceLow,
                        header.destinationHigh,
                        header.destinationLow,
                        skb.i32(at + 4),
                        needsDevice ? decision.device.index() : 0);
        return queues(decision, key, at, nextAt, offset, length, more);
    }

    /// Whether a first fragment ends before its upper layer starts (RFC 8200, section 4.5; kernel:
    /// `ipv6frag_thdr_truncated`).
    private boolean isHeaderChainCut(Skb skb, int at, int next) {
        chain.walk(skb.bytes(), at + FRAGMENT_HEADER, skb.length, next);
        if (chain.broken) {
            return chain.nextHeader != 59;
        }
        int needed =
                switch (chain.nextHeader) {
                    case IpProtocol.TCP -> 20;
                    case IpProtocol.UDP -> 8;
                    case IpProtocol.ICMPV6 -> 8;
                    default -> 1;
                };
        return skb.length - chain.offset < needed;
    }

    private static boolean refuses(Decision decision, int code, int pointer) {
        decision.count(SnmpCounter.IP6_IN_HDR_ERRORS);
        decision.icmp6.tell(Icmp6.PARAMETER_PROBLEM, code, pointer);
        decision.drop(DropReason.NOT_SPECIFIED, FUNCTION);
        return false;
    }

    private boolean queues(
            Decision decision, Key key, int at, int nextAt, int offset, int length, boolean more) {
        Queue queue = queue(decision, key);
        int end = offset + length;
        if (!more) {
            if (end < queue.length || queue.lastSeen && end != queue.length) {
                return discards(decision, key, queue);
            }
            queue.lastSeen = true;
            queue.length = end;
        } else if ((end & 7) != 0) {
            forgetIfEmpty(key, queue);
            return refuses(decision, Icmp6.HEADER_FIELD, Ip6Header.PAYLOAD_LENGTH);
        } else if (end > queue.length) {
            if (queue.lastSeen) {
                return discards(decision, key, queue);
            }
            queue.length = end;
        }
        if (length == 0) {
            return discards(decision, key, queue);
        }
        if (isWithinARun(queue, offset, end)) {
            decision.drop(DropReason.DUP_FRAG, FUNCTION);
            return false;
        }
        if (overlaps(queue, offset, end)) {
            return discards(decision, key, queue);
        }
        keep(decision.skb, queue, at, nextAt, offset, length);
        if (!queue.isComplete()) {
            limit();
            decision.end(Decision.Outcome.REASSEMBLING);
            return false;
        }
        queues.remove(key);
        waitingBytes -= queue.cost();
        join(decision, queue);
        decision.count(SnmpCounter.IP6_REASM_OKS);
        return true;
    }

    private Queue queue(Decision decision, Key key) {
        Queue queue = queues.get(key);
        if (queue != null && decision.nowNanos - queue.startNanos > TIMEOUT_NANOS) {
            forget(key, queue);
            queue = null;
        }
        if (queue == null) {
            queue = new Queue(decision.nowNanos);
            queues.put(key, queue);
            waitingBytes += queue.cost();
        }
        return queue;
    }

    private void forget(Key key, Queue queue) {
        queues.remove(key);
        waitingBytes -= queue.cost();
    }

    private void forgetIfEmpty(Key key, Queue queue) {
        if (queue.runs.isEmpty()) {
            forget(key, queue);
        }
    }

    private boolean discards(Decision decision, Key key, Queue queue) {
        forget(key, queue);
        decision.count(SnmpCounter.IP6_REASM_FAILS);
        decision.drop(DropReason.NOT_SPECIFIED, FUNCTION);
        return false;
    }

    private static boolean isWithinARun(Queue queue, int from, int to) {
        Map.Entry<Integer, Integer> run = queue.runs.floorEntry(from);
        return run != null && run.getValue() >= to;
    }

    private static boolean overlaps(Queue queue, int from, int to) {
        Map.Entry<Integer, Integer> before = queue.runs.lowerEntry(to);
        return before != null && before.getValue() > from;
    }

    private void keep(Skb skb, Queue queue, int at, int nextAt, int offset, int length) {
        waitingBytes -= queue.cost();
        int end = offset + length;
        if (end > queue.bytes.length) {
            int capacity = Math.min(Integer.highestOneBit(end) * 2, 1 << 16);
            queue.bytes = java.util.Arrays.copyOf(queue.bytes, Math.max(capacity, end));
        }
        MemorySegment.copy(
                skb.bytes(),
                at + (long) FRAGMENT_HEADER,
                MemorySegment.ofArray(queue.bytes),
                offset,
                length);
        Integer joined = queue.runs.remove(end);
        Map.Entry<Integer, Integer> before = queue.runs.floorEntry(offset);
        int start = before != null && before.getValue() == offset ? before.getKey() : offset;
        queue.runs.put(start, joined == null ? end : joined);
        queue.present += length;
        if (offset == 0) {
            queue.head =
                    skb.bytes().asSlice(0, at).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            queue.numberAt = nextAt;
            queue.nextHeader = skb.u8(at);
        }
        waitingBytes += queue.cost();
    }

    private void limit() {
        while (waitingBytes > MOST_BYTES) {
            Map.Entry<Key, Queue> oldest = queues.entrySet().iterator().next();
            forget(oldest.getKey(), oldest.getValue());
            givenUp++;
        }
    }

    /// Puts the packet together in place of its last fragment, without the fragment header.
    private void join(Decision decision, Queue queue) {
        Skb skb = decision.skb;
        int head = queue.head.length;
        MemorySegment.copy(MemorySegment.ofArray(queue.head), 0, skb.bytes(), 0, head);
        MemorySegment.copy(MemorySegment.ofArray(queue.bytes), 0, skb.bytes(), head, queue.length);
        skb.captured = skb.length = head + queue.length;
        skb.put8(queue.numberAt, queue.nextHeader);
        skb.put16(Ip6Header.PAYLOAD_LENGTH, skb.length - Ip6Header.LENGTH);
        upperLayerAt = head;
        numberAt = queue.numberAt;
    }
}
