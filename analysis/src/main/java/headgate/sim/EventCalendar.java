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

    /// Slots that are due, the next one last; of equal times the one scheduled first is last. Place
    /// 0 is nobody's.
    private int[] slots;

    /// When the slot at each place is due; at place 0 [#NEVER], so that whoever looks for a time
    /// finds one.
    private long[] dueAtPlace;

    /// When each slot is due.
    private long[] dueOfSlot;

    /// The place of the next slot, 0 if none is due.
    private int next;

    private long nowNanos = Long.MIN_VALUE;

    /// The bound of the latest [#takeUntil].
    private long untilNanos = Long.MIN_VALUE;

    /// @param slots how many there are
    public EventCalendar(int slots) {
        this.slots = new int[slots + 1];
        dueAtPlace = new long[slots + 1];
        dueAtPlace[0] = NEVER;
        dueOfSlot = new long[slots];
        Arrays.fill(dueOfSlot, NEVER);
    }

    /// Adds slots behind those there are; what is scheduled stays.
    public void addSlots(int count) {
        int before = dueOfSlot.length;
        slots = Arrays.copyOf(slots, slots.length + count);
        dueAtPlace = Arrays.copyOf(dueAtPlace, dueAtPlace.length + count);
        dueOfSlot = Arrays.copyOf(dueOfSlot, before + count);
        Arrays.fill(dueOfSlot, before, before + count, NEVER);
    }

    /// The time of the latest event taken, or up to which none was due.
    public long nowNanos() {
        return nowNanos;
    }

    /// When the next event is due; [#NEVER] if none is.
    public long nextDueNanos() {
        return dueAtPlace[next];
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
        int place = ++next;
        while (place > 1 && dueAtPlace[place - 1] <= due) {
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
        int place = next;
        while (slots[place] != slot) {
            place--;
        }
        System.arraycopy(slots, place + 1, slots, place, next - place);
        System.arraycopy(dueAtPlace, place + 1, dueAtPlace, place, next - place);
        next--;
    }

    /// Takes the slot that is due next off the calendar, if that is up to `untilNanos`; its due
    /// time is the new now.
    ///
    /// @return [#NO_SLOT] if none is due; then now is `untilNanos`, unless it is later already
    public int takeUntil(long untilNanos) {
        this.untilNanos = untilNanos;
        long due = dueAtPlace[next];
        if (due > untilNanos || due == NEVER) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return NO_SLOT;
        }
        nowNanos = due;
        int slot = slots[next--];
        dueOfSlot[slot] = NEVER;
        return slot;
    }

    /// Passes straight on to a time at which whoever was taken last has something due, if that
    /// would be taken next: nothing else is due up to then, nor does the bound of [#takeUntil] lie
    /// before it. The same as to schedule it and take it, without the way through the calendar.
    ///
    /// @return whether that time is the new now; if not, nothing has changed
    public boolean passOnTo(long due) {
        if (due > Math.min(untilNanos, dueAtPlace[next] - 1)) {
            return false;
        }
        nowNanos = due;
        return true;
    }

    public void save(DataOutput out) throws IOException {
        out.writeLong(nowNanos);
        out.writeInt(next);
        for (int place = next; place > 0; place--) {
            out.writeInt(slots[place]);
            out.writeLong(dueAtPlace[place]);
        }
    }

    /// Takes over what [#save] wrote for a calendar of as many slots.
    ///
    /// @throws IOException if that cannot be
    public void restore(DataInput in) throws IOException {
        next = 0;
        Arrays.fill(dueOfSlot, NEVER);
        nowNanos = Long.MIN_VALUE;
        long now = in.readLong();
        int count = in.readInt();
        if (count < 0 || count > dueOfSlot.length) {
            throw new IOException("a calendar of " + count + " events cannot be");
        }
        for (int i = 0; i < count; i++) {
            at(Math.floorMod(in.readInt(), dueOfSlot.length), in.readLong());
        }
        nowNanos = now;
    }
}
