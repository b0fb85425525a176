package headgate.forwarding;

import headgate.packet.FlowKey;
import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Packets and bytes by device, flow, time and what became of them, under one set of rules or under
/// two: what [VerdictTally] and [FateChangeTally] have in common. A packet of a row that is there
/// makes no object.
final class FateRows {
    private static final int FIRST_SLOTS = 256;
    private static final int SHARED_BITS = 8;

    final long bucketNanos;
    private final int maxRows;

    /// Open addressing, linear probing; a row stays until all leave.
    private Row[] slots = new Row[FIRST_SLOTS];

    /// In the order in which they began.
    private final List<Row> rows = new ArrayList<>();

    /// Number of the page that the first of the rows is on, each with [FatePage#ROWS] of them.
    private long firstPage;

    /// Pages from [#firstPage] on that were handed to [#drainChanged] and have not left.
    private final BitSet logged = new BitSet();

    /// What [#restore] brought so far.
    private final TreeMap<Long, List<Row>> restoring = new TreeMap<>();

    /// Notes that rows share: of each next hop, roughly, the latest.
    private final DecisionNote[] shared = new DecisionNote[1 << SHARED_BITS];

    /// Pages that left and had been handed to [#drainChanged].
    private final List<Long> left = new ArrayList<>();

    // The flow of the frame at hand.
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private long ports;
    private int protocol;

    FateRows(long bucketNanos, int maxRows) {
        if (bucketNanos <= 0 || maxRows <= 0) {
            throw new IllegalArgumentException("bucketNanos and maxRows must be above 0");
        }
        this.bucketNanos = bucketNanos;
        this.maxRows = maxRows;
    }

    /// The row of the frame's flow and of what the decisions make of it, with the frame counted;
    /// null if it has none and there is no room for one.
    ///
    /// @param decision null if the host has no such device
    /// @param other likewise, under the other rules; not looked at unless `compares`
    Row count(Frame frame, String device, Decision decision, Decision other, boolean compares) {
        takeFlow(frame);
        Row row = row(frame, device, decision, other, compares);
        if (row != null) {
            row.packets++;
            row.bytes += frame.lengthOnWire;
            row.changed = true;
        }
        return row;
    }

    private Row row(
            Frame frame, String device, Decision decision, Decision other, boolean compares) {
        long bucket = Math.floorDiv(frame.arrivalNanos, bucketNanos);
        int mask = slots.length - 1;
        int at = hash() & mask;
        DecisionNote note = null;
        DecisionNote otherNote = null;
        for (; slots[at] != null; at = at + 1 & mask) {
            Row row = slots[at];
            if (!row.isOf(this, bucket, device)) {
                continue;
            }
            if (row.says(decision, other, compares)) {
                return row;
            }
            note = note == null ? note(device, decision) : note;
            otherNote = otherNote == null && compares ? note(device, other) : otherNote;
            if (row.isOf(note, otherNote)) {
                row.take(note, otherNote);
                return row;
            }
        }
        if (rows.size() == maxRows) {
            return null;
        }
        var row = new Row(bucket, device, FlowKey.of(frame), frame.arrivalNanos);
        row.takeFlow(this);
        row.take(
                note == null ? note(device, decision) : note,
                otherNote == null && compares ? note(device, other) : otherNote);
        slots[at] = row;
        rows.add(row);
        growWhenHalfFull();
        return row;
    }

    /// The note of a decision. Most packets of a host fare alike, so that rows share notes; not
    /// those of refusals, whose words depend on more than is noted, nor of IPv6, for its
    /// neighbours.
    private DecisionNote note(String device, Decision decision) {
        if (decision == null) {
            return new DecisionNote(device);
        }
        if (decision.outcome == Decision.Outcome.REFUSED || decision.isIpv6()) {
            return new DecisionNote(decision);
        }
        int at = decision.neighbour * 0x9e3779b9 >>> 32 - SHARED_BITS;
        if (shared[at] == null || !shared[at].isOf(decision)) {
            shared[at] = new DecisionNote(decision);
        }
        return shared[at];
    }

    private void takeFlow(Frame frame) {
        boolean hasFlow = frame.ipVersion != 0 && frame.protocol >= 0;
        protocol = hasFlow ? frame.ipVersion << 8 | frame.protocol : 0;
        sourceHigh = hasFlow ? frame.sourceHigh : 0;
        sourceLow = hasFlow ? frame.sourceLow : 0;
        destinationHigh = hasFlow ? frame.destinationHigh : 0;
        destinationLow = hasFlow ? frame.destinationLow : 0;
        ports =
                !hasFlow
                        ? 0
                        : switch (frame.protocol) {
                            case IpProtocol.ICMP, IpProtocol.ICMPV6 ->
                                    ports(
                                            frame.icmpType(),
                                            frame.icmpType() < 0 ? -1 : frame.icmpCode());
                            case IpProtocol.SCTP -> ports(FlowKey.of(frame));
                            default -> ports(frame.sourcePort, frame.destinationPort);
                        };
    }

    private void takeFlow(FlowKey flow) {
        protocol = flow == null ? 0 : flow.ipVersion() << 8 | flow.protocol();
        sourceHigh = flow == null ? 0 : flow.sourceHigh();
        sourceLow = flow == null ? 0 : flow.sourceLow();
        destinationHigh = flow == null ? 0 : flow.destinationHigh();
        destinationLow = flow == null ? 0 : flow.destinationLow();
        ports = flow == null ? 0 : ports(flow);
    }

