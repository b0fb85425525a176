package headgate.streams;

import headgate.finding.Finding;
import headgate.finding.Finding.Severity;
import headgate.schema.Ledger;
import headgate.schema.Measured;
import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.SoftnetStat;
import headgate.softnet.StageStats;
import headgate.softnet.WaitQuantiles;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What the host of one capture point measured, beside what the model of it as it is says: told
/// second by second, and compared over [#WINDOW_NANOS].
///
/// The two part if the shares of packets that a stage drops differ by more than [#MOST_DIFFERENCE]
/// and by more than chance makes them (three standard errors), with [#LEAST_PACKETS] packets or
/// more.
///
/// Of the host as it is only the queue layer is known. What its capture socket drops is compared
/// with the one modelled profile that has a tap, if there is one.
final class MeasuredPath {
    /// Under which name path statistics file what was measured.
    static final String MEASURED = "measured";

    static final long WINDOW_NANOS = 10_000_000_000L;

    /// A percentage point.
    static final double MOST_DIFFERENCE = 0.01;

    static final long LEAST_PACKETS = 1_000;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final double STANDARD_ERRORS = 3;

    /// From this share of packets on that only the host has seen, people are told.
    private static final double MUCH_UNSEEN = 0.1;

    private static final String TAP = "tap";
    private static final List<String> STAGES = List.of("ring", "backlog", TAP);

    /// Takes what there is to tell.
    interface Listener {
        void onMeasured(PathStats measured);

        void onFinding(Finding finding);
    }

    /// Waits until the model has come to its time.
    private Measured pending;

    private Measured latest;
    private Measured windowStart;

    private String capturing = "";

    // What the model says of the window so far.
    private long offered;
    private long timeSqueeze;
    private final long[] stageOffered = new long[STAGES.size()];
    private final long[] stageDropped = new long[STAGES.size()];

    /// What the host counted has come; it is looked at when the model is as far.
    void take(Measured measured) {
        if (latest != null && !latest.isSameRun(measured)) {
            latest = windowStart = null;
        }
        pending = measured;
    }

    /// The profile whose tap stands for the agent's capture socket; empty if there is none.
    void compareCaptureWith(String profile) {
        capturing = profile;
    }

    /// A second of a modelled profile was told.
    void onModelled(PathStats stats) {
        if (windowStart == null || stats.startNanos() < secondOf(windowStart)) {
            return;
        }
        boolean isHost = stats.profile().equals(Host.AS_IT_IS);
        if (isHost) {
            offered += stats.offered();
            timeSqueeze += stats.timeSqueeze();
        }
        for (StageStats stage : stats.stages()) {
            boolean isTap = stage.stage().equals(TAP);
            if (isTap ? stats.profile().equals(capturing) : isHost) {
                add(stage);
            }
        }
    }

    private void add(StageStats stage) {
        int number = STAGES.indexOf(stage.stage());
        if (number >= 0) {
            stageOffered[number] += stage.offered();
            stageDropped[number] += stage.droppedPackets();
        }
    }

    /// The model has told everything before that time.
    void onTime(String agent, String capturePoint, long nanos, Listener listener) {
        if (pending == null || nanos < secondOf(pending)) {
            return;
        }
        Measured now = pending;
        pending = null;
        if (latest != null) {
            PathStats second = stats(latest, now);
            if (second.offered() > 0) {
                listener.onMeasured(second);
            }
        }
        latest = now;
        if (windowStart == null) {
            begin(now);
        } else if (secondOf(now) - secondOf(windowStart) >= WINDOW_NANOS) {
            compare(agent, capturePoint, stats(windowStart, now), listener);
            begin(now);
        }
    }

    private void begin(Measured now) {
        windowStart = now;
        offered = timeSqueeze = 0;
        for (int i = 0; i < STAGES.size(); i++) {
            stageOffered[i] = stageDropped[i] = 0;
        }
    }

    /// The agent reads its counters as a second begins, or a little later.
    static long secondOf(Measured measured) {
        return Math.floorDiv(measured.atNanos(), SECOND_NANOS) * SECOND_NANOS;
    }

