package headgate.softnet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assertions;

/// What holds for any traffic and any settings.
class ReceivePathProperties {
    record Arrival(long gapNanos, int lengthBytes, int flowHash, long serviceNanos) {}

    @Provide
    Arbitrary<List<Arrival>> traffic() {
        Arbitrary<Long> gaps =
                Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.longs().between(0, 500)),
                        Tuple.of(2, Arbitraries.longs().between(500, 20_000)),
                        Tuple.of(1, Arbitraries.longs().between(-100, 5_000_000)));
        Arbitrary<Long> services =
                Arbitraries.frequencyOf(
                        Tuple.of(9, Arbitraries.longs().between(0, 3_000)),
                        Tuple.of(1, Arbitraries.longs().between(0, 9_000_000)));
        return Combinators.combine(
                        gaps,
                        Arbitraries.integers().between(-1, 9000),
                        Arbitraries.of(0, 1, -1, 0x4000_0000, 0x8000_0000, 0xc000_1234),
                        services)
                .as(Arrival::new)
                .list()
                .ofMaxSize(400);
    }

    @Provide
    Arbitrary<SoftnetProfile> profiles() {
        return Combinators.combine(
                        Arbitraries.of(0, 1, 3, 16, 64, -1),
                        Arbitraries.of(1, 4, 64),
                        Arbitraries.of(-1, 0, 3, 64, 300),
                        Arbitraries.of("off", "0", "1", "0-2", "1-2"),
                        Arbitraries.of("off", "0"),
                        Arbitraries.of(0, 300, 12_000),
                        Arbitraries.of(0, 450))
                .as((backlog, weight, budget, rps, flowLimit, wakeup, gap) ->
                        SoftnetProfile.LINUX_6.with(
                                Map.of(
                                        "cpus", "3",
                                        "backlog", backlog.toString(),
                                        "weight", weight.toString(),
                                        "budget", budget.toString(),
                                        "rps", rps,
                                        "flow_limit", flowLimit,
                                        "wakeup_ns", wakeup.toString(),
                                        "gap_ns", gap.toString())))
                .flatMap(ReceivePathProperties::withAndWithoutRings);
    }

    private static Arbitrary<SoftnetProfile> withAndWithoutRings(SoftnetProfile profile) {
        Arbitrary<Map<String, String>> coalescing =
                Combinators.combine(
                                Arbitraries.of("0", "1", "25"),
                                Arbitraries.of("0", "1", "7"),
                                Arbitraries.of("on", "off"),
                                Arbitraries.of("0", "3"),
                                Arbitraries.of("0", "2000"))
                        .as((usecs, frames, mask, defer, timeout) ->
                                Map.of(
                                        "rx_usecs", usecs,
                                        "rx_frames", frames,
                                        "irq_mask", mask,
                                        "napi_defer_hard_irqs", defer,
                                        "gro_flush_timeout", timeout));
        Arbitrary<Map<String, String>> queues =
                Combinators.combine(
                                Arbitraries.of("1", "3"),
                                Arbitraries.of("1", "2"),
                                Arbitraries.of("1", "5", "256"),
                                Arbitraries.of("0", "0-2", "1,2"),
                                Arbitraries.of("off", "0", "1-2"),
                                Arbitraries.of("1", "64"),
                                Arbitraries.of("0", "90"))
                        .as((rxQueues, interfaces, ring, irqCpu, threaded, napiWeight, poll) ->
                                Map.of(
                                        "rx_queues", rxQueues,
                                        "interfaces", interfaces,
                                        "ring", ring,
                                        "irq_cpu", irqCpu,
                                        "threaded", threaded,
                                        "napi_weight", napiWeight,
                                        "poll_ns", poll));
        Arbitrary<Map<String, String>> own =
                Arbitraries.of(
                        Map.of(),
                        Map.of("eth1.rx_queues", "0", "eth1.rps", "2"),
                        Map.of("eth1.rx_queues", "2", "eth1.ring", "3", "eth1.irq_cpu", "2"),
                        Map.of("eth0.rx_usecs", "50", "eth0.rps", "off", "eth0.threaded", "1"));
        Arbitrary<SoftnetProfile> withRings =
                Combinators.combine(coalescing, queues, own)
                        .as((first, second, third) -> {
                            SoftnetProfile alike = profile.with(first).with(second);
                            return alike.interfaces().count() == 1 ? alike : alike.with(third);
                        });
        return Arbitraries.oneOf(Arbitraries.just(profile), withRings);
    }

    @Property(tries = 300)
    void neverLosesOrInventsAPacket(
            @ForAll("profiles") SoftnetProfile profile, @ForAll("traffic") List<Arrival> traffic) {
        var log = new EventLog();
        var path = new ReceivePath(profile, log);
        long now = 0;
        long queued = 0;
        for (int i = 0; i < traffic.size(); i++) {
            now += traffic.get(i).gapNanos();
            offer(path, i, now, traffic.get(i));
            if (i % 50 == 49) {
                queued = checkBalance(path.drain(now), queued);
            }
        }
        queued = checkBalance(path.drain(path.runUntilIdle()), queued);
        if (everyFrameInterrupts(profile)) {
            Assertions.assertEquals(0, queued);
        }
        long fates = log.lines.stream().filter(line -> !line.startsWith("polled")).count();
        Assertions.assertEquals(traffic.size(), fates + queued);
    }

    /// RP-52: where only a number of frames interrupts, the last ones stay in the ring.
    private static boolean everyFrameInterrupts(SoftnetProfile profile) {
        return profile.netInterfaces().stream()
                .map(NetInterface::nic)
                .allMatch(nic -> !nic.hasRings() || nic.rxUsecs() > 0 || nic.rxFrames() <= 1);
    }

    /// Over a whole run from empty queues, each stage gives what it was given.
    @Property(tries = 300)
    void losesNothingBetweenStages(
            @ForAll("profiles") SoftnetProfile profile, @ForAll("traffic") List<Arrival> traffic) {
        var path = new ReceivePath(profile, RxListener.NONE);
        long now = 0;
        for (int i = 0; i < traffic.size(); i++) {
            now += traffic.get(i).gapNanos();
            offer(path, i, now, traffic.get(i));
        }
        PathStats stats = path.drain(path.runUntilIdle());
        for (StageStats stage : stats.stages()) {
            Assertions.assertEquals(
                    stage.offered(),
                    stage.delivered() + stage.droppedPackets() + stage.depthLast(),
                    stage.stage());
        }
    }

    /// What the model does grows with the arrivals and nothing else: each is worked on once or
    /// twice, and makes the CPUs poll a bounded number of times.
    @Property(tries = 300)
    void doesABoundedAmountOfWorkForEachArrival(
            @ForAll("profiles") SoftnetProfile profile, @ForAll("traffic") List<Arrival> traffic) {
        var path = new ReceivePath(profile, RxListener.NONE);
        long now = 0;
        for (int i = 0; i < traffic.size(); i++) {
            now += traffic.get(i).gapNanos();
            offer(path, i, now, traffic.get(i));
        }
        PathStats stats = path.drain(path.runUntilIdle());
        Assertions.assertTrue(stats.work() <= 2L * traffic.size());
        Assertions.assertTrue(stats.irqs() <= traffic.size());
        int pollsByTimer = profile.nic().napiDeferHardIrqs();
        Assertions.assertTrue(stats.polls() <= (4L + pollsByTimer) * traffic.size());
    }

    private static long checkBalance(PathStats stats, long queuedBefore) {
        Assertions.assertEquals(
                queuedBefore + stats.offered(),
                stats.delivered() + stats.dropped() + stats.queued());
        for (StageStats stage : stats.stages()) {
            Assertions.assertTrue(stage.depthMean() <= 6.0 * stage.depthMax());
            Assertions.assertTrue(stage.capacity() < 0 || stage.depthMax() <= stage.capacity());
        }
        Assertions.assertEquals(stats.stages().get(0).delivered(), stats.stages().get(1).offered());
        StageStats last = stats.stages().getLast();
        Assertions.assertTrue(last.delivered() <= stats.delivered());
        Assertions.assertTrue(stats.busiestCpuNanos() <= stats.endNanos() - stats.startNanos());
        return stats.queued();
    }

    @Property(tries = 300)
    void isTheSameWhenSplitOverSaveAndRestore(
            @ForAll("profiles") SoftnetProfile profile,
            @ForAll("traffic") List<Arrival> traffic,
            @ForAll @IntRange(min = 0, max = 400) int splitAt,
            @ForAll @IntRange(min = 1, max = 60) int every) {
        var whole = new EventLog();
        var split = new EventLog();
        List<PathStats> wholeStats = run(profile, whole, traffic, List.of());
        List<Integer> splits = new ArrayList<>();
        for (int at = splitAt; at < traffic.size(); at += every) {
            splits.add(at);
        }

        Assertions.assertEquals(wholeStats, run(profile, split, traffic, splits));
        Assertions.assertEquals(whole.lines, split.lines);
    }

    private static List<PathStats> run(
            SoftnetProfile profile, EventLog log, List<Arrival> traffic, List<Integer> splits) {
        QueueLayer path = new ReceivePath(profile, log);
        var stats = new ArrayList<PathStats>();
        long now = 1_000;
        for (int i = 0; i < traffic.size(); i++) {
            if (splits.contains(i)) {
                path = SavedState.throughBytes(path, log);
            }
            now += traffic.get(i).gapNanos();
            offer(path, i, now, traffic.get(i));
            if (i % 70 == 69) {
                stats.add(path.drain(now));
            }
        }
        stats.add(path.drain(path.runUntilIdle()));
        return stats;
    }

    /// With one queue and one cost for all packets, room never hurts. A backlog has room for its
    /// limit and one more, and as many again once it has handed its packets to the poll all at
    /// once: when it does so depends on the limit, so a little more of it may lose a packet more.
    /// From twice the room on there is always as much as the smaller one has at best.
    @Property(tries = 300)
    void dropsNoMoreWithABacklogOfTwiceTheRoom(
            @ForAll("traffic") List<Arrival> traffic,
            @ForAll @IntRange(min = 0, max = 100) int backlog,
            @ForAll @IntRange(min = 0, max = 100) int more) {
        int larger = 2 * backlog + 1 + more;
        Assertions.assertTrue(
                dropped(traffic, larger) <= dropped(traffic, backlog),
                () -> backlog + " drops less than " + larger);
    }

    private static long dropped(List<Arrival> traffic, int backlog) {
        return dropped(
                traffic,
                Map.of(
                        "backlog",
                        Integer.toString(backlog),
                        "poll_ns",
                        "0",
                        "irq_ns",
                        "0",
                        "ksoftirqd_ns",
                        "0"));
    }

    @Property(tries = 300)
    void dropsNoMoreWithALargerRing(
            @ForAll("traffic") List<Arrival> traffic,
            @ForAll @IntRange(min = 1, max = 100) int ring,
            @ForAll @IntRange(min = 1, max = 100) int more) {
        Assertions.assertTrue(
                droppedByRing(traffic, ring + more) <= droppedByRing(traffic, ring),
                () -> ring + " drops less than " + (ring + more));
    }

    private static long droppedByRing(List<Arrival> traffic, int ring) {
        return dropped(
                traffic,
                Map.of(
                        "rx_queues", "1",
                        "rx_usecs", "0",
                        "rx_frames", "0",
                        "ring", Integer.toString(ring),
                        "poll_ns", "0",
                        "irq_ns", "0",
                        "ksoftirqd_ns", "0"));
    }

    private static long dropped(List<Arrival> traffic, Map<String, String> settings) {
        var path = new ReceivePath(SoftnetProfile.LINUX_6.with(settings), RxListener.NONE);
        long now = 0;
        for (int i = 0; i < traffic.size(); i++) {
            now += traffic.get(i).gapNanos();
            path.offer(i, now, 60, 1);
        }
        return path.drain(path.runUntilIdle()).dropped();
    }

    @Property(tries = 100)
    void endsForAnyBytesAsState(
            @ForAll("profiles") SoftnetProfile profile,
            @ForAll("traffic") List<Arrival> traffic,
            @ForAll int position,
            @ForAll byte value) {
        Assume.that(!traffic.isEmpty());
        var path = new ReceivePath(profile, RxListener.NONE);
        for (int i = 0; i < traffic.size(); i++) {
            offer(path, i, 1_000 + i, traffic.get(i));
        }
        try {
            byte[] bytes = SavedState.of(path);
            bytes[Math.floorMod(position, bytes.length)] = value;
            SavedState.restore(bytes, RxListener.NONE);
        } catch (IOException refused) {
            Assertions.assertNotNull(refused);
        }
    }

    private static void offer(QueueLayer path, int sequence, long now, Arrival arrival) {
        path.offer(
                sequence,
                now,
                arrival.lengthBytes(),
                arrival.flowHash(),
                arrival.serviceNanos(),
                sequence % 3);
    }
}
