package headgate.flow;

import headgate.packet.Frame;
import headgate.packet.TcpOptionsView;

/// Looks closer at the segments of a TCP connection that has a [DetailRow]: round trips, kinds of
/// retransmissions, repeated acknowledgments, closed windows. [TcpTracker] says what it knows of
/// each segment, before it takes the segment into its own row. Definitions are in `docs/flows.md`,
/// T1 to T9.
///
/// Words of the row, per side:
///
/// ```
/// FLAGS       32 PSH · 32 ACK
/// CONTROLS    16 each: SYN, FIN, RST, URG
/// OTHERS      16 ECE · 16 CWR · 16 keep-alives · 2 recovery · 1 pending has a time stamp · 1 pending
/// REPEATS     32 out of order · 32 duplicate acknowledgments that it sent
/// KINDS       22 fast · 21 by timeout · 21 spurious
/// ASK         16 window of its last segment · 16 duplicate acknowledgments in a row
///             · 32 where recovery ends
/// PENDING     32 end of the last segment sent again · 32 its time stamp
/// LAST_DATA   when it last sent something that takes sequence numbers
/// CLOSED_SINCE, CLOSED_NANOS   when it closed its window; how long it had it closed before
/// RTT         32 samples · 8 quarter octave of the first · 5 stride · 4 timed segments · 3 the first of them
/// RTT_MIN     complement of the shortest
/// RTT_MAX, RTT_SUM
/// SKETCH      4 words of 8 counters each, for quarters of an octave from 2 octaves below the first sample
/// TIMED       8 segments that were not acknowledged yet: 24 end · 40 time
/// ```
final class TcpAnalysis {
    private static final int SIDES = DetailRow.LENGTH;
    private static final int FLAGS = SIDES;
    private static final int CONTROLS = SIDES + 1;
    private static final int OTHERS = SIDES + 2;
    private static final int REPEATS = SIDES + 3;
    private static final int KINDS = SIDES + 4;
    private static final int ASK = SIDES + 5;
    private static final int PENDING = SIDES + 6;
    private static final int LAST_DATA = SIDES + 7;
    private static final int CLOSED_SINCE = SIDES + 8;
    private static final int CLOSED_NANOS = SIDES + 9;
    private static final int RTT = SIDES + 10;
    private static final int RTT_MIN = SIDES + 11;
    private static final int RTT_MAX = SIDES + 12;
    private static final int RTT_SUM = SIDES + 13;
    private static final int SKETCH = SIDES + 14;
    private static final int TIMED = SIDES + 18;

    /// How many segments of a side are timed at once.
    static final int MAX_TIMED = 8;

    private static final int SIDE_LENGTH = 18 + MAX_TIMED;

    /// Words that it needs, of both sides.
    static final int LENGTH = 2 * SIDE_LENGTH;

    private static final int FIN = TcpTracker.FIN;
    private static final int SYN = TcpTracker.SYN;
    private static final int RST = TcpTracker.RST;
    private static final int PSH = 0x008;
    private static final int ACK = TcpTracker.ACK;
    private static final int URG = 0x020;
    private static final int ECE = 0x040;
    private static final int CWR = 0x080;
    private static final int RARE = FIN | SYN | RST | URG | ECE | CWR;

    // Bits of OTHERS.
    private static final int KEEP_ALIVES_SHIFT = 32;
    private static final int RECOVERY_SHIFT = 48;
    private static final long PENDING_TIMED = 1L << 50;
    private static final long HAS_PENDING = 1L << 51;

    // Bits of KINDS.
    private static final int FAST_BITS = 22;
    private static final int TIMEOUT_SHIFT = 22;
    private static final int SPURIOUS_SHIFT = 43;
    private static final int KIND_BITS = 21;

    private static final int UNKNOWN = 0;
    private static final int FAST = 1;
    private static final int TIMEOUT = 2;

    // Bits of RTT.
    private static final int ANCHOR_SHIFT = 32;
    private static final int STRIDE_SHIFT = 40;
    private static final int TIMED_SHIFT = 45;
    private static final int HEAD_SHIFT = 49;

    private static final int END_BITS = 24;
    private static final int TIME_BITS = 40;
    private static final long TIME_MASK = (1L << TIME_BITS) - 1;

