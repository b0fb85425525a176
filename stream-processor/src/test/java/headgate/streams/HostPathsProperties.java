package headgate.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.softnet.DropLog;
import headgate.softnet.PathStats;
import headgate.softnet.SoftnetProfile;
import headgate.streams.SharedPathRun.Arrival;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What holds for the arrivals of several capture points, however their batches alternate.
class HostPathsProperties {
    private static final List<String> POINTS = List.of("eth0", "eth1", "wan0");
    private static final long MILLISECOND = 1_000_000L;
    private static final int ROUNDS = 25;
    private static final long ROUND_NANOS = 100 * MILLISECOND;

    private static final SoftnetProfile SMALL =
            SoftnetProfile.LINUX_6
                    .with(Map.of("backlog", "2", "packet_ns", "3000000", "cpus", "2", "rps", "0-1"))
                    .named("small");
    private static final SoftnetProfile RINGS =
            SoftnetProfile.LINUX_6_NIC
                    .with(
                            Map.of(
                                    "interfaces", "eth0,eth1,wan0",
                                    "ring", "2",
                                    "packet_ns", "2000000",
                                    "wan0.rx_queues", "0"))
                    .named("rings");

    /// One arrival of a capture point: offset into the whole time, and flow.
    record OnPoint(int point, long nanos, int flowHash) {}

    @Provide
    Arbitrary<List<OnPoint>> traffic() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, POINTS.size() - 1),
                        Arbitraries.longs().between(0, ROUNDS * ROUND_NANOS - 1),
                        Arbitraries.integers())
                .as(OnPoint::new)
                .list()
                .ofMaxSize(300);
    }

    /// In which order the capture points' batches of a round come, and whether the process changes
    /// behind each.
    @Provide
    Arbitrary<List<List<Integer>>> orders() {
        return Arbitraries.shuffle(0, 1, 2).list().ofSize(ROUNDS);
    }

    @Provide
    Arbitrary<List<Boolean>> changes() {
        return Arbitraries.of(true, false, false, false).list().ofSize(ROUNDS * 3);
    }

    private static SharedPathRun run(
            List<OnPoint> traffic, List<List<Integer>> orders, List<Boolean> changes) {
        var run = new SharedPathRun(SMALL, RINGS);
        POINTS.forEach(point -> run.live(point, 0));
        for (int round = 0; round < ROUNDS; round++) {
            for (int turn = 0; turn < POINTS.size(); turn++) {
                int point = orders.get(round).get(turn);
                run.live(
                        POINTS.get(point), (round + 1) * ROUND_NANOS, batch(traffic, point, round));
                if (changes.get(round * POINTS.size() + turn)) {
                    run.carryOver();
                }
            }
        }
        POINTS.forEach(point -> run.live(point, (ROUNDS + 100) * ROUND_NANOS));
        return run;
    }

    private static Arrival[] batch(List<OnPoint> traffic, int point, int round) {
        return traffic.stream()
                .filter(each -> each.point == point && each.nanos / ROUND_NANOS == round)
                .sorted(Comparator.comparingLong(OnPoint::nanos))
                .map(each -> new Arrival(each.nanos, each.flowHash))
                .toArray(Arrival[]::new);
    }

    @Property(tries = 60)
    void isTheSameWhenSplitOverProcesses(
            @ForAll("traffic") List<OnPoint> traffic,
            @ForAll("orders") List<List<Integer>> orders,
            @ForAll("changes") List<Boolean> changes) {
        List<Boolean> none = IntStream.range(0, changes.size()).mapToObj(_ -> false).toList();
        assertEquals(run(traffic, orders, none).told, run(traffic, orders, changes).told);
    }

    /// What the arrivals of all capture points do in one path, in order of their time.
    @Property(tries = 60)
    void isTheSameAsOnePathHoweverBatchesAlternate(
            @ForAll("traffic") List<OnPoint> traffic,
            @ForAll("orders") List<List<Integer>> orders) {
        List<Boolean> none =
                IntStream.range(0, ROUNDS * POINTS.size()).mapToObj(_ -> false).toList();
        var expected = new ArrayList<PathStats>();
        for (SoftnetProfile profile : List.of(SMALL, RINGS)) {
            expected.addAll(inOrder(profile, traffic));
        }
        var shared = new ArrayList<>(run(traffic, orders, none).stats);
        shared.sort(Comparator.comparing(PathStats::profile).reversed());
        expected.sort(Comparator.comparing(PathStats::profile).reversed());
        assertEquals(expected, shared);
    }

    private static List<PathStats> inOrder(SoftnetProfile profile, List<OnPoint> traffic) {
        var stats = new ArrayList<PathStats>();
        var listener =
                new PathTwin.Listener() {
                    @Override
                    public void onStats(PathStats second) {
                        stats.add(second);
                    }

                    @Override
                    public void onDrops(String name, DropLog drops) {}
                };
        var twin = new PathTwin(profile);
        for (int round = 0; round < ROUNDS; round++) {
            long number = round;
            traffic.stream()
                    .filter(each -> each.nanos / ROUND_NANOS == number)
                    .sorted(
                            Comparator.comparingLong(OnPoint::nanos)
                                    .thenComparingInt(OnPoint::point))
                    .forEach(each ->
                            twin.offer(
                                    0,
                                    SharedPathRun.NOON + each.nanos,
                                    1500,
                                    each.flowHash,
                                    each.point,
                                    listener));
            twin.advanceTo(SharedPathRun.NOON + (round + 1) * ROUND_NANOS, listener);
        }
        twin.advanceTo(SharedPathRun.NOON + (ROUNDS + 100) * ROUND_NANOS, listener);
        return stats;
    }
}
