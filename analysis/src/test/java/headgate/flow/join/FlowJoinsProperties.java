package headgate.flow.join;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.flow.FlowRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class FlowJoinsProperties {
    private static final List<String> POINTS = List.of("a/eth0", "b/eth0", "c/eth0");

    private record Told(FlowRecord record, String capturePoint) {}

    /// However the capture points' records are interleaved, a conversation is counted once, with
    /// what the point that saw most has seen; and a table that is restored in between goes on
    /// alike.
    @Property(tries = 100)
    void theOrderAmongPointsAndARestartMakeNoDifference(@ForAll long seed) {
        var random = new Random(seed);
        List<List<Told>> streams = streams(random);
        long[] most = most(streams);
        var order = new ArrayList<Integer>();
        for (int i = 0; i < streams.size(); i++) {
            order.addAll(Collections.nCopies(streams.get(i).size(), i));
        }
        Collections.shuffle(order, random);
        int[] at = new int[streams.size()];
        long[] sums = new long[2];
        Consumer<FlowStep> count =
                step -> {
                    sums[0] += step.packets();
                    sums[1] += step.begins() ? 1 : 0;
                };
        FlowJoins joins = joins(count);
        var changelog = new HashMap<String, byte[]>();
        for (int stream : order) {
            Told told = streams.get(stream).get(at[stream]++);
            joins.onRecord(told.record, told.capturePoint);
            if (random.nextInt(4) == 0) {
                joins = restarted(joins, changelog, count);
            }
        }
        assertEquals(most[0], sums[0], "packets");
        assertEquals(most[1], sums[1], "conversations");
    }

    /// For each capture point its records in order: some flows, most of them seen everywhere.
    private static List<List<Told>> streams(Random random) {
        var streams = new ArrayList<List<Told>>();
        POINTS.forEach(_ -> streams.add(new ArrayList<>()));
        for (int flow = 0; flow < 6; flow++) {
            long first = random.nextInt(5) * Records.SECOND;
            for (int point = 0; point < POINTS.size(); point++) {
                if (point > 0 && random.nextInt(3) == 0) {
                    continue;
                }
                long packets = 0;
                int records = 1 + random.nextInt(3);
                for (int i = 0; i < records; i++) {
                    packets += random.nextInt(10);
                    var record =
                            Records.tcp(10, 1000 + flow, 20, 443)
                                    .at(first + point, first + Records.SECOND * (i + 1))
                                    .packets(packets, packets / 2);
                    streams.get(point)
                            .add(
                                    new Told(
                                            (i + 1 < records ? record.interim() : record).build(),
                                            POINTS.get(point)));
                }
            }
        }
        return streams;
    }

    /// Packets, each side's largest count, and conversations.
    private static long[] most(List<List<Told>> streams) {
        Map<String, long[]> flows = new HashMap<>();
        streams.forEach(stream ->
                stream.forEach(told -> {
                    long[] sides =
                            flows.computeIfAbsent(told.record.communityId(), _ -> new long[2]);
                    sides[0] = Math.max(sides[0], told.record.originator().packets());
                    sides[1] = Math.max(sides[1], told.record.responder().packets());
                }));
        return new long[] {
            flows.values().stream().mapToLong(sides -> sides[0] + sides[1]).sum(), flows.size()
        };
    }

    private static FlowJoins joins(Consumer<FlowStep> steps) {
        return new FlowJoins(
                JoinSettings.LIVE,
                new FlowJoins.Listener() {
                    @Override
                    public void onStep(FlowStep step) {
                        steps.accept(step);
                    }

                    @Override
                    public void onJoined(JoinedFlow joined) {}
                });
    }

    private static FlowJoins restarted(
            FlowJoins before, Map<String, byte[]> changelog, Consumer<FlowStep> steps) {
        before.drainChanged((key, state) -> {
            String name = java.util.HexFormat.of().formatHex(key);
            if (state == null) {
                changelog.remove(name);
            } else {
                changelog.put(name, state);
            }
        });
        FlowJoins after = joins(steps);
        changelog.forEach(
                (name, state) -> after.restore(java.util.HexFormat.of().parseHex(name), state));
        after.restored();
        assertEquals(before.statistics().remembered(), after.statistics().remembered());
        return after;
    }
}
