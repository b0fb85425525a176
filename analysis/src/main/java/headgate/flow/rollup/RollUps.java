package headgate.flow.rollup;

import headgate.flow.FlowRecord;
import headgate.flow.FlowStateSink;
import headgate.flow.join.FlowStep;
import headgate.flow.join.SideSums;
import headgate.flow.rollup.RollUp.Sums;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Rolls flows up over 10 seconds, a minute and an hour.
///
/// A step is spread evenly over the time that it is about. It goes into windows of 10 seconds;
/// these are told when time has come [RollUpSettings#graceNanos] past their end, and added to the
/// minute, and minutes to the hour. What comes later opens its window again, and is told as one
/// more roll-up of the same time: nothing is left out. Where one of N flows is captured, each
/// counts for N. One thread uses it.
public final class RollUps {
    /// Lengths in seconds, each a multiple of the one before.
    public static final List<Integer> SPANS = List.of(10, 60, 3600);

    /// A step over more windows than this counts in its last one: there was a pause in it.
    static final int MOST_SPREAD = 36;

    /// Most windows of one length that are open; beyond that the oldest is told early.
    static final int MOST_WINDOWS = 64;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final Dimension[] DIMENSIONS = Dimension.values();

    /// Times beyond this (the year 2200) do not occur; they would overflow.
    private static final long LAST_NANOS = 7_258_118_400L * SECOND_NANOS;

    /// One length: its open windows by start.
    private static final class Span {
        final int seconds;
        final TreeMap<Long, Window> windows = new TreeMap<>();
        long early;

        Span(int seconds) {
            this.seconds = seconds;
        }

        long nanos() {
            return seconds * SECOND_NANOS;
        }

        long startOf(long nanos) {
            return Math.floorDiv(nanos, nanos()) * nanos();
        }
    }

    /// What there was in some time.
    private static final class Window {
        final RollUpTable[] tables = new RollUpTable[DIMENSIONS.length];
        Sums total = Sums.NONE;
        final long dueNanos;
        boolean changed;
        boolean stored;

        Window(int rows, long dueNanos) {
            this.dueNanos = dueNanos;
            for (int i = 0; i < tables.length; i++) {
                tables[i] = new RollUpTable(rows);
            }
        }

        RollUpTable of(Dimension dimension) {
            return tables[dimension.ordinal()];
        }

        void add(Window finer) {
            for (int i = 0; i < tables.length; i++) {
                tables[i].add(finer.tables[i]);
            }
            total = total.plus(finer.total);
            changed = true;
        }
    }

    private final RollUpSettings settings;
    private final Consumer<RollUp> listener;
    private final List<Span> spans = SPANS.stream().map(Span::new).toList();
    private final List<byte[]> removed = new ArrayList<>();
    private long nowNanos = Long.MIN_VALUE;
    private long nextCloseNanos = Long.MAX_VALUE;
    private boolean timeChanged;
    private long late;
    private long unspread;

