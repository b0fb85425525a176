package headgate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EventCalendarTest {
    private final EventCalendar calendar = new EventCalendar(4);

    private int take() {
        return take(calendar);
    }

    private static int take(EventCalendar from) {
        return from.takeUntil(EventCalendar.NEVER - 1);
    }

    @Test
    void takesWhatIsDueFirst() {
        calendar.at(0, 30);
        calendar.at(1, 10);
        calendar.at(2, 20);

        assertEquals(1, take());
        assertEquals(10, calendar.nowNanos());
        assertEquals(2, take());
        assertEquals(0, take());
        assertEquals(EventCalendar.NEVER, calendar.nextDueNanos());
    }

    @Test
    void keepsTheOrderOfSchedulingAtEqualTimes() {
        calendar.at(3, 10);
        calendar.at(0, 10);
        calendar.at(2, 10);

        assertEquals(3, take());
        assertEquals(0, take());
        assertEquals(2, take());
    }

    @Test
    void schedulesASlotOnceAndMovesIt() {
        calendar.at(0, 10);
        calendar.at(1, 20);
        calendar.at(0, 30);

        assertEquals(30, calendar.dueNanos(0));
        assertEquals(1, take());
        assertEquals(0, take());
        assertEquals(EventCalendar.NO_SLOT, take());
    }

    @Test
    void forgetsWhatIsCancelled() {
        calendar.at(0, 30);
        calendar.at(1, 10);
        calendar.at(2, 20);
        calendar.cancel(1);
        calendar.cancel(3);

        assertEquals(EventCalendar.NEVER, calendar.dueNanos(1));
        assertEquals(2, take());
        calendar.at(1, 25);
        assertEquals(1, take());
        assertEquals(0, take());
        assertEquals(EventCalendar.NEVER, calendar.nextDueNanos());
    }

    @Test
    void refusesThePast() {
        calendar.takeUntil(100);

        var refused = assertThrows(IllegalArgumentException.class, () -> calendar.at(0, 99));
        assertEquals("due at 99 ns, but now is already 100 ns", refused.getMessage());
    }

    @Test
    void letsTimePassUpToTheNextEventAndNoFurther() {
        calendar.at(0, 10);

        assertEquals(EventCalendar.NO_SLOT, calendar.takeUntil(9));
        assertEquals(9, calendar.nowNanos());
        assertEquals(0, calendar.takeUntil(11));
        assertEquals(10, calendar.nowNanos());
        assertEquals(EventCalendar.NO_SLOT, calendar.takeUntil(11));
        assertEquals(11, calendar.nowNanos());
        assertEquals(EventCalendar.NO_SLOT, calendar.takeUntil(3));
        assertEquals(11, calendar.nowNanos(), "time does not run backwards");
    }

    @Test
    void givesTheTakenSlotsPlaceToWhateverComesNext() {
        calendar.at(0, 10);
        calendar.at(1, 20);
        calendar.at(2, 30);
        take();
        calendar.at(3, 40);
        calendar.at(0, 20);
        calendar.cancel(2);

        assertEquals(1, take());
        assertEquals(EventCalendar.NEVER, calendar.dueNanos(1));
        calendar.at(2, 20);
        assertEquals(0, take(), "scheduled before 2");
        assertEquals(2, take());
        assertEquals(3, take());
        assertEquals(EventCalendar.NEVER, calendar.nextDueNanos());
    }

    @Test
    void passesOnToATimeOnlyIfThatComesNext() {
        calendar.at(0, 10);
        calendar.at(1, 20);
        assertEquals(0, calendar.takeUntil(30));

        assertFalse(calendar.passOnTo(21), "1 comes before");
        assertFalse(calendar.passOnTo(20), "1 was scheduled before");
        assertTrue(calendar.passOnTo(19));
        assertEquals(19, calendar.nowNanos());
        assertEquals(1, calendar.takeUntil(30));
        assertFalse(calendar.passOnTo(31), "nothing is to happen after 30");
        assertTrue(calendar.passOnTo(30));
        assertEquals(EventCalendar.NO_SLOT, calendar.takeUntil(30));
    }

    @Test
    void goesOnAfterBeingSavedAndRestored() throws IOException {
        calendar.at(2, 10);
        calendar.at(1, 10);
        calendar.at(0, 5);
        take();
        var bytes = new ByteArrayOutputStream();
        calendar.save(new DataOutputStream(bytes));

        var restored = new EventCalendar(4);
        restored.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        assertEquals(5, restored.nowNanos());
        restored.at(3, 10);
        assertEquals(2, take(restored));
        assertEquals(1, take(restored));
        assertEquals(3, take(restored));
    }
}
