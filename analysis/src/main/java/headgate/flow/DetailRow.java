package headgate.flow;

/// How the frames of one live flow follow each other, from its first one on: sizes, gaps, pauses,
/// bulks. For TCP, [TcpAnalysis] keeps more words behind these.
///
/// A flow gets a row with the second frame of a side: until then its [FlowRow] tells as much, and
/// [#replay] takes it over from there. Definitions are in `docs/flows.md`, D1 to D9.
///
/// ```
/// COUNTS      20 active stretches · 20 idle ones · 20 subflows · 1 begun · 1 responder began · 2 sides heard
/// LATEST      time of the latest frame
/// GAP         3 words of a spread
/// RUN         23 frames · 40 bytes · 1 responder: frames with payload of one side, one after the other
/// RUN_START, RUN_LAST   times of the first and last of these
/// ACTIVE_START          when the last pause of more than 5 s ended
/// ACTIVE, IDLE          3 words of a spread · sum
///
/// per side
/// FIRST, LAST           times of its frames
/// SIDE_GAP              3 words of a spread
/// LENGTHS               31 largest · 31 complement of the smallest
/// LENGTH_SQUARES        sum of squares, a double
/// DATA                  40 frames with payload · 24 bulks
/// BULK_PACKETS, BULK_BYTES, BULK_NANOS
///
/// spread: complement of the smallest · largest · sum of squares, a double
/// ```
final class DetailRow extends RowView {
    static final int COUNTS = 0;
    static final int LATEST = 1;
    static final int GAP = 2;
    static final int RUN = 5;
    static final int RUN_START = 6;
    static final int RUN_LAST = 7;
    static final int ACTIVE_START = 8;
    static final int ACTIVE = 9;
    static final int IDLE = 13;
    private static final int SIDES = 17;

    private static final int FIRST = SIDES;
    private static final int LAST = SIDES + 1;
    private static final int SIDE_GAP = SIDES + 2;
    private static final int LENGTHS = SIDES + 5;
    private static final int LENGTH_SQUARES = SIDES + 6;
    private static final int DATA = SIDES + 7;
    private static final int BULK_PACKETS = SIDES + 8;
    private static final int BULK_BYTES = SIDES + 9;
    private static final int BULK_NANOS = SIDES + 10;
    private static final int SIDE_LENGTH = 11;

    /// Of a flow that is not TCP.
    static final int LENGTH = SIDES + 2 * SIDE_LENGTH;

    /// Of a flow of TCP.
    static final int TCP_LENGTH = LENGTH + TcpAnalysis.LENGTH;

    private static final int SQUARES = 2;
    private static final int SUM = 3;

    // Bits of COUNTS.
    private static final int COUNT_BITS = 20;
    private static final int ACTIVE_SHIFT = 0;
    private static final int IDLE_SHIFT = 20;
    private static final int SUBFLOWS_SHIFT = 40;
    private static final long BEGUN = 1L << 60;
    private static final long RESPONDER_BEGAN = 1L << 61;
    private static final long HEARD = 1L << 62;

    // Bits of RUN.
    private static final int RUN_FRAMES_BITS = 23;
    private static final int RUN_BYTES_BITS = 40;
    private static final int RUN_SIDE_SHIFT = 63;

    private static final int DATA_BITS = 40;
    private static final int BULKS_BITS = 24;
    private static final int LENGTH_BITS = 31;

    /// CICFlowMeter's `clumpTimeout` of subflows and bulks.
    static final long SUBFLOW_GAP_NANOS = 1_000_000_000L;

    /// CICFlowMeter's `activityTimeout`.
    static final long IDLE_GAP_NANOS = 5_000_000_000L;

    /// CICFlowMeter's shortest bulk.
    static final int BULK_FRAMES = 4;

    private static int side(int word, int side) {
        return word + side * SIDE_LENGTH;
    }

    // ---- Counting ----

