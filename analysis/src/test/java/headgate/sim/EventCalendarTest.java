package headgate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EventCalendarTest {
    private final EventCalendar calendar = new EventCalendar(4);

    @Test
    void takesWhatIsDueFirst() {
        calendar.at(0, 30);
        calendar.at(1, 10);
        calendar.at(2, 20);

        assertEquals(1, calendar.take());
        assertEquals(10, calendar.nowNanos());
        assertEquals(2, calendar.take());
        assertEquals(0, calendar.take());
        assertEquals(EventCalendar.NEVER, calendar.nextDueNanos());
    }

    @Test
    void keepsTheOrderOfSchedulingAtEqualTimes() {
        calendar.at(3, 10);
        calendar.at(0, 10);
        calendar.at(2, 10);

        assertEquals(3, calendar.take());
        assertEquals(0, calendar.take());
        assertEquals(2, calendar.take());
    }

    @Test
    void schedulesASlotOnceAndMovesIt() {
        calendar.at(0, 10);
        calendar.at(1, 20);
        calendar.at(0, 30);

        assertEquals(30, calendar.dueNanos(0));
        assertEquals(1, calendar.take());
        assertEquals(0, calendar.take());
        assertThrows(IllegalStateException.class, calendar::take);
    }

    @Test
    void forgetsWhatIsCancelled() {
        calendar.at(0, 30);
        calendar.at(1, 10);
        calendar.at(2, 20);
        calendar.cancel(1);
        calendar.cancel(3);

        assertEquals(EventCalendar.NEVER, calendar.dueNanos(1));
        assertEquals(2, calendar.take());
        calendar.at(1, 25);
        assertEquals(1, calendar.take());
        assertEquals(0, calendar.take());
        assertEquals(EventCalendar.NEVER, calendar.nextDueNanos());
    }

    @Test
    void refusesThePast() {
        calendar.advanceTo(100);

        var refused = assertThrows(IllegalArgumentException.class, () -> calendar.at(0, 99));
        assertEquals("due at 99 ns, but now is already 100 ns", refused.getMessage());
    }

    @Test
    void doesNotSkipAnEvent() {
        calendar.at(0, 10);

        assertThrows(IllegalStateException.class, () -> calendar.advanceTo(11));
        calendar.advanceTo(10);
        assertEquals(10, calendar.nowNanos());
    }

    @Test
    void goesOnAfterBeingSavedAndRestored() throws IOException {
        calendar.at(2, 10);
        calendar.at(1, 10);
        calendar.at(0, 5);
        calendar.take();
        var bytes = new ByteArrayOutputStream();
        calendar.save(new DataOutputStream(bytes));

        var restored = new EventCalendar(4);
        restored.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        assertEquals(5, restored.nowNanos());
        restored.at(3, 10);
        assertEquals(2, restored.take());
        assertEquals(1, restored.take());
        assertEquals(3, restored.take());
    }
}