    /// What was counted between two readings, in the words of the model. Offered, delivered and
    /// dropped are those of the host; its capture socket sees what passes a filter, and also what
    /// the host sends.
    private static PathStats stats(Measured from, Measured to) {
        long received = to.nic().received() - from.nic().received();
        long missed = to.nic().missed() - from.nic().missed();
        SoftnetStat before = sum(from.cpus());
        SoftnetStat after = sum(to.cpus());
        long processed = after.processed() - before.processed();
        long dropped = after.dropped() - before.dropped();
        int queued = after.inputQlen();
        // PACKET_STATISTICS counts what the socket dropped among what it received.
        long captured = to.socket().received() - from.socket().received();
        long uncaptured = to.socket().dropped() - from.socket().dropped();
        return new PathStats(
                MEASURED,
                from.atNanos(),
                to.atNanos(),
                received + missed,
                received - Math.min(received, dropped),
                missed + dropped,
                queued,
                List.of(
                        stage("ring", received, DropReason.RX_MISSED_ERRORS, missed, 0),
                        stage("backlog", processed, DropReason.CPU_BACKLOG, dropped, queued),
                        stage(
                                TAP,
                                Math.max(0, captured - uncaptured),
                                DropReason.PACKET_SOCK_ERROR,
                                uncaptured,
                                0)),
                WaitQuantiles.NONE,
                0,
                processed,
                0,
                0,
                after.timeSqueeze() - before.timeSqueeze(),
                after.receivedRps() - before.receivedRps(),
                after.flowLimitCount() - before.flowLimitCount(),
                0,
                0,
                0,
                0,
                0);
    }

    private static StageStats stage(
            String name, long delivered, DropReason reason, long dropped, int queued) {
        return new StageStats(
                name,
                -1,
                delivered + dropped,
                delivered,
                dropped > 0 ? Map.of(reason, dropped) : Map.of(),
                queued,
                queued,
                queued,
                WaitQuantiles.NONE);
    }

    private static SoftnetStat sum(List<SoftnetStat> rows) {
        long[] sums = new long[6];
        for (SoftnetStat row : rows) {
            sums[0] += row.processed();
            sums[1] += row.dropped();
            sums[2] += row.timeSqueeze();
            sums[3] += row.receivedRps();
            sums[4] += row.flowLimitCount();
            sums[5] += row.inputQlen();
        }
        return new SoftnetStat(0, sums[0], sums[1], sums[2], sums[3], sums[4], (int) sums[5], 0);
    }

    private void compare(String agent, String capturePoint, PathStats measured, Listener listener) {
        double worst = 0;
        int worstStage = 0;
        for (int i = 0; i < STAGES.size(); i++) {
            StageStats stage = measured.stages().get(i);
            double difference = share(stage.droppedPackets(), stage.offered()) - modelled(i);
            if (parts(stage, i, difference) && Math.abs(difference) > Math.abs(worst)) {
                worst = difference;
                worstStage = i;
            }
        }
        if (worst != 0) {
            listener.onFinding(finding(agent, capturePoint, measured, worst, worstStage));
        }
    }

    private double modelled(int stage) {
        return share(stageDropped[stage], stageOffered[stage]);
    }

    private boolean parts(StageStats measured, int stage, double difference) {
        long n = Math.min(measured.offered(), stageOffered[stage]);
        if (n < LEAST_PACKETS) {
            return false;
        }
        double p = (share(measured.droppedPackets(), measured.offered()) + modelled(stage)) / 2;
        double chance = STANDARD_ERRORS * Math.sqrt(2 * p * (1 - p) / n);
        return Math.abs(difference) > Math.max(MOST_DIFFERENCE, chance);
    }