    /// Takes over the at most one frame of each side that the flow has had.
    void replay(FlowRow row) {
        int first = row.sideOfFirst();
        if (row.get(FlowRow.PACKETS + first) == 1) {
            count(first, row.get(FlowRow.FIRST), row.get(FlowRow.PAYLOAD_BYTES + first));
        }
        if (row.get(FlowRow.PACKETS + 1 - first) == 1) {
            count(1 - first, row.get(FlowRow.LAST), row.get(FlowRow.PAYLOAD_BYTES + 1 - first));
        }
    }

    /// Takes one frame.
    void count(int side, long nanos, long payload) {
        countGap(side, nanos);
        countGapOfSide(side, nanos);
        int length = (int) Math.min(payload, Integer.MAX_VALUE);
        int lengths = side(LENGTHS, side);
        long largest = Math.max(bits(lengths, 0, LENGTH_BITS), length);
        long smallest =
                Math.max(bits(lengths, LENGTH_BITS, LENGTH_BITS), Integer.MAX_VALUE - length);
        set(lengths, smallest << LENGTH_BITS | largest);
        addSquare(side(LENGTH_SQUARES, side), length);
        if (length > 0) {
            countUp(side(DATA, side), 0, DATA_BITS, 1);
            followRun(side, nanos, length);
        }
    }

    private void countGap(int side, long nanos) {
        if (!has(COUNTS, BEGUN)) {
            mark(COUNTS, BEGUN | (side == FlowRow.RESPONDER ? RESPONDER_BEGAN : 0));
            countUp(COUNTS, SUBFLOWS_SHIFT, COUNT_BITS, 1);
            set(LATEST, nanos);
            set(ACTIVE_START, nanos);
            return;
        }
        long gap = elapsed(get(LATEST), nanos);
        addToSpread(GAP, gap);
        if (gap > SUBFLOW_GAP_NANOS) {
            onPause(gap, nanos);
        }
        set(LATEST, get(LATEST) + gap);
    }

    private void onPause(long gap, long nanos) {
        countUp(COUNTS, SUBFLOWS_SHIFT, COUNT_BITS, 1);
        if (gap <= IDLE_GAP_NANOS) {
            return;
        }
        long active = get(LATEST) - get(ACTIVE_START);
        if (active > 0) {
            countUp(COUNTS, ACTIVE_SHIFT, COUNT_BITS, 1);
            addToSpread(ACTIVE, active);
            add(ACTIVE + SUM, active);
        }
        countUp(COUNTS, IDLE_SHIFT, COUNT_BITS, 1);
        addToSpread(IDLE, gap);
        add(IDLE + SUM, gap);
        set(ACTIVE_START, nanos);
    }

    private void countGapOfSide(int side, long nanos) {
        int last = side(LAST, side);
        if (!has(COUNTS, HEARD << side)) {
            mark(COUNTS, HEARD << side);
            set(side(FIRST, side), nanos);
            set(last, nanos);
            return;
        }
        long gap = elapsed(get(last), nanos);
        addToSpread(side(SIDE_GAP, side), gap);
        set(last, get(last) + gap);
    }

    private void followRun(int side, long nanos, int length) {
        long run = get(RUN);
        long frames = run & (1L << RUN_FRAMES_BITS) - 1;
        long sinceLast = elapsed(get(RUN_LAST), nanos);
        if (frames == 0 || (run >>> RUN_SIDE_SHIFT) != side || sinceLast > SUBFLOW_GAP_NANOS) {
            set(RUN, (long) side << RUN_SIDE_SHIFT | (long) length << RUN_FRAMES_BITS | 1);
            set(RUN_START, nanos);
            set(RUN_LAST, nanos);
            return;
        }
        frames = countUp(RUN, 0, RUN_FRAMES_BITS, 1);
        long bytes = countUp(RUN, RUN_FRAMES_BITS, RUN_BYTES_BITS, length);
        set(RUN_LAST, get(RUN_LAST) + sinceLast);
        if (frames == BULK_FRAMES) {
            countUp(side(DATA, side), DATA_BITS, BULKS_BITS, 1);
            addToBulk(side, BULK_FRAMES, bytes, get(RUN_LAST) - get(RUN_START));
        } else if (frames > BULK_FRAMES) {
            addToBulk(side, 1, length, sinceLast);
        }
    }

