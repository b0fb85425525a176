package headgate.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import headgate.flow.CaptureLosses.Loss;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Rules L1 to L4.
class CaptureLossesTest {
    private static final Map<LossPlace, Long> NOTHING = Map.of();
    private static final Map<LossPlace, Long> SOCKET = Map.of(LossPlace.SOCKET, 3L);
    private static final Map<LossPlace, Long> AGENT = Map.of(LossPlace.AGENT, 2L);

    /// Nothing until 10, the socket from 10 to 20, nothing until 30, the agent until 40.
    private static final CaptureLosses KNOWN =
            CaptureLosses.since(0)
                    .until(10, NOTHING)
                    .until(20, SOCKET)
                    .until(30, NOTHING)
                    .until(40, AGENT);

    @Test
    void namesThePlaceThatLostFramesMeanwhile() {
        assertEquals(LossPlace.SOCKET, KNOWN.placeBetween(5, 12));
        assertEquals(LossPlace.SOCKET, KNOWN.placeBetween(20, 25));
        assertEquals(LossPlace.AGENT, KNOWN.placeBetween(35, 100));
    }

    @Test
    void namesNoneOfSeveral() {
        assertEquals(LossPlace.IN_CAPTURE, KNOWN.placeBetween(15, 35));
    }

    @Test
    void claimsThatNothingWasLostOnlyOfTimeThatIsKnown() {
        assertEquals(LossPlace.BEFORE_CAPTURE, KNOWN.placeBetween(0, 9));
        assertEquals(LossPlace.BEFORE_CAPTURE, KNOWN.placeBetween(21, 29));
        assertEquals(LossPlace.UNKNOWN, KNOWN.placeBetween(-1, 9));
        assertEquals(LossPlace.UNKNOWN, KNOWN.placeBetween(41, 42));
    }

    @Test
    void goesOnWithALossThatDoesNotPause() {
        CaptureLosses known = CaptureLosses.since(0).until(10, SOCKET).until(20, SOCKET);
        assertEquals(List.of(new Loss(0, 20, LossPlace.SOCKET, 6)), known.losses());
    }

    @Test
    void forgetsTheOldestAndWhatItKnewOfThatTime() {
        CaptureLosses known = CaptureLosses.since(0);
        for (int i = 0; i <= CaptureLosses.MAX_LOSSES; i++) {
            known = known.until(20 * i + 10, SOCKET).until(20 * i + 20, NOTHING);
        }
        assertEquals(CaptureLosses.MAX_LOSSES, known.losses().size());
        assertEquals(10, known.sinceNanos());
        assertEquals(LossPlace.UNKNOWN, known.placeBetween(2, 3));
        assertEquals(LossPlace.BEFORE_CAPTURE, known.placeBetween(11, 19));
    }

    @Test
    void placesALossUnderAClockThatWasSetBackBetweenBothTimes() {
        CaptureLosses known = CaptureLosses.since(0).until(100, NOTHING).until(60, SOCKET);
        assertEquals(List.of(new Loss(60, 100, LossPlace.SOCKET, 3)), known.losses());
        assertEquals(100, known.untilNanos());
    }

    @Test
    void refusesPlacesThatAreNoneAndTimesTheWrongWayRound() {
        assertThrows(
                IllegalArgumentException.class, () -> new Loss(0, 1, LossPlace.BEFORE_CAPTURE, 1));
        assertThrows(IllegalArgumentException.class, () -> new Loss(1, 0, LossPlace.SOCKET, 1));
        assertThrows(IllegalArgumentException.class, () -> new Loss(0, 1, LossPlace.SOCKET, 0));
        assertThrows(IllegalArgumentException.class, () -> new CaptureLosses(1, 0, List.of()));
    }
}