    private static final int BUCKETS = 32;
    private static final int BUCKETS_BELOW_FIRST = 8;
    private static final int COUNTER_BITS = 8;
    private static final int MAX_COUNTER = (1 << COUNTER_BITS) - 1;
    private static final long HALVES = 0x7f7f_7f7f_7f7f_7f7fL;

    /// 2^¼, 2^½, 2^¾, in units of 2^-31.
    private static final long[] QUARTERS = {0x9837_F052L, 0xB504_F334L, 0xD744_FCCBL};

    /// Duplicate acknowledgments that ask for a segment (RFC 5681 section 3.2).
    static final int ASKING = 3;

    /// Linux's `TCP_RTO_MIN`, the shortest retransmission timeout in wide use; RFC 6298 would have
    /// 1 s.
    static final long SHORTEST_TIMEOUT_NANOS = 200_000_000L;

    private final TcpOptionsView options = new TcpOptionsView();
    private DetailRow row;
    private int side;
    private int peer;
    private long nanos;

    private static int of(int word, int side) {
        return word + side * SIDE_LENGTH;
    }

    // ---- What the tracker says ----

    /// Takes over the at most one segment of each side that the flow has had.
    void replay(FlowRow flow) {
        row = flow.detail;
        int first = flow.sideOfFirst();
        replay(flow, first, flow.get(FlowRow.FIRST));
        replay(flow, 1 - first, flow.get(FlowRow.LAST));
    }

    private void replay(FlowRow flow, int side, long nanos) {
        if (flow.get(FlowRow.PACKETS + side) != 1) {
            return;
        }
        begin(flow.detail, side, TcpTracker.flagsSeen(flow, side), nanos);
        onWindow(flow.tcp.initialWindow(side), TcpTracker.zeroWindows(flow, side) > 0);
        row.setBits(of(ASK, side), 0, 16, flow.tcp.initialWindow(side));
        settleTimed(peer, TcpTracker.acknowledged(flow, peer));
        if (TcpTracker.takesNumbers(flow, side)) {
            onNewNumbers(TcpTracker.last(flow, side));
        }
    }

    /// A segment of `side` begins.
    void begin(DetailRow row, int side, int flags, long nanos) {
        this.row = row;
        this.side = side;
        this.peer = 1 - side;
        this.nanos = nanos;
        int word = of(FLAGS, side);
        if ((flags & PSH) != 0) {
            row.countUp(word, 0, 32, 1);
        }
        if ((flags & ACK) != 0) {
            row.countUp(word, 32, 32, 1);
        }
        if ((flags & RARE) != 0) {
            countRare(flags);
        }
    }

    private void countRare(int flags) {
        countIf(flags & SYN, CONTROLS, 0);
        countIf(flags & FIN, CONTROLS, 16);
        countIf(flags & RST, CONTROLS, 32);
        countIf(flags & URG, CONTROLS, 48);
        countIf(flags & ECE, OTHERS, 0);
        countIf(flags & CWR, OTHERS, 16);
    }

    private void countIf(int flag, int word, int shift) {
        if (flag != 0) {
            row.countUp(of(word, side), shift, 16, 1);
        }
    }

    /// The window that the segment offers.
    ///
    /// @param closes whether it counts as a zero window
    void onWindow(int window, boolean closes) {
        int since = of(CLOSED_SINCE, side);
        if (closes) {
            if (row.get(since) == 0) {
                row.set(since, nanos);
            }
        } else if (window != 0 && row.get(since) != 0) {
            row.add(of(CLOSED_NANOS, side), Math.max(nanos - row.get(since), 0));
            row.set(since, 0);
        }
    }

    void onKeepAlive() {
        row.countUp(of(OTHERS, side), KEEP_ALIVES_SHIFT, 16, 1);
    }

