package headgate.capture.calibration;

import headgate.capture.afpacket.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Measures the costs of the receive path on this host.
///
/// One CPU sends frames through a [VethLink], another does the protocol work for them. The kernel
/// stamps each frame when that CPU takes it up (`netdev_tstamp_prequeue` 0); where a frame was
/// waiting already, the time since the one before is the work of one packet. [SlowFrames] ahead of
/// a burst see to it that they wait. Every cost is the median of what was seen; differences of
/// costs are differences of medians, round by round.
public final class Calibration {
    private static final int SMALL_BYTES = 60;
    private static final int LARGE_BYTES = 1514;

    private static final int BURST = 24;

    private static final int WARM_UP_BURSTS = 300;
    private static final int BURSTS_PER_ROUND = 50;

    /// Rest before a burst: the other CPU has gone idle, as it does between packets.
    private static final long REST_NANOS = 300_000L;

    private static final int ROUNDS = 20;
    private static final int RULES = 100;
    private static final int READ_BURST = 256;

    /// Packets of one run of one NAPI, and runs until ksoftirqd (RP-30).
    private static final int RUN = 64;

    private static final int LONG_BURST = 960;
    private static final int LONG_BURSTS = 60;
    private static final int FEWEST_HAND_OVERS = 10;

    /// Work beyond so many times the median was interrupted by other work of the host.
    private static final int INTERRUPTED = 10;

    private final VethLink link;
    private final Arena arena;
    private final Consumer<String> talk;
    private final BooleanSupplier stopped;
    private final List<CostFigure> figures = new ArrayList<>();
    private final int sender;
    private final SlowFrames slowFrames;

    private Calibration(VethLink link, Arena arena, Consumer<String> talk, BooleanSupplier stopped)
            throws IOException {
        this.link = link;
        this.arena = arena;
        this.talk = talk;
        this.stopped = stopped;
        this.sender = link.senderSocket();
        this.slowFrames = new SlowFrames(arena, link, sender);
    }