    private Finding finding(
            String agent, String capturePoint, PathStats measured, double worst, int worstStage) {
        var evidence = new ArrayList<String>();
        for (int i = 0; i < STAGES.size(); i++) {
            StageStats stage = measured.stages().get(i);
            if (stage.offered() > 0 || stageOffered[i] > 0) {
                evidence.add(
                        "%s: measured %d of %d packets dropped, modelled %d of %d"
                                .formatted(
                                        STAGES.get(i),
                                        stage.droppedPackets(),
                                        stage.offered(),
                                        stageDropped[i],
                                        stageOffered[i]));
            }
        }
        evidence.add(
                "time_squeeze: measured %d, modelled %d"
                        .formatted(measured.timeSqueeze(), timeSqueeze));
        long host = measured.stages().get(1).offered();
        boolean unseen = host - offered > MUCH_UNSEEN * host;
        if (unseen) {
            evidence.add(
                    "the host's queue layer took %d packets, %d of them arrived at this capture"
                                    .formatted(host, offered)
                            + " point");
        }
        boolean isTap = STAGES.get(worstStage).equals(TAP);
        long packets = Math.round(Math.abs(worst) * measured.stages().get(worstStage).offered());
        return new Finding(
                "path-model-parts",
                Severity.WARNING,
                agent,
                capturePoint,
                measured.startNanos(),
                measured.endNanos(),
                packets,
                String.format(
                        Locale.ROOT,
                        "the %s drops %.1f points %s of its packets than the model of it says",
                        isTap ? "capture socket" : "host",
                        100 * Math.abs(worst),
                        worst > 0 ? "more" : "less"),
                evidence,
                isTap ? captureAdvice(worst) : advice(worst, unseen));
    }

    private static String captureAdvice(double worst) {
        return worst > 0
                ? "The agent takes longer for a packet than reader_ns of the profile says, or waits for"
                        + " its CPU: give it a larger ring or a CPU of its own, and measure reader_ns with"
                        + " `headgate path --calibrate`."
                : "The agent takes less time for a packet than reader_ns of the profile says: measure it"
                        + " with `headgate path --calibrate`.";
    }

    private static String advice(double worst, boolean unseen) {
        if (unseen) {
            return "Capture on all interfaces that share these CPUs: the model knows no other traffic.";
        }
        return worst > 0
                ? "The host takes longer for a packet than the model thinks, or does other work on these"
                        + " CPUs: measure its costs with `headgate path --calibrate`."
                : "The host takes less time for a packet than the model thinks: measure its costs with"
                        + " `headgate path --calibrate`.";
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    void save(DataOutput out) throws IOException {
        save(out, pending);
        save(out, latest);
        save(out, windowStart);
        out.writeUTF(capturing);
        out.writeLong(offered);
        out.writeLong(timeSqueeze);
        for (int i = 0; i < STAGES.size(); i++) {
            out.writeLong(stageOffered[i]);
            out.writeLong(stageDropped[i]);
        }
    }

    /// @throws IOException if this is not what [#save] wrote
    static MeasuredPath restore(DataInput in) throws IOException {
        var path = new MeasuredPath();
        path.pending = restoreMeasured(in);
        path.latest = restoreMeasured(in);
        path.windowStart = restoreMeasured(in);
        path.capturing = in.readUTF();
        path.offered = in.readLong();
        path.timeSqueeze = in.readLong();
        for (int i = 0; i < STAGES.size(); i++) {
            path.stageOffered[i] = in.readLong();
            path.stageDropped[i] = in.readLong();
        }
        return path;
    }

    /// Only what [#stats] makes use of: the sums over all CPUs.
    static void save(DataOutput out, Measured measured) throws IOException {
        out.writeBoolean(measured != null);
        if (measured == null) {
            return;
        }
        SoftnetStat cpus = sum(measured.cpus());
        long[] values = {
            measured.startedNanos(),
            measured.atNanos(),
            measured.nic().received(),
            measured.nic().missed(),
            measured.socket().received(),
            measured.socket().dropped(),
            cpus.processed(),
            cpus.dropped(),
            cpus.timeSqueeze(),
            cpus.receivedRps(),
            cpus.flowLimitCount(),
            cpus.inputQlen()
        };
        for (long value : values) {
            out.writeLong(value);
        }
    }

    /// What [#save(DataOutput, Measured)] wrote; null if that was null.
    static Measured restoreMeasured(DataInput in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        long started = in.readLong();
        long at = in.readLong();
        var nic = new Ledger.Nic(in.readLong(), in.readLong(), 0, 0);
        var socket = new Ledger.Source(in.readLong(), in.readLong(), 0, 0);
        var cpus =
                new SoftnetStat(
                        0,
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        (int) in.readLong(),
                        0);
        return new Measured(started, at, nic, List.of(cpus), socket);
    }
}
