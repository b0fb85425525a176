package headgate.softnet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assertions;

/// What holds for any traffic and any settings of a 2.6.12 kernel.
class ReceivePath26Properties {
    record Arrival(long gapNanos, long serviceNanos) {}

    @Provide
    Arbitrary<List<Arrival>> traffic() {
        return Combinators.combine(
                        Arbitraries.of(0L, 50L, 900L, 20_000L, 3_000_000L, -100L),
                        Arbitraries.of(0L, 300L, 2_000L, 1_700_000L))
                .as(Arrival::new)
                .list()
                .ofMaxSize(400);
    }

    @Provide
    Arbitrary<SoftnetProfile> profiles() {
        return Combinators.combine(
                        Arbitraries.of("1", "3", "16", "300", "100000"),
                        Arbitraries.of("1", "4", "64"),
                        Arbitraries.of("0", "1"),
                        Arbitraries.of("1", "4", "64"),
                        Arbitraries.of("1", "3", "16"),
                        Arbitraries.of("0", "700"))
                .as((backlog, weight, rxQueues, ring, napiWeight, cost) ->
                        SoftnetProfile.LINUX_2_6.with(
                                Map.of(
                                        "backlog", backlog,
                                        "weight", weight,
                                        "rx_queues", rxQueues,
                                        "ring", ring,
                                        "napi_weight", napiWeight,
                                        "irq_ns", cost,
                                        "ksoftirqd_ns", cost,
                                        "poll_ns", cost,
                                        "gap_ns", cost)));
    }

    @Property(tries = 300)
    void neverLosesOrInventsAPacket(
            @ForAll("profiles") SoftnetProfile profile, @ForAll("traffic") List<Arrival> traffic) {
        QueueLayer path = QueueLayer.of(profile, RxListener.NONE);
        long now = 1_000;
        long queued = 0;
        long delivered = 0;
        for (int i = 0; i < traffic.size(); i++) {
            now += traffic.get(i).gapNanos();
            path.offer(i, now, 60, 0, traffic.get(i).serviceNanos());
            if (i % 50 == 49) {
                PathStats stats = path.drain(now);
                delivered += stats.delivered();
                queued = checkBalance(stats, queued);
            }
        }
        PathStats stats = path.drain(path.runUntilIdle());
        delivered += stats.delivered();
        queued = checkBalance(stats, queued);

        Assertions.assertEquals(0, queued);
        Assertions.assertEquals(delivered, path.softnetStat(0).processed());
    }

    private static long checkBalance(PathStats stats, long queuedBefore) {
        Assertions.assertEquals(
                queuedBefore + stats.offered(),
                stats.delivered() + stats.dropped() + stats.queued());
        for (StageStats stage : stats.stages()) {
            Assertions.assertTrue(stage.depthMax() <= stage.capacity());
        }
        Assertions.assertTrue(stats.softirqNanos() <= stats.endNanos() - stats.startNanos());
        return stats.queued();
    }

    @Property(tries = 300)
    void isTheSameWhenSplitOverSaveAndRestore(
            @ForAll("profiles") SoftnetProfile profile,
            @ForAll("traffic") List<Arrival> traffic,
            @ForAll @IntRange(min = 1, max = 100) int every) {
        var whole = new EventLog();
        var split = new EventLog();

        Assertions.assertEquals(
                run(profile, whole, traffic, Integer.MAX_VALUE),
                run(profile, split, traffic, every));
        Assertions.assertEquals(whole.lines, split.lines);
    }

    private static List<PathStats> run(
            SoftnetProfile profile, EventLog log, List<Arrival> traffic, int splitEvery) {
        QueueLayer path = QueueLayer.of(profile, log);
        var stats = new ArrayList<PathStats>();
        long now = 1_000;
        for (int i = 0; i < traffic.size(); i++) {
            if (i % splitEvery == splitEvery - 1) {
                path = SavedState.throughBytes(path, log);
            }
            now += traffic.get(i).gapNanos();
            path.offer(i, now, 60, 0, traffic.get(i).serviceNanos());
            if (i % 70 == 69) {
                stats.add(path.drain(now));
            }
        }
        stats.add(path.drain(path.runUntilIdle()));
        return stats;
    }
}