    /// The segment acknowledges.
    ///
    /// @param acknowledged what was acknowledged before
    /// @param last the highest number that the peer has used
    /// @param pure whether it carries nothing, and neither SYN, FIN nor RST
    void onAcknowledgment(Frame frame, int acknowledged, int last, boolean pure) {
        int acknowledgment = frame.acknowledgmentNumber();
        int ahead = acknowledgment - acknowledged;
        int ask = of(ASK, side);
        if (ahead > 0) {
            settleTimed(peer, acknowledgment);
            row.setBits(ask, 16, 16, 0);
            int recoveryEnd = (int) (row.get(of(ASK, peer)) >>> 32);
            if (recovery(peer) != UNKNOWN && acknowledgment - recoveryEnd >= 0) {
                setRecovery(peer, UNKNOWN);
            }
        } else if (ahead == 0
                && pure
                && last - acknowledged > 0
                && row.bits(ask, 0, 16) == frame.window()) {
            row.countUp(of(REPEATS, side), 32, 32, 1);
            row.countUp(ask, 16, 16, 1);
        }
        row.setBits(ask, 0, 16, frame.window());
        if (row.has(of(OTHERS, peer), HAS_PENDING)) {
            judgePending(frame, acknowledged);
        }
    }

    /// The segment takes numbers up to `end` that were not used before.
    void onNewNumbers(int end) {
        row.set(of(LAST_DATA, side), nanos);
        int rtt = of(RTT, side);
        int count = (int) row.bits(rtt, TIMED_SHIFT, 4);
        if (count < MAX_TIMED) {
            int head = (int) row.bits(rtt, HEAD_SHIFT, 3);
            int at = of(TIMED, side) + (head + count) % MAX_TIMED;
            row.set(at, nanos << END_BITS | end & (1 << END_BITS) - 1);
            row.setBits(rtt, TIMED_SHIFT, 4, count + 1L);
        }
    }

    /// The segment begins another numbering.
    void forgetTimed() {
        row.setBits(of(RTT, side), TIMED_SHIFT, 4, 0);
    }

    /// The segment takes numbers from `first` that were used before: whatever was sent from there
    /// on cannot be timed any more (Karn and Partridge 1987), since an acknowledgment may answer
    /// either, or has waited for it.
    void onUsedNumbers(int first) {
        int rtt = of(RTT, side);
        int head = (int) row.bits(rtt, HEAD_SHIFT, 3);
        int count = (int) row.bits(rtt, TIMED_SHIFT, 4);
        while (count > 0 && after(timed(side, head + count - 1), first) > 0) {
            count--;
        }
        row.setBits(rtt, TIMED_SHIFT, 4, count);
    }

    /// A segment with payload brought nothing but numbers that were used before.
    ///
    /// @param acknowledged what the peer had acknowledged
    /// @param last the highest number used
    /// @param fillsHole whether some of it was not seen before
    void onRepeat(Frame frame, int first, int end, int acknowledged, int last, boolean fillsHole) {
        if (fillsHole) {
            row.countUp(of(REPEATS, side), 0, 32, 1);
        }
        boolean asked = row.bits(of(ASK, peer), 16, 16) >= ASKING && first - acknowledged == 0;
        long lastData = row.get(of(LAST_DATA, side));
        boolean silent = lastData != 0 && nanos - lastData >= SHORTEST_TIMEOUT_NANOS;
        if (asked || silent) {
            setRecovery(side, asked ? FAST : TIMEOUT);
            row.setBits(of(ASK, side), 32, 32, last);
        }
        switch (recovery(side)) {
            case FAST -> row.countUp(of(KINDS, side), 0, FAST_BITS, 1);
            case TIMEOUT -> row.countUp(of(KINDS, side), TIMEOUT_SHIFT, KIND_BITS, 1);
            default -> {}
        }
        row.set(of(LAST_DATA, side), nanos);
        if (end - acknowledged <= 0) {
            countSpurious(side);
        } else {
            row.set(
                    of(PENDING, side),
                    (long) frame.timestampValue() << 32 | Integer.toUnsignedLong(end));
            row.mark(of(OTHERS, side), HAS_PENDING | (frame.hasTimestamps() ? PENDING_TIMED : 0));
        }
    }

    // ---- Retransmissions ----

    private int recovery(int side) {
        return (int) row.bits(of(OTHERS, side), RECOVERY_SHIFT, 2);
    }

    private void setRecovery(int side, int kind) {
        row.setBits(of(OTHERS, side), RECOVERY_SHIFT, 2, kind);
    }

    private void countSpurious(int side) {
        row.countUp(of(KINDS, side), SPURIOUS_SHIFT, KIND_BITS, 1);
        row.unmark(of(OTHERS, side), HAS_PENDING | PENDING_TIMED);
    }

