package headgate.flow.rollup;

import static headgate.flow.join.Records.NOON;
import static headgate.flow.join.Records.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.FlowRecord;
import headgate.flow.join.FlowJoins;
import headgate.flow.join.FlowStep;
import headgate.flow.join.JoinSettings;
import headgate.flow.join.JoinedFlow;
import headgate.flow.join.Records;
import headgate.flow.rollup.RollUp.Row;
import headgate.flow.rollup.RollUp.Sums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RollUpsTest {
    private static final int ALICE = 0x0a000001;
    private static final int BOB = 0x0a000102;
    private static final int SERVER = 0xc0000201;

    private final List<RollUp> told = new ArrayList<>();
    private final RollUps rollUps = new RollUps(RollUpSettings.DEFAULT, told::add);

    private void add(FlowRecord... records) {
        var joins =
                new FlowJoins(
                        JoinSettings.LIVE,
                        new FlowJoins.Listener() {
                            @Override
                            public void onStep(FlowStep step) {
                                rollUps.add(step);
                            }

                            @Override
                            public void onJoined(JoinedFlow joined) {}
                        });
        for (FlowRecord record : records) {
            joins.onRecord(record, "gw1/eth0");
        }
    }

    private List<RollUp> told(int seconds, Dimension dimension) {
        return told.stream()
                .filter(each -> each.seconds() == seconds && each.dimension() == dimension)
                .toList();
    }

    private static Row row(RollUp rollUp, String key) {
        return rollUp.rows().stream()
                .filter(row -> row.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError(key + " in " + rollUp));
    }

    @Test
    void tellsWhatEachAddressSentAndReceived() {
        add(
                Records.tcp(ALICE, 1000, SERVER, 443)
                        .at(0, SECOND)
                        .packets(10, 20)
                        .bytes(1_000, 20_000)
                        .retransmissions(0, 2)
                        .build(),
                Records.udp(BOB, 2000, SERVER, 53).at(0, SECOND).bytes(80, 300).build());
        rollUps.closeAll();
        RollUp addresses = told(10, Dimension.ADDRESS).getFirst();
        assertEquals(NOON, addresses.startNanos());
        assertEquals(new Sums(2, 32, 21_380, 2), addresses.total());
        assertEquals(
                List.of("192.0.2.1", "10.0.0.1", "10.0.1.2"),
                addresses.rows().stream().map(Row::key).toList());
        Row server = row(addresses, "192.0.2.1");
        assertEquals(new Sums(0, 21, 20_300, 2), server.sent());
        assertEquals(new Sums(2, 11, 1_080, 0), server.received());
        assertEquals(Sums.NONE, addresses.other().sent());
    }

    @Test
    void namesNetworksPairsPortsAndApplications() {
        add(
                Records.tcp(SERVER, 1000, ALICE, 22)
                        .packets(3, 4)
                        .bytes(300, 400)
                        .rtt(7)
                        .application("ssh", Map.of())
                        .build(),
                Records.icmp(ALICE, 8, BOB, 0).bytes(90, 0).build());
        rollUps.closeAll();
        assertEquals(
                List.of("10.0.0.0/24", "192.0.2.0/24", "10.0.1.0/24"),
                keys(told(10, Dimension.NETWORK).getFirst()));
        RollUp pairs = told(10, Dimension.NETWORK_PAIR).getFirst();
        Row pair = row(pairs, "10.0.0.0/24 192.0.2.0/24");
        assertEquals(new Sums(0, 4, 400, 0), pair.sent());
        assertEquals(new Sums(1, 3, 300, 0), pair.received());
        assertEquals(1, pair.rttCount());
        assertEquals(7, pair.rttMaxNanos());
        assertEquals(List.of("tcp/22", "icmp"), keys(told(10, Dimension.PORT).getFirst()));
        assertEquals(List.of("ssh", "unknown"), keys(told(10, Dimension.APPLICATION).getFirst()));
    }

    private static List<String> keys(RollUp rollUp) {
        return rollUp.rows().stream().map(Row::key).toList();
    }

    @Test
    void spreadsAStepEvenlyOverItsTime() {
        add(
                Records.tcp(ALICE, 1000, SERVER, 443)
                        .at(5 * SECOND, 25 * SECOND)
                        .packets(40, 4)
                        .bytes(4_001, 400)
                        .build());
        rollUps.closeAll();
        List<RollUp> ports = told(10, Dimension.PORT);
        assertEquals(
                List.of(NOON, NOON + 10 * SECOND, NOON + 20 * SECOND),
                ports.stream().map(RollUp::startNanos).toList());
        assertEquals(
                List.of(10L, 20L, 10L),
                ports.stream().map(each -> row(each, "tcp/443").sent().packets()).toList());
        assertEquals(
                4_001, ports.stream().mapToLong(each -> row(each, "tcp/443").sent().bytes()).sum());
        assertEquals(
                List.of(1L, 0L, 0L), ports.stream().map(each -> each.total().flows()).toList());
    }

    @Test
    void countsEachSampledFlowForThoseThatWereNotCaptured() {
        add(
                Records.tcp(ALICE, 1000, SERVER, 443)
                        .at(0, 30 * SECOND)
                        .packets(10, 20)
                        .bytes(1_000, 20_000)
                        .retransmissions(0, 2)
                        .rtt(7)
                        .build()
                        .sampled(16));
        rollUps.closeAll();
        Row port = told(60, Dimension.PORT).getFirst().rows().getFirst();
        assertEquals(new Sums(16, 160, 16_000, 0), port.sent());
        assertEquals(new Sums(0, 320, 320_000, 32), port.received());
        assertEquals(1, port.rttCount());
        assertEquals(7, port.rttSumNanos());
    }

    @Test
    void tellsATimeWhenItIsOverForLongEnough() {
        add(Records.udp(ALICE, 1, SERVER, 53).at(0, 0).build());
        rollUps.advanceTo(NOON + 75 * SECOND - 1);
        assertEquals(List.of(), told);
        rollUps.advanceTo(NOON + 75 * SECOND);
        assertEquals(Dimension.values().length, told.size());
        assertEquals(0, told(60, Dimension.PORT).size());
        rollUps.advanceTo(NOON + 125 * SECOND);
        assertEquals(1, told(60, Dimension.PORT).size());
        rollUps.advanceTo(NOON + 7200 * SECOND);
        assertEquals(new Sums(1, 2, 200, 0), told(3600, Dimension.PORT).getFirst().total());
    }

    @Test
    void tellsWhatComesLateAsOneMoreRollUpOfTheSameTime() {
        add(Records.udp(ALICE, 1, SERVER, 53).at(0, 0).build());
        rollUps.advanceTo(NOON + 200 * SECOND);
        add(Records.udp(ALICE, 2, SERVER, 53).at(0, 0).build());
        rollUps.advanceTo(NOON + 210 * SECOND);
        List<RollUp> ports = told(10, Dimension.PORT);
        assertEquals(List.of(NOON, NOON), ports.stream().map(RollUp::startNanos).toList());
        assertEquals(1, rollUps.late());
        assertEquals(2, told(60, Dimension.PORT).stream().mapToLong(r -> r.total().flows()).sum());
    }

    @Test
    void countsAStepWithALongPauseInItsLastTime() {
        add(Records.tcp(ALICE, 1, SERVER, 80).at(0, 3600 * SECOND).build());
        rollUps.closeAll();
        assertEquals(1, rollUps.unspread());
        assertEquals(NOON + 3600 * SECOND, told(10, Dimension.PORT).getFirst().startNanos());
        assertEquals(1, told(10, Dimension.PORT).size());
    }

    @Test
    void keepsNoMoreTimesOpenThanItSays() {
        for (int i = 0; i < 1000; i++) {
            add(Records.udp(ALICE, 1, SERVER, 53).at(-i * 10 * SECOND, -i * 10 * SECOND).build());
        }
        assertTrue(rollUps.toldEarly() >= 900, () -> rollUps.toldEarly() + " told early");
        rollUps.closeAll();
        assertEquals(
                1000, told(10, Dimension.PORT).stream().mapToLong(r -> r.total().flows()).sum());
        assertEquals(
                1000, told(3600, Dimension.PORT).stream().mapToLong(r -> r.total().flows()).sum());
    }

    @Test
    void survivesTimesThatNoClockShows() {
        for (long nanos : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, 0}) {
            add(Records.udp(ALICE, 1, SERVER, 53).at(nanos - NOON, nanos - NOON).build());
        }
        rollUps.closeAll();
        assertEquals(
                4, told(3600, Dimension.PORT).stream().mapToLong(r -> r.total().flows()).sum());
    }
}
