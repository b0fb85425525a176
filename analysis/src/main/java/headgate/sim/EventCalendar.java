package headgate.sim;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// Simulated time and what is due next.
///
/// A model with a fixed number of actors gives each a *slot*; a slot is due at most once at a time.
/// So an event is two numbers in arrays that exist from the start, and scheduling allocates
/// nothing. Equal times keep the order in which they were scheduled.
///
/// What is due is kept sorted. Of a model's actors few are at work at once, and what they do next
/// is near: a new event finds its place after a few steps, where a heap would take as many, each on
/// a branch that nobody can guess, and taking an event costs nothing.
public final class EventCalendar {
    /// The due time of a slot for which nothing is scheduled; never reached.
    public static final long NEVER = Long.MAX_VALUE;

    /// No slot's number.
    public static final int NO_SLOT = -1;

    /// Slots that are due, the next one last; of equal times the one scheduled first is last.
    private final int[] slots;

    /// When the slot at each place is due.
    private final long[] dueAtPlace;

    /// When each slot is due.
    private final long[] dueOfSlot;

    private int size;
    private long nowNanos = Long.MIN_VALUE;

    /// @param slots how many there are
    public EventCalendar(int slots) {
        this.slots = new int[slots];
        dueAtPlace = new long[slots];
        dueOfSlot = new long[slots];
        Arrays.fill(dueOfSlot, NEVER);
    }

    /// The time of the latest event taken, or up to which none was due.
    public long nowNanos() {
        return nowNanos;
    }

    /// When the next event is due; [#NEVER] if none is.
    public long nextDueNanos() {
        return size == 0 ? NEVER : dueAtPlace[size - 1];
    }

    /// When the slot is due; [#NEVER] if it is not.
    public long dueNanos(int slot) {
        return dueOfSlot[slot];
    }

    /// Schedules the slot, in place of what was scheduled for it.
    ///
    /// @throws IllegalArgumentException if that time has passed
    public void at(int slot, long due) {
        if (due < nowNanos) {
            throw new IllegalArgumentException(
                    "due at " + due + " ns, but now is already " + nowNanos + " ns");
        }
        if (dueOfSlot[slot] != NEVER) {
            cancel(slot);
        }
        dueOfSlot[slot] = due;
        int place = size++;
        while (place > 0 && dueAtPlace[place - 1] <= due) {
            dueAtPlace[place] = dueAtPlace[place - 1];
            slots[place] = slots[place - 1];
            place--;
        }
        dueAtPlace[place] = due;
        slots[place] = slot;
    }

    /// Takes what was scheduled for the slot off the calendar, if anything was.
    public void cancel(int slot) {
        if (dueOfSlot[slot] == NEVER) {
            return;
        }
        dueOfSlot[slot] = NEVER;
        int place = size - 1;
        while (slots[place] != slot) {
            place--;
        }
        size--;
        System.arraycopy(slots, place + 1, slots, place, size - place);
        System.arraycopy(dueAtPlace, place + 1, dueAtPlace, place, size - place);
    }

    /// Takes the slot that is due next off the calendar, if that is up to `untilNanos`; its due
    /// time is the new now.
    ///
    /// @return [#NO_SLOT] if none is due; then now is `untilNanos`, unless it is later already
    public int takeUntil(long untilNanos) {
        int last = size - 1;
        if (last < 0 || dueAtPlace[last] > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return NO_SLOT;
        }
        size = last;
        nowNanos = dueAtPlace[last];
        int slot = slots[last];
        dueOfSlot[slot] = NEVER;
        return slot;
    }

    public void save(DataOutput out) throws IOException {
        out.writeLong(nowNanos);
        out.writeInt(size);
        for (int place = size - 1; place >= 0; place--) {
            out.writeInt(slots[place]);
            out.writeLong(dueAtPlace[place]);
        }
    }

    /// Takes over what [#save] wrote for a calendar of as many slots.
    ///
    /// @throws IOException if that cannot be
    public void restore(DataInput in) throws IOException {
        size = 0;
        Arrays.fill(dueOfSlot, NEVER);
        nowNanos = Long.MIN_VALUE;
        long now = in.readLong();
        int count = in.readInt();
        if (count < 0 || count > slots.length) {
            throw new IOException("a calendar of " + count + " events cannot be");
        }
        for (int i = 0; i < count; i++) {
            at(Math.floorMod(in.readInt(), slots.length), in.readLong());
        }
        nowNanos = now;
    }
}
