package headgate.forwarding;

import headgate.packet.FlowKey;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.util.Arrays;
import java.util.function.Consumer;

/// Counts packets and bytes by device, flow, fate and second. One object for each such row; a
/// packet of a row that is there makes none.
public final class VerdictTally {
    private static final int KEY_WORDS = 6;

    private final String agent;
    private final long bucketNanos;
    private final int maxRows;

    private int[] slots = new int[256];
    private long[] keys = new long[KEY_WORDS * 128];
    private long[] packets = new long[128];
    private long[] bytes = new long[128];
    private Row[] rows = new Row[128];
    private final long[] key = new long[KEY_WORDS];
    private int size;
    private long notCounted;

    /// What tells two fates of one flow apart, without making text of them.
    private record Row(
            NetDevice device,
            Decision.Outcome outcome,
            DropReason dropReason,
            int icmp,
            boolean redirect,
            String why,
            FibRule rule,
            FibInfo info,
            int leaf,
            NextHop egress,
            int neighbour,
            FlowKey flow,
            Fate fate) {

        static Row of(Frame frame, Decision d) {
            return new Row(
                    d.device,
                    d.outcome,
                    d.dropReason,
                    d.icmpType,
                    d.redirect,
                    d.why,
                    d.result.rule,
                    d.result.info,
                    d.result.leaf,
                    d.egress,
                    d.neighbour,
                    FlowKey.of(frame),
                    Fate.of(d));
        }

        boolean isOf(Decision d) {
            return device == d.device
                    && outcome == d.outcome
                    && dropReason == d.dropReason
                    && icmp == d.icmpType
                    && redirect == d.redirect
                    && (why == d.why || why != null && why.equals(d.why))
                    && rule == d.result.rule
                    && info == d.result.info
                    && leaf == d.result.leaf
                    && egress == d.egress
                    && neighbour == d.neighbour;
        }
    }

    /// @param agent stands in every record
    /// @param bucketNanos how long one row lasts: a second, or [Long#MAX_VALUE] for one row over
    ///   all time
    /// @param maxRows rows at most; packets beyond are only counted ([#notCounted])
    public VerdictTally(String agent, long bucketNanos, int maxRows) {
        if (bucketNanos <= 0 || maxRows <= 0) {
            throw new IllegalArgumentException("bucketNanos and maxRows must be above 0");
        }
        this.agent = agent;
        this.bucketNanos = bucketNanos;
        this.maxRows = maxRows;
    }

    /// Counts one frame under the decision that was made about it.
    public void add(Frame frame, Decision decision) {
        key[0] = frame.sourceHigh;
        key[1] = frame.sourceLow;
        key[2] = frame.destinationHigh;
        key[3] = frame.destinationLow;
        key[4] = flowWord(frame);
        key[5] = Math.floorDiv(frame.arrivalNanos, bucketNanos);
        int row = find(frame, decision);
        if (row < 0) {
            notCounted++;
            return;
        }
        packets[row]++;
        bytes[row] += frame.lengthOnWire;
    }

    /// The numbers of [FlowKey], without making one where it can be helped.
    private static long flowWord(Frame frame) {
        return switch (frame.protocol) {
            case IpProtocol.ICMP, IpProtocol.ICMPV6 ->
                    flowWord(frame, frame.icmpType, frame.icmpType < 0 ? -1 : frame.icmpCode);
            case IpProtocol.SCTP -> {
                FlowKey flow = FlowKey.of(frame);
                yield flowWord(frame, flow.sourcePort(), flow.destinationPort());
            }
            default -> flowWord(frame, frame.sourcePort, frame.destinationPort);
        };
    }

    private static long flowWord(Frame frame, long sourcePort, long destinationPort) {
        return (sourcePort & 0x1ffff) << 34
                | (destinationPort & 0x1ffff) << 17
                | (frame.protocol & 0x1ffL) << 4
                | frame.ipVersion;
    }

    private int find(Frame frame, Decision decision) {
        int slot = hash() & slots.length - 1;
        for (; slots[slot] != 0; slot = slot + 1 & slots.length - 1) {
            int row = slots[slot] - 1;
            if (hasKey(row) && rows[row].isOf(decision)) {
                return row;
            }
        }
        if (size == maxRows) {
            return -1;
        }
        if (size == rows.length) {
            grow();
            return find(frame, decision);
        }
        System.arraycopy(key, 0, keys, size * KEY_WORDS, KEY_WORDS);
        rows[size] = Row.of(frame, decision);
        slots[slot] = ++size;
        return size - 1;
    }

    private boolean hasKey(int row) {
        int at = row * KEY_WORDS;
        return Arrays.equals(keys, at, at + KEY_WORDS, key, 0, KEY_WORDS);
    }

    private int hash() {
        long hash = 0;
        for (long word : key) {
            hash = (hash ^ word) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 32;
        }
        return (int) hash;
    }

    private void grow() {
        int capacity = rows.length * 2;
        keys = Arrays.copyOf(keys, capacity * KEY_WORDS);
        packets = Arrays.copyOf(packets, capacity);
        bytes = Arrays.copyOf(bytes, capacity);
        rows = Arrays.copyOf(rows, capacity);
        slots = new int[capacity * 2];
        long[] current = key.clone();
        for (int row = 0; row < size; row++) {
            System.arraycopy(keys, row * KEY_WORDS, key, 0, KEY_WORDS);
            int slot = hash() & slots.length - 1;
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = row + 1;
        }
        System.arraycopy(current, 0, key, 0, KEY_WORDS);
    }

    /// Hands over all rows, in the order in which they began, and starts anew.
    public void drain(Consumer<FlowVerdict> sink) {
        for (int row = 0; row < size; row++) {
            long bucket = keys[row * KEY_WORDS + 5];
            sink.accept(
                    new FlowVerdict(
                            agent,
                            rows[row].device().name(),
                            bucketNanos == Long.MAX_VALUE ? 0 : bucket * bucketNanos,
                            rows[row].flow(),
                            rows[row].fate(),
                            packets[row],
                            bytes[row]));
        }
        Arrays.fill(rows, 0, size, null);
        Arrays.fill(packets, 0, size, 0);
        Arrays.fill(bytes, 0, size, 0);
        Arrays.fill(slots, 0);
        size = 0;
    }

    public int size() {
        return size;
    }

    /// Packets that found no room since the beginning.
    public long notCounted() {
        return notCounted;
    }
}