    private void addToBulk(int side, int frames, long bytes, long nanos) {
        add(side(BULK_PACKETS, side), frames);
        add(side(BULK_BYTES, side), bytes);
        add(side(BULK_NANOS, side), nanos);
    }

    /// Never negative, whatever the clock did: a frame that comes late adds no time.
    private static long elapsed(long from, long to) {
        return to > from ? Math.max(to - from, 0) : 0;
    }

    /// All words of a spread begin as 0: the smallest is kept as its complement.
    private void addToSpread(int at, long value) {
        set(at, Math.max(get(at), Long.MAX_VALUE - value));
        set(at + 1, Math.max(get(at + 1), value));
        addSquare(at + SQUARES, value);
    }

    private void addSquare(int word, double value) {
        set(word, Double.doubleToRawLongBits(Double.longBitsToDouble(get(word)) + value * value));
    }

    // ---- For records ----

    FlowDetail ofFlow(long packets) {
        long active = bits(COUNTS, ACTIVE_SHIFT, COUNT_BITS);
        long activeSum = get(ACTIVE + SUM);
        long idle = bits(COUNTS, IDLE_SHIFT, COUNT_BITS);
        int began = has(COUNTS, RESPONDER_BEGAN) ? FlowRow.RESPONDER : FlowRow.ORIGINATOR;
        long gaps = get(LATEST) - get(side(FIRST, began));
        return new FlowDetail(
                spread(GAP, packets - 1, gaps),
                withLastStretch(spread(ACTIVE, active, activeSum), activeSum),
                spread(IDLE, idle, get(IDLE + SUM)),
                bits(COUNTS, SUBFLOWS_SHIFT, COUNT_BITS));
    }

    /// The stretch that goes on until the record counts as well.
    private Spread withLastStretch(Spread active, long sum) {
        long last = get(LATEST) - get(ACTIVE_START);
        if (last <= 0) {
            return active;
        }
        double squares = Double.longBitsToDouble(get(ACTIVE + SQUARES)) + (double) last * last;
        return Spread.of(
                active.count() + 1,
                active.count() == 0 ? last : Math.min(active.min(), last),
                Math.max(active.max(), last),
                (double) sum + last,
                squares);
    }

    SideDetail ofSide(FlowRow row, int side, TcpDetail tcp) {
        long packets = row.get(FlowRow.PACKETS + side);
        int lengths = side(LENGTHS, side);
        return new SideDetail(
                get(side(FIRST, side)),
                get(side(LAST, side)),
                Spread.of(
                        packets,
                        Integer.MAX_VALUE - bits(lengths, LENGTH_BITS, LENGTH_BITS),
                        bits(lengths, 0, LENGTH_BITS),
                        row.get(FlowRow.PAYLOAD_BYTES + side),
                        Double.longBitsToDouble(get(side(LENGTH_SQUARES, side)))),
                spread(
                        side(SIDE_GAP, side),
                        packets - 1,
                        get(side(LAST, side)) - get(side(FIRST, side))),
                bits(side(DATA, side), 0, DATA_BITS),
                bits(side(DATA, side), DATA_BITS, BULKS_BITS),
                get(side(BULK_PACKETS, side)),
                get(side(BULK_BYTES, side)),
                get(side(BULK_NANOS, side)),
                tcp);
    }

    private Spread spread(int at, long count, double sum) {
        return Spread.of(
                count,
                Long.MAX_VALUE - get(at),
                get(at + 1),
                sum,
                Double.longBitsToDouble(get(at + SQUARES)));
    }
}
