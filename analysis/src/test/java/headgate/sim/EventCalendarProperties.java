package headgate.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class EventCalendarProperties {
    private static final int SLOTS = 11;

    /// What is scheduled, in the order of scheduling.
    private final List<long[]> expected = new ArrayList<>();

    private final EventCalendar calendar = new EventCalendar(SLOTS);

    /// Numbers say what to do: schedule, cancel or take, with times close together, so that many
    /// are equal.
    @Property
    void doesWhatASortedListWouldDo(@ForAll @Size(max = 200) List<Integer> steps) {
        for (int step : steps) {
            int slot = Math.floorMod(step, SLOTS);
            int action = Math.floorMod(step / SLOTS, 4);
            if (action == 0) {
                takeBoth(calendar.nextDueNanos());
            } else if (action == 1) {
                calendar.cancel(slot);
                expected.removeIf(it -> it[0] == slot);
            } else {
                long due = Math.max(0, calendar.nowNanos()) + Math.floorMod(step / 100, 7);
                calendar.at(slot, due);
                expected.removeIf(it -> it[0] == slot);
                expected.add(new long[] {slot, due});
            }
            for (int i = 0; i < SLOTS; i++) {
                assertEquals(expectedDue(i), calendar.dueNanos(i));
            }
        }
        while (!expected.isEmpty()) {
            takeBoth(EventCalendar.NEVER - 1);
        }
        assertEquals(EventCalendar.NEVER, calendar.nextDueNanos());
    }

    /// Two models of actors that reschedule themselves, one by way of the calendar, one by passing
    /// on where it can, take the same events.
    @Property
    void passesOnOnlyWhereSchedulingWouldComeToTheSame(
            @ForAll @Size(max = 100) List<@IntRange(max = 6) Integer> delays,
            @ForAll @Size(max = 20) List<@IntRange(max = 40) Integer> bounds) {
        assertEquals(events(delays, bounds, false), events(delays, bounds, true));
    }

    private static List<String> events(
            List<Integer> delays, List<Integer> bounds, boolean passesOn) {
        var calendar = new EventCalendar(SLOTS);
        for (int slot = 0; slot < SLOTS; slot++) {
            calendar.at(slot, slot / 2);
        }
        var events = new ArrayList<String>();
        Iterator<Integer> delay = delays.iterator();
        for (int bound : bounds) {
            int slot = calendar.takeUntil(bound);
            while (slot != EventCalendar.NO_SLOT && delay.hasNext()) {
                events.add(slot + " at " + calendar.nowNanos());
                long due = calendar.nowNanos() + delay.next();
                if (!passesOn || !calendar.passOnTo(due)) {
                    calendar.at(slot, due);
                    slot = calendar.takeUntil(bound);
                }
            }
        }
        return events;
    }

    private void takeBoth(long untilNanos) {
        if (expected.isEmpty()) {
            assertEquals(EventCalendar.NEVER, calendar.nextDueNanos());
            return;
        }
        // The sort keeps the order of what is due at the same time.
        long[] first =
                expected.stream().min(Comparator.comparingLong((long[] it) -> it[1])).orElseThrow();
        assertEquals(first[0], calendar.takeUntil(untilNanos));
        assertEquals(first[1], calendar.nowNanos());
        expected.remove(first);
    }

    private long expectedDue(int slot) {
        return expected.stream()
                .filter(it -> it[0] == slot)
                .mapToLong(it -> it[1])
                .findFirst()
                .orElse(EventCalendar.NEVER);
    }
}