    private static long ports(FlowKey flow) {
        return ports(flow.sourcePort(), flow.destinationPort());
    }

    private static long ports(int source, int destination) {
        return (long) source << 32 | destination & 0xffff_ffffL;
    }

    private int hash() {
        long mixed = (sourceLow ^ Long.rotateLeft(destinationLow, 32)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 29 ^ ports ^ sourceHigh) * 0x94d049bb133111ebL;
        mixed = (mixed ^ mixed >>> 32 ^ destinationHigh ^ protocol) * 0xbf58476d1ce4e5b9L;
        return (int) (mixed >>> 32);
    }

    private void growWhenHalfFull() {
        if (2 * rows.size() > slots.length) {
            slots = new Row[2 * slots.length];
            rows.forEach(this::place);
        }
    }

    private void place(Row row) {
        takeFlow(row.flow);
        row.takeFlow(this);
        int mask = slots.length - 1;
        int at = hash() & mask;
        while (slots[at] != null) {
            at = at + 1 & mask;
        }
        slots[at] = row;
    }

    int size() {
        return rows.size();
    }

    /// Hands over all rows, in the order in which they began, and starts anew.
    void drain(Consumer<Row> sink) {
        if (rows.isEmpty()) {
            return;
        }
        rows.forEach(sink);
        logged.stream().forEach(page -> left.add(firstPage + page));
        logged.clear();
        firstPage += pages();
        rows.clear();
        slots = new Row[FIRST_SLOTS];
    }

    private int pages() {
        return Math.ceilDiv(rows.size(), FatePage.ROWS);
    }

    /// Hands over the pages on which rows changed or that left, since the last call.
    ///
    /// @param isKept the rows to hand over; to the others it does no harm to begin anew
    void drainChanged(Predicate<Row> isKept, TallySink sink) {
        left.forEach(page -> sink.put(page, null));
        left.clear();
        for (int page = 0; page < pages(); page++) {
            int from = page * FatePage.ROWS;
            List<Row> onPage = rows.subList(from, Math.min(rows.size(), from + FatePage.ROWS));
            List<Row> kept = onPage.stream().filter(isKept).toList();
            if (kept.stream().anyMatch(row -> row.changed)) {
                kept.forEach(row -> row.changed = false);
                logged.set(page);
                sink.put(firstPage + page, FatePage.write(kept));
            }
        }
    }

    /// Takes a page back that [#drainChanged] handed over; [#restored] follows the last one.
    void restore(long page, byte[] state) {
        restoring.put(page, FatePage.read(state));
    }

    /// Rows that were left out make pages shorter: all are put on new ones.
    void restored() {
        restoring.forEach((page, ofPage) -> {
            left.add(page);
            rows.addAll(ofPage);
        });
        firstPage = restoring.isEmpty() ? 0 : restoring.lastKey() + 1;
        restoring.clear();
        int length = FIRST_SLOTS;
        while (2 * rows.size() > length) {
            length *= 2;
        }
        slots = new Row[length];
        rows.forEach(row -> {
            row.changed = true;
            place(row);
        });
    }

    /// One device, flow, time and fate, or pair of fates.
    static final class Row {
        final long bucket;
        final String device;
        final FlowKey flow;
        final long firstNanos;
        Fate fate;

        /// Under the other rules; null if they are not compared.
        Fate otherFate;

        long packets;
        long bytes;

        private long sourceHigh;
        private long sourceLow;
        private long destinationHigh;
        private long destinationLow;
        private long ports;
        private int protocol;

        /// Null in a row that was restored, until its next packet; so is [#other].
        private DecisionNote decision;

        private DecisionNote other;
        private boolean changed;

        Row(long bucket, String device, FlowKey flow, long firstNanos) {
            this.bucket = bucket;
            this.device = device;
            this.flow = flow;
            this.firstNanos = firstNanos;
        }

        long startNanos(long bucketNanos) {
            return bucketNanos == Long.MAX_VALUE ? 0 : bucket * bucketNanos;
        }

        private void takeFlow(FateRows at) {
            sourceHigh = at.sourceHigh;
            sourceLow = at.sourceLow;
            destinationHigh = at.destinationHigh;
            destinationLow = at.destinationLow;
            ports = at.ports;
            protocol = at.protocol;
        }

        private boolean isOf(FateRows at, long bucket, String device) {
            return sourceLow == at.sourceLow
                    && destinationLow == at.destinationLow
                    && ports == at.ports
                    && protocol == at.protocol
                    && sourceHigh == at.sourceHigh
                    && destinationHigh == at.destinationHigh
                    && this.bucket == bucket
                    && this.device.equals(device);
        }

        /// @param otherNote null if other rules are not compared
        private boolean isOf(DecisionNote note, DecisionNote otherNote) {
            return fate.equals(note.fate())
                    && (otherNote == null || otherNote.fate().equals(otherFate));
        }

        private void take(DecisionNote note, DecisionNote otherNote) {
            decision = note;
            fate = note.fate();
            if (otherNote != null) {
                other = otherNote;
                otherFate = otherNote.fate();
            }
        }

        private boolean says(Decision decision, Decision other, boolean compares) {
            return this.decision != null
                    && this.decision.isOf(decision)
                    && (!compares || this.other.isOf(other));
        }
    }
}
