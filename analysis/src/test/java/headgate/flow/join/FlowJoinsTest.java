package headgate.flow.join;

import static headgate.flow.join.Records.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.flow.FlowRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowJoinsTest {
    private static final int CLIENT = 0x0a000001;
    private static final int SERVER = 0xc0000201;
    private static final String EAST = "gw1/eth0";
    private static final String WEST = "gw2/eth0";

    private final List<FlowStep> steps = new ArrayList<>();
    private final List<JoinedFlow> joined = new ArrayList<>();
    private FlowJoins joins = with(JoinSettings.LIVE);

    private FlowJoins with(JoinSettings settings) {
        return new FlowJoins(
                settings,
                new FlowJoins.Listener() {
                    @Override
                    public void onStep(FlowStep step) {
                        steps.add(step);
                    }

                    @Override
                    public void onJoined(JoinedFlow flow) {
                        joined.add(flow);
                    }
                });
    }

    private static Records web() {
        return Records.tcp(CLIENT, 40_000, SERVER, 443);
    }

    private static Records name() {
        return Records.udp(CLIENT, 5000, SERVER, 53);
    }

    private long packets() {
        return steps.stream().mapToLong(FlowStep::packets).sum();
    }

    @Test
    void countsAFlowThatTwoPointsSawOnce() {
        joins.onRecord(web().at(0, SECOND).packets(10, 8).bytes(1000, 8000).build(), EAST);
        joins.onRecord(web().at(2, SECOND + 2).packets(10, 8).bytes(1000, 8000).build(), WEST);
        assertEquals(18, packets());
        assertEquals(List.of(true, false), steps.stream().map(FlowStep::begins).toList());
        assertEquals(List.of(true, false), steps.stream().map(FlowStep::ends).toList());
        JoinedFlow both = joined.getFirst();
        assertEquals(1, joined.size());
        assertEquals(
                List.of(EAST, WEST), both.points().stream().map(p -> p.capturePoint()).toList());
        assertEquals(new SideSums(10, 1000, 0, 0, 0), both.originator().sums());
        assertTrue(both.ended());
    }

    @Test
    void tellsWhatWasLostBetweenThePoints() {
        joins.onRecord(web().at(0, SECOND).packets(10, 8).build(), EAST);
        joins.onRecord(web().at(2, SECOND).packets(7, 8).retransmissions(3, 0).build(), WEST);
        JoinedFlow both = joined.getFirst();
        assertEquals(10, both.originator().sums().packets());
        assertEquals(0, both.missingAt(both.points().get(0)));
        assertEquals(3, both.missingAt(both.points().get(1)));
        assertEquals(3, both.originator().sums().retransmissions());
    }

    @Test
    void putsDirectionsTogetherThatTakeDifferentWays() {
        joins.onRecord(web().at(0, SECOND).packets(5, 0).build(), EAST);
        var answers = Records.tcp(SERVER, 443, CLIENT, 40_000).at(9, SECOND).packets(4, 0);
        joins.onRecord(answers.build(), WEST);
        JoinedFlow both = joined.getFirst();
        assertEquals(5, both.originator().sums().packets());
        assertEquals(4, both.responder().sums().packets());
        assertTrue(both.points().get(0).oneWay());
        assertTrue(both.points().get(1).oneWay());
        assertEquals(0, both.points().get(1).originator().packets());
        assertEquals(9, packets());
    }

    @Test
    void takesFromInterimRecordsWhatIsNew() {
        joins.onRecord(web().at(0, 60 * SECOND).packets(100, 50).interim().build(), EAST);
        joins.onRecord(web().at(0, 120 * SECOND).packets(130, 70).interim().build(), EAST);
        joins.onRecord(web().at(0, 150 * SECOND).packets(140, 90).rtt(42).build(), EAST);
        assertEquals(List.of(150L, 50L, 30L), steps.stream().map(FlowStep::packets).toList());
        FlowStep second = steps.get(1);
        assertEquals(60 * SECOND, second.fromNanos() - Records.NOON);
        assertEquals(120 * SECOND, second.toNanos() - Records.NOON);
        assertEquals(List.of(-1L, -1L, 42L), steps.stream().map(FlowStep::rttNanos).toList());
        assertEquals(List.of(), joined);
    }

    @Test
    void tellsAJoinedFlowThatGoesOnEachInterimTime() {
        for (int second = 10; second <= 120; second += 10) {
            FlowRecord record =
                    web().at(0, second * SECOND).packets(second, second).interim().build();
            joins.onRecord(record, EAST);
            joins.onRecord(record, WEST);
        }
        assertEquals(2, joined.size());
        assertFalse(joined.getLast().ended());
        assertEquals(240, packets());
    }

    @Test
    void takesPortsThatAreUsedAgainForAnotherConversation() {
        joins.onRecord(web().at(0, SECOND).build(), EAST);
        joins.onRecord(web().at(0, SECOND).build(), WEST);
        joins.onRecord(web().at(SECOND + SECOND / 2, 2 * SECOND).build(), EAST);
        joins.onRecord(web().at(SECOND + SECOND / 2, 2 * SECOND).build(), WEST);
        assertEquals(4, packets());
        assertEquals(2, joins.statistics().conversations());
        assertEquals(2, joined.size());
    }

    @Test
    void addsFlowsOfOnePointThatGoOnAtTheSameTime() {
        joins.onRecord(web().at(0, SECOND).packets(4, 4).build(), EAST);
        joins.onRecord(web().at(5, SECOND).packets(3, 0).build(), EAST);
        joins.onRecord(web().at(0, SECOND).packets(4, 4).build(), WEST);
        joins.onRecord(web().at(5, SECOND).packets(3, 0).build(), WEST);
        assertEquals(11, packets());
        assertEquals(1, joins.statistics().conversations());
        assertEquals(2, joined.getLast().points().size());
    }

    @Test
    void joinsFlowsWhoseClocksAreApartByASecondAndNoMore() {
        joins.onRecord(web().at(0, SECOND).build(), EAST);
        joins.onRecord(web().at(2 * SECOND, 3 * SECOND).build(), WEST);
        assertEquals(1, joins.statistics().conversations());
        joins.onRecord(web().at(5 * SECOND, 6 * SECOND).build(), "gw3/eth0");
        assertEquals(2, joins.statistics().conversations());
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            joins.nextRound();
        }
    }

    @Test
    void forgetsAnEndedConversationWhenNoFurtherPointIsToBeExpected() {
        joins.onRecord(web().build(), EAST);
        rounds(JoinSettings.LIVE.holdRounds() - 1);
        assertEquals(1, joins.statistics().remembered());
        rounds(1);
        assertEquals(0, joins.statistics().remembered());
        joins.onRecord(web().build(), WEST);
        assertEquals(2, joins.statistics().conversations());
    }

    @Test
    void joinsWhatAnAgentSawThatIsReadAnHourLater() {
        joins.onRecord(web().build(), EAST);
        joins.onRecord(name().at(3600 * SECOND, 3600 * SECOND).build(), EAST);
        joins.onRecord(web().build(), WEST);
        assertEquals(1, joins.statistics().joined());
    }

    @Test
    void tellsTheTimeOfTheCapturePointThatIsFurthestBehind() {
        joins.onRecord(name().build(), EAST);
        joins.onRecord(name().build(), WEST);
        joins.onRecord(name().at(3600 * SECOND, 3600 * SECOND).build(), EAST);
        assertEquals(Records.NOON, joins.nowNanos());
        joins.leaveOut(WEST);
        assertEquals(Records.NOON + 3600 * SECOND, joins.nowNanos());
    }

    @Test
    void forgetsAConversationOfWhichNothingIsHeard() {
        joins.onRecord(web().interim().build(), EAST);
        rounds(JoinSettings.LIVE.forgetRounds());
        assertEquals(0, joins.statistics().remembered());
        assertEquals(1, joins.statistics().forgotten());
    }

    @Test
    void countsFlowsExactlyOnceAlsoWithoutRoomToJoinThem() {
        joins = with(new JoinSettings(1, 0, 1, 1, SECOND));
        joins.onRecord(web().packets(1, 1).interim().build(), EAST);
        joins.onRecord(name().packets(3, 3).interim().build(), EAST);
        joins.onRecord(name().packets(5, 4).build(), EAST);
        assertEquals(2, joins.statistics().notJoined());
        assertEquals(11, packets());
        joins = with(new JoinSettings(1, 0, 1, 1, SECOND));
        joins.onRecord(web().build(), EAST);
        joins.onRecord(name().build(), EAST);
        assertEquals(1, joins.statistics().heldShorter());
        assertEquals(0, joins.statistics().notJoined());
    }

    @Test
    void survivesTimesThatNoClockShows() {
        for (long nanos : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 0, -1}) {
            joins.onRecord(web().at(nanos - Records.NOON, nanos - Records.NOON).build(), EAST);
            joins.onRecord(web().at(nanos - Records.NOON, nanos - Records.NOON).build(), WEST);
        }
        assertEquals(4, joins.statistics().joined());
    }
}