    public RollUps(RollUpSettings settings, Consumer<RollUp> listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /// Steps about a time that had been told already; they lead to further roll-ups of it.
    public long late() {
        return late;
    }

    /// Steps that counted whole in their last window, since they are about too many.
    public long unspread() {
        return unspread;
    }

    /// Windows that were told early, since too many were open.
    public long toldEarly() {
        return spans.stream().mapToLong(span -> span.early).sum();
    }

    /// Takes one step.
    public void add(FlowStep step) {
        if (step.packets() == 0 && !step.begins() && step.rttNanos() < 0) {
            return;
        }
        long to = Math.clamp(step.toNanos(), 0, LAST_NANOS);
        long from = Math.clamp(step.fromNanos(), 0, to);
        Span finest = spans.getFirst();
        long first = finest.startOf(from);
        long last = finest.startOf(to);
        if ((last - first) / finest.nanos() >= MOST_SPREAD) {
            unspread++;
            first = last;
            from = to;
        }
        if (isTold(first, finest)) {
            late++;
        }
        int sampling = step.flow().sampling();
        SideSums originatorDone = SideSums.NONE;
        SideSums responderDone = SideSums.NONE;
        for (long start = first; start <= last; start += finest.nanos()) {
            boolean whole = start == last;
            double share = whole ? 1 : (double) (start + finest.nanos() - from) / (to - from);
            SideSums originator = whole ? step.originator() : share(step.originator(), share);
            SideSums responder = whole ? step.responder() : share(step.responder(), share);
            add(
                    start,
                    step,
                    sums(originator, originatorDone, start == first && step.begins())
                            .times(sampling),
                    sums(responder, responderDone, false).times(sampling),
                    whole);
            originatorDone = originator;
            responderDone = responder;
        }
    }

    private static SideSums share(SideSums sums, double share) {
        return new SideSums(
                (long) (sums.packets() * share),
                (long) (sums.bytes() * share),
                0,
                (long) (sums.retransmissions() * share),
                0);
    }

    private static Sums sums(SideSums until, SideSums before, boolean begins) {
        return new Sums(
                begins ? 1 : 0,
                until.packets() - before.packets(),
                until.bytes() - before.bytes(),
                until.retransmissions() - before.retransmissions());
    }

    private boolean isTold(long start, Span span) {
        return nowNanos >= dueNanos(start, span);
    }

    private long dueNanos(long start, Span span) {
        return start + span.nanos() + settings.graceNanos();
    }

    private void add(long start, FlowStep step, Sums originator, Sums responder, boolean isLast) {
        Window window = window(spans.getFirst(), start);
        window.changed = true;
        window.total = window.total.plus(originator).plus(responder);
        long rtt = isLast ? step.rttNanos() : -1;
        FlowRecord flow = step.flow();
        addAddresses(window, flow, originator, responder, rtt);
        addNetworks(window, flow, originator, responder, rtt);
        var port = RollUpKey.ofPort(flow.protocol(), flow.responder().port());
        add(window.of(Dimension.PORT), port, originator, responder, rtt);
        var application = RollUpKey.ofApplication(flow.application());
        add(window.of(Dimension.APPLICATION), application, originator, responder, rtt);
    }

    private static void addAddresses(
            Window window, FlowRecord flow, Sums originator, Sums responder, long rtt) {
        var mine = flow.originator();
        var theirs = flow.responder();
        addBoth(
                window.of(Dimension.ADDRESS),
                RollUpKey.ofAddress(flow.ipVersion(), mine.addressHigh(), mine.addressLow()),
                RollUpKey.ofAddress(flow.ipVersion(), theirs.addressHigh(), theirs.addressLow()),
                originator,
                responder,
                rtt);
    }

    private void addNetworks(
            Window window, FlowRecord flow, Sums originator, Sums responder, long rtt) {
        int version = flow.ipVersion();
        Prefixes networks = settings.prefixes();
        long high = networks.high(version, flow.originator().addressHigh());
        long low = networks.low(version, flow.originator().addressLow());
        long otherHigh = networks.high(version, flow.responder().addressHigh());
        long otherLow = networks.low(version, flow.responder().addressLow());
        addBoth(
                window.of(Dimension.NETWORK),
                RollUpKey.ofAddress(version, high, low),
                RollUpKey.ofAddress(version, otherHigh, otherLow),
                originator,
                responder,
                rtt);
        int order = Long.compareUnsigned(high, otherHigh);
        boolean inOrder = order < 0 || order == 0 && Long.compareUnsigned(low, otherLow) <= 0;
        RollUpTable pairs = window.of(Dimension.NETWORK_PAIR);
        if (inOrder) {
            var pair = RollUpKey.ofPair(version, high, low, otherHigh, otherLow);
            add(pairs, pair, originator, responder, rtt);
        } else {
            var pair = RollUpKey.ofPair(version, otherHigh, otherLow, high, low);
            add(pairs, pair, responder, originator, rtt);
        }
    }

    /// What the originator sent, the responder received. The round trip counts to both, or once
    /// where they are the same.
    private static void addBoth(
            RollUpTable table,
            RollUpKey originatorKey,
            RollUpKey responderKey,
            Sums originator,
            Sums responder,
            long rtt) {
        add(table, originatorKey, originator, responder, rtt);
        add(
                table,
                responderKey,
                responder,
                originator,
                originatorKey.equals(responderKey) ? -1 : rtt);
    }

    private static void add(RollUpTable table, RollUpKey key, Sums sent, Sums received, long rtt) {
        table.add(key, sent, received);
        if (rtt >= 0) {
            table.addRtt(key, rtt);
        }
    }

    private Window window(Span span, long start) {
        Window window = span.windows.get(start);
        if (window == null) {
            if (span.windows.size() == MOST_WINDOWS) {
                span.early++;
                close(spans.indexOf(span), span.windows.firstKey());
            }
            // What is late gathers until the next 10 seconds are over.
            Span finest = spans.getFirst();
            long next = finest.startOf(Math.max(nowNanos, 0)) + finest.nanos();
            window = new Window(settings.rows(), Math.max(dueNanos(start, span), next));
            span.windows.put(start, window);
            nextCloseNanos = Math.min(nextCloseNanos, window.dueNanos);
        }
        return window;
    }

    /// Lets time reach `nanos`, and tells the windows that end by that. It never goes back.
    public void advanceTo(long nanos) {
        if (nanos <= nowNanos) {
            return;
        }
        nowNanos = Math.min(nanos, LAST_NANOS);
        timeChanged = true;
        if (nowNanos < nextCloseNanos) {
            return;
        }
        nextCloseNanos = Long.MAX_VALUE;
        for (int i = 0; i < spans.size(); i++) {
            for (long start : List.copyOf(spans.get(i).windows.keySet())) {
                Window window = spans.get(i).windows.get(start);
                if (window != null && window.dueNanos <= nowNanos) {
                    close(i, start);
                }
            }
        }
        for (Span span : spans) {
            for (Window window : span.windows.values()) {
                nextCloseNanos = Math.min(nextCloseNanos, window.dueNanos);
            }
        }
    }

    /// Tells every window, as nothing more is to come for now.
    public void closeAll() {
        for (int i = 0; i < spans.size(); i++) {
            while (!spans.get(i).windows.isEmpty()) {
                close(i, spans.get(i).windows.firstKey());
            }
        }
    }

    private void close(int number, long start) {
        Span span = spans.get(number);
        Window window = span.windows.remove(start);
        if (window.stored) {
            removed.add(key(number, start));
        }
        if (number + 1 < spans.size()) {
            Span longer = spans.get(number + 1);
            window(longer, longer.startOf(start)).add(window);
        }
        for (Dimension dimension : DIMENSIONS) {
            listener.accept(
                    window.of(dimension)
                            .tell(
                                    start,
                                    span.seconds,
                                    dimension,
                                    window.total,
                                    settings.prefixes()));
        }
    }

    // ---- Changelog ----

    private static final byte[] TIME_KEY = {};

    private static byte[] key(int span, long start) {
        return ByteBuffer.allocate(1 + Long.BYTES).put((byte) span).putLong(start).array();
    }

    /// Hands over what changed since the last call: a window whole.
    public void drainChanged(FlowStateSink sink) {
        removed.forEach(key -> sink.put(key, null));
        removed.clear();
        for (int i = 0; i < spans.size(); i++) {
            for (var entry : spans.get(i).windows.entrySet()) {
                Window window = entry.getValue();
                if (window.changed) {
                    window.changed = false;
                    window.stored = true;
                    sink.put(key(i, entry.getKey()), state(window));
                }
            }
        }
        if (timeChanged) {
            timeChanged = false;
            sink.put(TIME_KEY, ByteBuffer.allocate(Long.BYTES).putLong(nowNanos).array());
        }
    }

    private static byte[] state(Window window) {
        var bytes = new ByteArrayOutputStream(4096);
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(window.dueNanos);
            out.writeLong(window.total.flows());
            out.writeLong(window.total.packets());
            out.writeLong(window.total.bytes());
            out.writeLong(window.total.retransmissions());
            for (RollUpTable table : window.tables) {
                table.write(out);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /// Takes back an entry that [#drainChanged] handed over; in any order.
    public void restore(byte[] key, byte[] state) {
        var at = ByteBuffer.wrap(key);
        if (key.length == 0) {
            nowNanos = ByteBuffer.wrap(state).getLong();
            return;
        }
        Span span = spans.get(at.get());
        Window window;
        try (var in = new DataInputStream(new ByteArrayInputStream(state))) {
            window = new Window(settings.rows(), in.readLong());
            window.total = new Sums(in.readLong(), in.readLong(), in.readLong(), in.readLong());
            for (RollUpTable table : window.tables) {
                table.read(in);
            }
        } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
        }
        window.stored = true;
        nextCloseNanos = Math.min(nextCloseNanos, window.dueNanos);
        span.windows.put(at.getLong(), window);
    }
}
