package headgate.streams;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import headgate.schema.ArrivalBatchHeader;
import headgate.schema.FrameBatchHeader.Interface;
import headgate.schema.Ledger;
import headgate.schema.Measured;
import headgate.softnet.DropLog;
import headgate.softnet.PathStats;
import headgate.softnet.SoftnetProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The paths of one agent, fed with batches of several capture points; everything that they tell is
/// kept as lines.
final class SharedPathRun implements SharedPath.Surroundings {
    static final long NOON = 1_750_000_000_000_000_000L;

    final List<String> told = new ArrayList<>();
    final List<PathStats> stats = new ArrayList<>();
    final StreamCounters counters = new StreamCounters();
    private final List<SoftnetProfile> profiles;
    private final Map<String, Long> batchSequences = new HashMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final Map<String, byte[]> changelog = new TreeMap<>();
    private final Map<String, byte[]> keys = new HashMap<>();
    private HostPaths paths = new HostPaths(counters);

    /// One frame: when it comes, since noon, and its flow.
    record Arrival(long nanos, int flowHash) {}

    SharedPathRun(SoftnetProfile... profiles) {
        this.profiles = List.of(profiles);
    }

    /// The next batch of a live capture point, which is called like its interface.
    void live(String point, long untilNanos, Arrival... arrivals) {
        batch(point, List.of(point), true, untilNanos, false, arrivals);
    }

    void batch(
            String point,
            List<String> devices,
            boolean isLive,
            long untilNanos,
            boolean last,
            Arrival... arrivals) {
        long first = arrivals.length == 0 ? untilNanos : arrivals[0].nanos();
        long sequence = sequences.getOrDefault(point, 0L);
        long number = batchSequences.merge(point, 1L, Long::sum) - 1;
        paths.onBatch(
                new ArrivalBatchHeader(
                        "gw",
                        point,
                        devices.stream().map(name -> new Interface(name, 1, 0)).toList(),
                        number,
                        sequence,
                        NOON + first,
                        NOON + untilNanos,
                        last,
                        isLive ? measured(untilNanos) : null,
                        List.of()),
                this,
                0);
        for (Arrival each : arrivals) {
            paths.onArrival(sequence++, NOON + each.nanos(), 1500, each.flowHash(), 0, this);
        }
        sequences.put(point, sequence);
        paths.onTime(NOON + untilNanos, last, this);
    }

    private static Measured measured(long nanos) {
        return new Measured(
                NOON,
                NOON + nanos,
                new Ledger.Nic(0, 0, 0, 0),
                List.of(),
                new Ledger.Source(0, 0, 0, 0));
    }

    void silence(long millis) {
        paths.onWallClock(millis, 10_000, this);
    }

    /// Goes on in another process.
    void carryOver() {
        paths.drainChanged((key, state) -> {
            String name = new String(key, ISO_8859_1);
            keys.put(name, key);
            if (state == null) {
                changelog.remove(name);
            } else {
                changelog.put(name, state);
            }
        });
        paths = new HostPaths(counters);
        changelog.forEach((name, state) -> paths.restore(keys.get(name), state));
        paths.restored();
    }

    @Override
    public List<SoftnetProfile> profiles(List<String> devices, long nanos) {
        return profiles;
    }

    @Override
    public PathTwin.Listener listener(SharedPath path) {
        return new PathTwin.Listener() {
            @Override
            public void onStats(PathStats second) {
                stats.add(second);
                told.add(path.name() + " " + second);
            }

            @Override
            public void onDrops(String profile, DropLog drops) {
                path.split(
                        drops,
                        (point, log) -> {
                            for (int i = 0; i < log.count(); i++) {
                                told.add(
                                        "%s %s dropped %d at %d %s"
                                                .formatted(
                                                        profile,
                                                        point,
                                                        log.sequence(i),
                                                        log.atNanos(i) - NOON,
                                                        log.reason(i)));
                            }
                        });
            }
        };
    }
}