    /// Takes some seconds. What it makes is removed again also when it is stopped.
    ///
    /// @param talk is told what is being measured
    /// @param stopped ends it early
    /// @throws IOException with what is missing; also when it was stopped
    public static List<CostFigure> measure(Consumer<String> talk, BooleanSupplier stopped)
            throws IOException {
        if (!Files.isWritable(PrequeueStamps.SETTING)) {
            throw new IOException(
                    "needs root in the host's first network namespace: "
                            + PrequeueStamps.SETTING
                            + " cannot be written");
        }
        int[] cpus = allowedCpus();
        if (cpus.length < 2) {
            throw new IOException("needs two CPUs: one sends while the other receives");
        }
        var measured = new CompletableFuture<List<CostFigure>>();
        // A thread of its own: it is bound to one CPU, and what called this is not.
        Thread.ofPlatform()
                .start(() -> {
                    try {
                        measured.complete(measureOn(cpus, talk, stopped));
                    } catch (IOException | RuntimeException e) {
                        measured.completeExceptionally(e);
                    }
                });
        try {
            return measured.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
    }

    private static List<CostFigure> measureOn(
            int[] cpus, Consumer<String> talk, BooleanSupplier stopped) throws IOException {
        try (Arena arena = Arena.ofConfined();
                VethLink link = VethLink.open();
                var _ = PrequeueStamps.off(PrequeueStamps.SETTING, PrequeueStamps.KEPT)) {
            bindTo(arena, cpus[0]);
            link.steerTo(cpus[1]);
            var calibration = new Calibration(link, arena, talk, stopped);
            calibration.measureAll();
            return List.copyOf(calibration.figures);
        }
    }

    private static void bindTo(Arena arena, int cpu) throws IOException {
        MemorySegment set = arena.allocate(128, 8);
        set.set(ValueLayout.JAVA_BYTE, cpu / 8, (byte) (1 << cpu % 8));
        int returned = Libc.schedSetaffinity(set);
        if (returned < 0) {
            throw new IOException("binding to CPU " + cpu + ": " + Libc.strerror(returned));
        }
    }

    private void measureAll() throws IOException {
        var receiver = new StampedSocket(arena, link.receiverSocket(), 0);
        warmUp(receiver);
        measureWakeup(receiver);
        measurePacket(receiver);
        measureBytes(receiver);
        measureRules(receiver);
        measureHandOver(receiver);
        measureReader(receiver);
    }

    private void warmUp(StampedSocket receiver) throws IOException {
        talk.accept("warming up");
        var burst = new Burst(arena, sender, BURST, SMALL_BYTES, true);
        for (int i = 0; i < WARM_UP_BURSTS; i++) {
            burst.run(receiver);
            checkStopped();
        }
    }

    /// From the first frame's way into the queue until the other CPU, gone idle, takes it up.
    private void measureWakeup(StampedSocket receiver) throws IOException {
        talk.accept("wake-up");
        var burst = new Burst(arena, sender, BURST, SMALL_BYTES, true);
        var wakeups = new Samples();
        for (int i = 0; i < ROUNDS * BURSTS_PER_ROUND; i++) {
            burst.rest(REST_NANOS);
            burst.run(receiver);
            checkStopped();
            if (burst.stampNanos[0] > 0) {
                wakeups.add(Math.max(0, burst.stampNanos[0] - burst.firstQueuedNanos()));
            }
        }
        if (wakeups.size() == 0) {
            throw new IOException("no frame came through the link");
        }
        figures.add(wakeups.figure("wakeup_ns"));
    }

    /// The work of one small datagram, divided into the protocol layer's and the rest: that is what
    /// a frame takes that no protocol wants. The two are compared through a packet socket, whose
    /// own work their difference cancels.
    private void measurePacket(StampedSocket receiver) throws IOException {
        talk.accept("packets");
        var known = new Burst(arena, sender, BURST, SMALL_BYTES, true);
        var unknown = new Burst(arena, sender, BURST, SMALL_BYTES, false);
        long[] packet = new long[ROUNDS];
        long[] gap = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long whole = round(known, receiver);
            int socket = link.tapSocket();
            var tap = new StampedSocket(arena, socket, Burst.SEQUENCE);
            long protocols = round(known, tap) - round(unknown, tap);
            link.close(socket);
            receiver.drain();
            packet[round] = Math.clamp(protocols, 0, whole);
            gap[round] = whole - packet[round];
        }
        figures.add(CostFigure.of("packet_ns", packet));
        figures.add(CostFigure.of("gap_ns", gap));
    }

    private void measureBytes(StampedSocket receiver) throws IOException {
        talk.accept("bytes");
        var small = new Burst(arena, sender, BURST, SMALL_BYTES, true);
        var large = new Burst(arena, sender, BURST, LARGE_BYTES, true);
        figures.add(difference("byte_ps", small, large, receiver, LARGE_BYTES - SMALL_BYTES));
    }

