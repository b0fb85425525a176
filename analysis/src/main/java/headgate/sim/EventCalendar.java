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
public final class EventCalendar {
    /// The due time of a slot for which nothing is scheduled; never reached.
    public static final long NEVER = Long.MAX_VALUE;

    /// No slot's number.
    public static final int NO_SLOT = -1;

    private static final int ABSENT = -1;

    /// Slots as a binary heap by due time, then order.
    private final int[] heap;

    /// When the slot at each place of the heap is due: beside it, since comparing is what costs.
    private final long[] dueNanos;

    /// Where each slot stands in the heap.
    private final int[] places;

    /// Of each slot: how many were scheduled before it.
    private final long[] order;

    private int size;

    /// Whether the slot at the root was taken. Most often it is scheduled anew at once, so its
    /// place is kept for whatever comes next.
    private boolean isRootTaken;

    private long nextOrder;
    private long nowNanos = Long.MIN_VALUE;

    public EventCalendar(int slots) {
        heap = new int[slots];
        dueNanos = new long[slots];
        places = new int[slots];
        order = new long[slots];
        Arrays.fill(places, ABSENT);
    }

    /// The time of the latest event taken, or up to which none was due.
    public long nowNanos() {
        return nowNanos;
    }

    /// When the next event is due; [#NEVER] if none is.
    public long nextDueNanos() {
        if (isRootTaken) {
            removeRoot();
        }
        return size == 0 ? NEVER : dueNanos[0];
    }

    /// When the slot is due; [#NEVER] if it is not.
    public long dueNanos(int slot) {
        return places[slot] == ABSENT ? NEVER : dueNanos[places[slot]];
    }

    /// Schedules the slot, in place of what was scheduled for it.
    ///
    /// @throws IllegalArgumentException if that time has passed
    public void at(int slot, long due) {
        if (due < nowNanos) {
            throw new IllegalArgumentException(
                    "due at " + due + " ns, but now is already " + nowNanos + " ns");
        }
        place(slot, due, nextOrder++);
    }

    /// Takes what was scheduled for the slot off the calendar, if anything was.
    public void cancel(int slot) {
        if (places[slot] == ABSENT) {
            return;
        }
        if (isRootTaken) {
            removeRoot();
        }
        int place = places[slot];
        places[slot] = ABSENT;
        int last = heap[--size];
        if (last != slot) {
            long due = dueNanos[size];
            siftUp(place, last, due);
            siftDown(places[last], last, due);
        }
    }

    /// Takes the slot that is due next off the calendar, if that is up to `untilNanos`; its due
    /// time is the new now.
    ///
    /// @return [#NO_SLOT] if none is due; then now is `untilNanos`, unless it is later already
    public int takeUntil(long untilNanos) {
        if (isRootTaken) {
            removeRoot();
        }
        if (size == 0 || dueNanos[0] > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return NO_SLOT;
        }
        int slot = heap[0];
        nowNanos = dueNanos[0];
        places[slot] = ABSENT;
        isRootTaken = true;
        return slot;
    }

    public void save(DataOutput out) throws IOException {
        out.writeLong(nowNanos);
        out.writeLong(nextOrder);
        for (int slot = 0; slot < places.length; slot++) {
            out.writeLong(dueNanos(slot));
            out.writeLong(order[slot]);
        }
    }

    /// Takes over what [#save] wrote for a calendar of as many slots.
    public void restore(DataInput in) throws IOException {
        size = 0;
        isRootTaken = false;
        Arrays.fill(places, ABSENT);
        nowNanos = in.readLong();
        nextOrder = in.readLong();
        for (int slot = 0; slot < places.length; slot++) {
            long due = in.readLong();
            long slotOrder = in.readLong();
            if (due != NEVER) {
                place(slot, due, slotOrder);
            }
        }
    }

    private void place(int slot, long due, long slotOrder) {
        order[slot] = slotOrder;
        int place = places[slot];
        if (place != ABSENT) {
            if (due < dueNanos[place]) {
                siftUp(place, slot, due);
            } else {
                siftDown(place, slot, due);
            }
        } else if (isRootTaken) {
            isRootTaken = false;
            siftDown(0, slot, due);
        } else {
            siftUp(size++, slot, due);
        }
    }

    private void removeRoot() {
        isRootTaken = false;
        size--;
        if (size > 0) {
            siftDown(0, heap[size], dueNanos[size]);
        }
    }

    private void siftUp(int from, int slot, long due) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) >> 1;
            if (!isBefore(slot, due, parent)) {
                break;
            }
            set(at, heap[parent], dueNanos[parent]);
            at = parent;
        }
        set(at, slot, due);
    }

    private void siftDown(int from, int slot, long due) {
        int at = from;
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            int least = child;
            if (child + 1 < size && isBefore(heap[child + 1], dueNanos[child + 1], child)) {
                least = child + 1;
            }
            if (isBefore(slot, due, least)) {
                break;
            }
            set(at, heap[least], dueNanos[least]);
            at = least;
        }
        set(at, slot, due);
    }

    private void set(int at, int slot, long due) {
        heap[at] = slot;
        dueNanos[at] = due;
        places[slot] = at;
    }

    private boolean isBefore(int slot, long due, int place) {
        return due != dueNanos[place] ? due < dueNanos[place] : order[slot] < order[heap[place]];
    }
}