    /// Whether the acknowledgment shows that the peer's last retransmission was not needed: by the
    /// echo of a time stamp older than its own (RFC 3522), or by telling of a duplicate (RFC 2883).
    private void judgePending(Frame frame, int acknowledged) {
        long pending = row.get(of(PENDING, peer));
        int end = (int) pending;
        boolean first = end - acknowledged > 0 && end - frame.acknowledgmentNumber() <= 0;
        boolean echoes =
                first
                        && frame.hasTimestamps()
                        && row.has(of(OTHERS, peer), PENDING_TIMED)
                        && frame.timestampEchoReply() - (int) (pending >>> 32) < 0;
        if (echoes || tellsOfDuplicate(frame, end)) {
            countSpurious(peer);
        } else if (first) {
            // The time stamp has told what it can; a duplicate may still be told of.
            row.unmark(of(OTHERS, peer), PENDING_TIMED);
        }
    }

    private boolean tellsOfDuplicate(Frame frame, int end) {
        if (!placeOptions(frame)) {
            return false;
        }
        while (options.next()) {
            if (options.isSack()) {
                int left = options.sackLeftEdge(0);
                int right = options.sackRightEdge(0);
                boolean duplicate = right - frame.acknowledgmentNumber() <= 0 || isInSecondBlock();
                return duplicate && end - left > 0 && end - right <= 0;
            }
        }
        return false;
    }

    private boolean isInSecondBlock() {
        return options.sackBlocks() > 1
                && options.sackLeftEdge(0) - options.sackLeftEdge(1) >= 0
                && options.sackRightEdge(0) - options.sackRightEdge(1) <= 0;
    }

    /// False if there are none, or not all of them were captured.
    private boolean placeOptions(Frame frame) {
        int from = frame.transportOffset + TcpTracker.HEADER_LENGTH;
        int to = frame.transportOffset + frame.tcpHeaderLength();
        if (frame.transportOffset < 0 || to <= from || to > frame.lengthCaptured) {
            return false;
        }
        options.wrap(frame.bytes, frame.start + from, frame.start + to);
        return true;
    }

    // ---- Round trips ----

    private long timed(int side, int index) {
        return row.get(of(TIMED, side) + index % MAX_TIMED);
    }

    /// How far the end of a timed segment lies after a number.
    private static int after(long timed, int number) {
        int shift = Integer.SIZE - END_BITS;
        return ((int) timed - number) << shift >> shift;
    }

    /// Forgets the segments that an acknowledgment covers. If it is exactly that of the last one,
    /// it was sent for it.
    private void settleTimed(int side, int acknowledgment) {
        int rtt = of(RTT, side);
        int count = (int) row.bits(rtt, TIMED_SHIFT, 4);
        int head = (int) row.bits(rtt, HEAD_SHIFT, 3);
        int behind = -1;
        long last = 0;
        while (count > 0) {
            int distance = after(timed(side, head), acknowledgment);
            if (distance > 0) {
                break;
            }
            behind = distance;
            last = timed(side, head);
            head = (head + 1) % MAX_TIMED;
            count--;
        }
        row.setBits(rtt, TIMED_SHIFT, 4, count);
        row.setBits(rtt, HEAD_SHIFT, 3, head);
        if (behind == 0) {
            long elapsed = nanos - (last >>> END_BITS) & TIME_MASK;
            if (elapsed >>> TIME_BITS - 1 == 0) {
                addSample(side, elapsed);
            }
        }
    }

    private void addSample(int side, long elapsed) {
        int rtt = of(RTT, side);
        long samples = row.bits(rtt, 0, 32);
        int quarter = quarterOctave(elapsed);
        if (samples == 0) {
            row.setBits(rtt, ANCHOR_SHIFT, 8, quarter);
        }
        row.countUp(rtt, 0, 32, 1);
        row.set(of(RTT_MIN, side), Math.max(row.get(of(RTT_MIN, side)), Long.MAX_VALUE - elapsed));
        row.set(of(RTT_MAX, side), Math.max(row.get(of(RTT_MAX, side)), elapsed));
        row.add(of(RTT_SUM, side), elapsed);
        int stride = (int) row.bits(rtt, STRIDE_SHIFT, 5);
        if ((samples & (1L << stride) - 1) == 0) {
            countInSketch(side, quarter);
        }
    }

