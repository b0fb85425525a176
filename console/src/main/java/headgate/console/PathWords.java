package headgate.console;

import headgate.softnet.DropReason;
import headgate.softnet.NetInterface;
import headgate.softnet.PathStats;
import headgate.softnet.SoftnetProfile;
import headgate.softnet.StageStats;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What the figures of `headgate path` mean, in sentences.
final class PathWords {
    /// Above this share of its time, a CPU is what limits.
    private static final double BUSY = 0.9;

    private PathWords() {}

    /// What limits this traffic first.
    static String firstLimit(PathRun run) {
        PathStats stats = run.stats();
        PathRun.FirstDrop first = run.firstDrop();
        if (first == null) {
            return "nothing is dropped; next limit: " + nextLimit(run);
        }
        return format(
                "first limit: %s, %s after the start; %s",
                placeOf(run, first),
                TimeSpan.format(first.sinceStartNanos()),
                demand(run, first, stats));
    }

    private static String placeOf(PathRun run, PathRun.FirstDrop first) {
        String limit = limitOf(run.profile(), first.reason());
        return switch (first.reason()) {
            case CPU_BACKLOG ->
                    (run.stats().flowLimitCount() == run.stats().dropped()
                                    ? "the flow limit on the input queue of CPU "
                                    : "the input queue of CPU ")
                            + first.cpu()
                            + limit;
            default -> "the " + stageOf(run.stats(), first.reason()) + limit;
        };
    }

    /// The setting that bounds the queue which refuses for that reason.
    private static String limitOf(SoftnetProfile profile, DropReason reason) {
        return switch (reason) {
            case CPU_BACKLOG ->
                    " (netdev_max_backlog " + profile.sysctls().netdevMaxBacklog() + ")";
            case RX_MISSED_ERRORS -> " (ring " + rings(profile) + ")";
            case PACKET_SOCK_ERROR, CAPTURE_BUFFER ->
                    " (" + profile.tap().kind().word() + ", " + reason + ")";
            default -> " (" + reason + ")";
        };
    }

    private static String rings(SoftnetProfile profile) {
        List<NetInterface> withRings =
                profile.netInterfaces().stream().filter(it -> it.nic().hasRings()).toList();
        boolean isOne = withRings.stream().mapToInt(it -> it.nic().ring()).distinct().count() == 1;
        return isOne
                ? Integer.toString(withRings.getFirst().nic().ring())
                : withRings.stream()
                        .map(it -> it.name() + " " + it.nic().ring())
                        .collect(Collectors.joining(", "));
    }

    /// The stage that counts drops of that reason.
    static String stageOf(PathStats stats, DropReason reason) {
        return stats.stages().stream()
                .filter(stage -> stage.dropped().containsKey(reason))
                .map(StageStats::stage)
                .findFirst()
                .orElse("path");
    }

    private static String demand(PathRun run, PathRun.FirstDrop first, PathStats stats) {
        if (stats.delivered() == 0) {
            return "nothing comes through";
        }
        boolean isTap = stageOf(stats, first.reason()).equals("tap");
        double share = isTap ? run.demandOnReader() : run.demandOn(first.cpu());
        return format(
                share >= 1
                        ? "the traffic asks for %.0f %% of %s's time"
                        : "bursts fill the queue: on average the traffic asks for %.1f %% of %s's time",
                100 * share,
                isTap ? "the reader" : "that CPU");
    }

    /// What would limit next, were there more of this traffic.
    static String nextLimit(PathRun run) {
        PathStats stats = run.stats();
        if (stats.busiestCpuLoad() >= BUSY) {
            return format(
                    "CPU %d, busy %.1f %% of the time",
                    stats.busiestCpu(), 100 * stats.busiestCpuLoad());
        }
        return stats.stages().stream()
                // What holds one packet is a place of work, no queue.
                .filter(stage -> stage.capacity() > 1 && stage.depthMax() > 0)
                .max(Comparator.comparingDouble(PathWords::fullness))
                .map(stage ->
                        format(
                                "the %s, which held at most %,d of %,d packets",
                                name(stage.stage()), stage.depthMax(), stage.capacity()))
                .orElse("none in sight: no queue ever held a packet");
    }

    private static double fullness(StageStats stage) {
        return (double) stage.depthMax() / stage.capacity();
    }

    /// The backlog is `input_pkt_queue`.
    private static String name(String stage) {
        return stage.equals("backlog") ? "input queue" : stage;
    }

    /// Which profile is best, by how much, what the others lose most at, and what limits next.
    ///
    /// @param runs two or more
    static String verdict(List<PathRun> runs) {
        int best = 0;
        int worst = 0;
        for (int i = 1; i < runs.size(); i++) {
            best = order(runs.get(i), runs.get(best)) < 0 ? i : best;
            worst = order(runs.get(i), runs.get(worst)) > 0 ? i : worst;
        }
        if (best == worst) {
            return dropped(runs.getFirst()) == 0
                    ? none(runs) + ", and all wait as long."
                    : (runs.size() == 2 ? "Both" : "All") + " drop the same and wait as long.";
        }
        PathRun good = runs.get(best);
        PathRun bad = runs.get(worst);
        if (dropped(good) == dropped(bad)) {
            return format(
                    "%s. %c waits least: p99 %s against %s of %c.",
                    dropped(good) == 0 ? none(runs) : "All drop the same",
                    letter(best),
                    TimeSpan.format(good.stats().waiting().p99Nanos()),
                    TimeSpan.format(bad.stats().waiting().p99Nanos()),
                    letter(worst));
        }
        return format(
                "%c drops %.1f %% fewer than %c. %c loses most at: %s. %s",
                letter(best),
                // 100 % is said of none left, not of few.
                Math.floor(1000.0 * (dropped(bad) - dropped(good)) / dropped(bad)) / 10,
                letter(worst),
                letter(worst),
                worstStage(bad),
                dropped(good) == 0
                        ? letter(best) + "'s next limit: " + nextLimit(good) + "."
                        : letter(best) + " loses most at: " + worstStage(good) + ".");
    }

    private static String none(List<PathRun> runs) {
        return runs.size() == 2 ? "Neither drops" : "None drops";
    }

    private static String worstStage(PathRun run) {
        return run.stats().stages().stream()
                .max(Comparator.comparingLong(StageStats::droppedPackets))
                .map(stage -> name(stage.stage()) + mostOften(run, stage))
                .orElseThrow();
    }

    private static String mostOften(PathRun run, StageStats stage) {
        return stage.dropped().entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(most -> limitOf(run.profile(), most.getKey()))
                .orElse("");
    }

    private static int order(PathRun one, PathRun other) {
        int byDrops = Long.compare(dropped(one), dropped(other));
        return byDrops != 0
                ? byDrops
                : Long.compare(
                        one.stats().waiting().p99Nanos(), other.stats().waiting().p99Nanos());
    }

    private static long dropped(PathRun run) {
        return run.stats().dropped();
    }

    /// What a run is called beside others.
    static char letter(int run) {
        return (char) ('A' + run % 26);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