    private CostFigure difference(
            String key, Burst less, Burst more, StampedSocket receiver, int units)
            throws IOException {
        long[] picos = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long with = round(more, receiver);
            long without = round(less, receiver);
            picos[round] = Math.max(0, (with - without) * 1000 / units);
        }
        return CostFigure.of(key, picos);
    }

    private void measureRules(StampedSocket receiver) throws IOException {
        talk.accept("rules of nftables");
        var burst = new Burst(arena, sender, BURST, SMALL_BYTES, true);
        try {
            link.setRules(RULES);
        } catch (IOException e) {
            talk.accept("nft_rule_ps is not measured: " + e.getMessage());
            return;
        }
        long[] with = new long[ROUNDS];
        long[] picos = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            with[round] = round(burst, receiver);
        }
        link.setRules(0);
        for (int round = 0; round < ROUNDS; round++) {
            long without = round(burst, receiver);
            picos[round] = Math.max(0, (with[round] - without) * 1000 / RULES);
        }
        figures.add(CostFigure.of("nft_rule_ps", picos));
    }

    /// The receiving program's own part: one `recvmsg` after another from a full queue.
    private void measureReader(StampedSocket receiver) throws IOException {
        talk.accept("reader");
        var burst = new Burst(arena, sender, READ_BURST, SMALL_BYTES, true);
        var nobody = new StampedSocket(arena, -1, 0);
        long[] perPacket = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            burst.run(nobody);
            long start = burst.now();
            int read = receiver.drain();
            perPacket[round] = (burst.now() - start) / Math.max(1, read);
            checkStopped();
        }
        figures.add(CostFigure.of("reader_ns", perPacket));
    }

    /// After ten runs the softirq hands over to ksoftirqd (RP-30, RP-31): in a long burst, one of
    /// the distances between runs is longer than the others by that.
    private void measureHandOver(StampedSocket receiver) throws IOException {
        talk.accept("ksoftirqd");
        var burst = new Burst(arena, sender, LONG_BURST, SMALL_BYTES, true);
        var handOvers = new Samples();
        try {
            link.setRules(RULES);
        } catch (IOException _) {
            talk.accept("ksoftirqd_ns is not measured: without nft no queue lasts that long");
            return;
        }
        for (int i = 0; i < LONG_BURSTS; i++) {
            burst.run(receiver);
            checkStopped();
            long longest = longestRunEnd(burst);
            if (longest > 0) {
                handOvers.add(longest);
            }
        }
        link.setRules(0);
        if (handOvers.size() < FEWEST_HAND_OVERS) {
            talk.accept(
                    "ksoftirqd_ns is not measured: %d of %d queues lasted ten runs, the CPUs are busy"
                            .formatted(handOvers.size(), LONG_BURSTS));
        } else {
            figures.add(handOvers.figure("ksoftirqd_ns"));
        }
    }

    /// How much longer than the median the longest distance between two runs was; 0 if the queue
    /// did not last, so that nobody knows where runs ended.
    private static long longestRunEnd(Burst burst) {
        var cycles = new Samples();
        long longest = 0;
        for (int i = 1; i < LONG_BURST; i++) {
            if (i > 1 && !burst.wasQueued(i) || burst.stampNanos[i] == 0) {
                return 0;
            }
            cycles.add(burst.cycleNanos(i));
            if (i % RUN == 0) {
                longest = Math.max(longest, burst.cycleNanos(i));
            }
        }
        return Math.max(0, longest - cycles.median());
    }

    /// The mean work of one packet over some bursts, without work that was interrupted.
    private long round(Burst burst, StampedSocket receiver) throws IOException {
        var cycles = new Samples();
        for (int i = 0; i < BURSTS_PER_ROUND; i++) {
            burst.rest(REST_NANOS);
            slowFrames.send();
            burst.run(receiver);
            checkStopped();
            for (int frame = 1; frame < burst.stampNanos.length; frame++) {
                if (burst.wasQueued(frame)) {
                    cycles.add(burst.cycleNanos(frame));
                }
            }
        }
        if (cycles.size() == 0) {
            throw new IOException(
                    "no frame had to wait for the receiving CPU: the sending one was kept from"
                            + " sending; is it busy with other work?");
        }
        return cycles.meanUpTo(INTERRUPTED * cycles.median());
    }

    private void checkStopped() throws IOException {
        if (stopped.getAsBoolean()) {
            throw new IOException("calibration was stopped");
        }
    }

    /// `Cpus_allowed_list`, see proc(5): those that this process may be bound to.
    private static int[] allowedCpus() throws IOException {
        String list =
                Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("Cpus_allowed_list:"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("");
        return Arrays.stream(list.split(","))
                .filter(part -> !part.isEmpty())
                .flatMapToInt(Calibration::range)
                .filter(cpu -> cpu < Long.SIZE)
                .toArray();
    }

    private static IntStream range(String part) {
        String[] ends = part.split("-");
        return IntStream.rangeClosed(
                Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
    }

    /// Numbers gathered one by one.
    private static final class Samples {
        private long[] values = new long[1024];
        private int count;

        void add(long value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }

        int size() {
            return count;
        }

        long median() {
            return figure("").value();
        }

        long meanUpTo(long most) {
            return Math.round(
                    Arrays.stream(values, 0, count).filter(v -> v <= most).average().orElseThrow());
        }

        CostFigure figure(String key) {
            return CostFigure.of(key, Arrays.copyOf(values, count));
        }
    }
}
