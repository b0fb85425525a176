package headgate.flow.rollup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.join.FlowJoins;
import headgate.flow.join.FlowStep;
import headgate.flow.join.JoinSettings;
import headgate.flow.join.JoinedFlow;
import headgate.flow.join.Records;
import headgate.flow.rollup.RollUp.Row;
import headgate.flow.rollup.RollUp.Sums;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RollUpsProperties {
    private static final int ROWS = 8;
    private static final RollUpSettings SMALL = RollUpSettings.DEFAULT.withRows(ROWS);

    /// The principle of the ledger: at each length and in each dimension, rows and rest come to all
    /// that went in, however small the tables are.
    @Property(tries = 100)
    void rowsAndRestComeToAllThereWas(@ForAll long seed) {
        List<FlowStep> steps = steps(seed, 400);
        List<RollUp> told = rollUp(steps, SMALL);
        long packets = steps.stream().mapToLong(FlowStep::packets).sum();
        long bytes = steps.stream().mapToLong(FlowStep::bytes).sum();
        for (int seconds : RollUps.SPANS) {
            for (Dimension dimension : Dimension.values()) {
                Sums sent = Sums.NONE;
                Sums received = Sums.NONE;
                Sums total = Sums.NONE;
                for (RollUp each : told) {
                    if (each.seconds() == seconds && each.dimension() == dimension) {
                        assertTrue(each.rows().size() <= ROWS);
                        for (Row row : each.rows()) {
                            sent = sent.plus(row.sent());
                            received = received.plus(row.received());
                        }
                        sent = sent.plus(each.other().sent());
                        received = received.plus(each.other().received());
                        total = total.plus(each.total());
                    }
                }
                assertEquals(packets, total.packets(), dimension + " " + seconds);
                assertEquals(bytes, total.bytes());
                if (dimension.ofEachSide()) {
                    assertEquals(total.packets(), sent.packets());
                    assertEquals(total.packets(), received.packets());
                    assertEquals(total.bytes(), sent.bytes());
                    assertEquals(total.flows(), sent.flows());
                    assertEquals(total.flows(), received.flows());
                } else {
                    assertEquals(total, sent.plus(received));
                }
            }
        }
    }

    /// No key has more bytes than its row and what the row may miss; none without a row has more
    /// than said; and that is at most the bytes of both directions by the number of rows.
    @Property(tries = 100)
    void saysHowMuchARowMayMiss(@ForAll long seed) {
        List<FlowStep> steps = steps(seed, 400);
        Map<String, Long> exact =
                rollUp(steps, RollUpSettings.DEFAULT.withRows(1 << 20)).stream()
                        .flatMap(each ->
                                each.rows().stream().map(row -> Map.entry(name(each, row), row)))
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey,
                                        entry -> bytes(entry.getValue()),
                                        Long::sum));
        for (RollUp each : rollUp(steps, SMALL)) {
            var rows = new HashMap<String, Row>();
            each.rows().forEach(row -> rows.put(name(each, row), row));
            String prefix = name(each, null);
            exact.forEach((name, bytes) -> {
                if (name.startsWith(prefix)) {
                    Row row = rows.get(name);
                    long most =
                            row == null
                                    ? each.absentBytesMost()
                                    : bytes(row) + row.missingBytesMost();
                    assertTrue(bytes <= most, () -> name + " has " + bytes + ", not " + most);
                    assertTrue(row == null || bytes(row) <= bytes);
                }
            });
            if (each.seconds() == 10) {
                long bound = 2 * each.total().bytes() / ROWS;
                assertTrue(each.absentBytesMost() <= bound);
            }
        }
    }

    /// Roll-ups that are restored in between come to the same.
    @Property(tries = 50)
    void aRestartMakesNoDifference(@ForAll long seed) {
        List<FlowStep> steps = steps(seed, 200);
        var random = new Random(seed);
        var told = new ArrayList<RollUp>();
        var rollUps = new RollUps(SMALL, told::add);
        var changelog = new HashMap<String, byte[]>();
        for (FlowStep step : steps) {
            rollUps.add(step);
            if (random.nextInt(10) == 0) {
                rollUps.drainChanged((key, state) -> {
                    String name = HexFormat.of().formatHex(key);
                    if (state == null) {
                        changelog.remove(name);
                    } else {
                        changelog.put(name, state);
                    }
                });
                var after = new RollUps(SMALL, told::add);
                changelog.forEach(
                        (name, state) -> after.restore(HexFormat.of().parseHex(name), state));
                rollUps = after;
            }
        }
        rollUps.closeAll();
        assertEquals(rollUp(steps, SMALL), told);
    }

    private static String name(RollUp rollUp, Row row) {
        return "%s %d %d %s"
                .formatted(
                        rollUp.dimension(),
                        rollUp.seconds(),
                        rollUp.startNanos(),
                        row == null ? "" : row.key());
    }

    private static long bytes(Row row) {
        return row.sent().bytes() + row.received().bytes();
    }

    private static List<RollUp> rollUp(List<FlowStep> steps, RollUpSettings settings) {
        var told = new ArrayList<RollUp>();
        var rollUps = new RollUps(settings, told::add);
        steps.forEach(rollUps::add);
        rollUps.closeAll();
        return told;
    }

    /// Flows within a minute, in order of time, of many addresses, few of them large.
    private static List<FlowStep> steps(long seed, int flows) {
        var random = new Random(seed);
        var steps = new ArrayList<FlowStep>();
        Consumer<FlowStep> keep = steps::add;
        var joins =
                new FlowJoins(
                        JoinSettings.ONE_POINT,
                        new FlowJoins.Listener() {
                            @Override
                            public void onStep(FlowStep step) {
                                keep.accept(step);
                            }

                            @Override
                            public void onJoined(JoinedFlow joined) {}
                        });
        for (int i = 0; i < flows; i++) {
            long first = i * Records.SECOND / 8;
            int client = 1 + (int) Math.abs(100 * random.nextGaussian());
            long packets = 1 + random.nextInt(1 << random.nextInt(10));
            joins.onRecord(
                    Records.tcp(client << 8, 1000 + i, 0x0a000000 | random.nextInt(20), 443)
                            .at(first, first + random.nextLong(15 * Records.SECOND))
                            .packets(packets, packets / 2)
                            .bytes(packets * 100, packets * 200)
                            .build(),
                    "a/eth0");
        }
        return steps;
    }
}