    private void countInSketch(int side, int quarter) {
        int rtt = of(RTT, side);
        int anchor = (int) row.bits(rtt, ANCHOR_SHIFT, 8);
        int bucket = Math.clamp(quarter - anchor + BUCKETS_BELOW_FIRST, 0, BUCKETS - 1);
        int word = of(SKETCH, side) + bucket / COUNTER_BITS;
        long count = row.countUp(word, bucket % COUNTER_BITS * COUNTER_BITS, COUNTER_BITS, 1);
        if (count == MAX_COUNTER) {
            // From here on one of twice as many samples counts, and so do those before.
            for (int i = 0; i < BUCKETS / COUNTER_BITS; i++) {
                int each = of(SKETCH, side) + i;
                row.set(each, row.get(each) >>> 1 & HALVES);
            }
            row.countUp(rtt, STRIDE_SHIFT, 5, 1);
        }
    }

    /// Four times the logarithm to the base of 2, rounded down.
    static int quarterOctave(long value) {
        long number = Math.max(value, 1);
        int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(number);
        long fraction = number << Long.numberOfLeadingZeros(number) >>> 32;
        int quarter = 0;
        for (long limit : QUARTERS) {
            if (fraction >= limit) {
                quarter++;
            }
        }
        return 4 * octave + quarter;
    }

    // ---- For records ----

    static TcpDetail ofSide(FlowRow flow, int side) {
        DetailRow row = flow.detail;
        long closed = row.get(of(CLOSED_NANOS, side));
        long since = row.get(of(CLOSED_SINCE, side));
        if (since != 0) {
            closed += Math.max(flow.get(FlowRow.LAST) - since, 0);
        }
        return new TcpDetail(
                flow.tcp.initialWindow(side),
                row.bits(of(CONTROLS, side), 16, 16),
                row.bits(of(CONTROLS, side), 0, 16),
                row.bits(of(CONTROLS, side), 32, 16),
                row.bits(of(FLAGS, side), 0, 32),
                row.bits(of(FLAGS, side), 32, 32),
                row.bits(of(CONTROLS, side), 48, 16),
                row.bits(of(OTHERS, side), 0, 16),
                row.bits(of(OTHERS, side), 16, 16),
                row.bits(of(REPEATS, side), 0, 32),
                row.bits(of(KINDS, side), 0, FAST_BITS),
                row.bits(of(KINDS, side), TIMEOUT_SHIFT, KIND_BITS),
                row.bits(of(KINDS, side), SPURIOUS_SHIFT, KIND_BITS),
                row.bits(of(REPEATS, side), 32, 32),
                row.bits(of(OTHERS, side), KEEP_ALIVES_SHIFT, 16),
                closed,
                roundTrips(row, side));
    }

    private static RoundTrips roundTrips(DetailRow row, int side) {
        long samples = row.bits(of(RTT, side), 0, 32);
        if (samples == 0) {
            return null;
        }
        return new RoundTrips(
                samples,
                Long.MAX_VALUE - row.get(of(RTT_MIN, side)),
                row.get(of(RTT_SUM, side)) / samples,
                percentile(row, side, 50),
                percentile(row, side, 95),
                row.get(of(RTT_MAX, side)));
    }

    /// By nearest rank; the middle of the bucket that has it, but no more than the longest and no
    /// less than the shortest.
    private static long percentile(DetailRow row, int side, int percent) {
        long total = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            total += counted(row, side, bucket);
        }
        long rank = Math.ceilDiv(total * percent, 100);
        int bucket = 0;
        for (long below = counted(row, side, 0); below < rank; bucket++) {
            below += counted(row, side, bucket + 1);
        }
        long anchor = row.bits(of(RTT, side), ANCHOR_SHIFT, 8);
        double middle = Math.pow(2, (anchor + bucket - BUCKETS_BELOW_FIRST + 0.5) / 4);
        return Math.clamp(
                Math.round(middle),
                Long.MAX_VALUE - row.get(of(RTT_MIN, side)),
                row.get(of(RTT_MAX, side)));
    }

    private static long counted(DetailRow row, int side, int bucket) {
        return row.bits(
                of(SKETCH, side) + bucket / COUNTER_BITS,
                bucket % COUNTER_BITS * COUNTER_BITS,
                COUNTER_BITS);
    }
}
