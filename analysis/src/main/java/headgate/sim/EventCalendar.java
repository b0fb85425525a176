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

    private final long[] dueNanos;
    private final long[] order;

    /// Slots as a binary heap by due time, then order; [#places] is its inverse.
    private final int[] heap;

    private final int[] places;
    private int size;
    private long nextOrder;
    private long nowNanos = Long.MIN_VALUE;

    public EventCalendar(int slots) {
        dueNanos = new long[slots];
        order = new long[slots];
        heap = new int[slots];
        places = new int[slots];
        Arrays.fill(dueNanos, NEVER);
        Arrays.fill(places, -1);
    }

    /// The time of the latest event taken, or what [#advanceTo] set if that is later.
    public long nowNanos() {
        return nowNanos;
    }

    /// When the next event is due; [#NEVER] if none is.
    public long nextDueNanos() {
        return size == 0 ? NEVER : dueNanos[heap[0]];
    }

    /// When the slot is due; [#NEVER] if it is not.
    public long dueNanos(int slot) {
        return dueNanos[slot];
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
        if (places[slot] < 0) {
            return;
        }
        int place = places[slot];
        dueNanos[slot] = NEVER;
        places[slot] = -1;
        int last = heap[--size];
        if (last != slot) {
            heap[place] = last;
            places[last] = place;
            siftUp(place);
            siftDown(places[last]);
        }
    }

    /// Takes the slot that is due next off the calendar; its due time is the new now.
    ///
    /// @throws IllegalStateException if nothing is scheduled
    public int take() {
        if (size == 0) {
            throw new IllegalStateException("nothing is scheduled");
        }
        int slot = heap[0];
        nowNanos = dueNanos[slot];
        dueNanos[slot] = NEVER;
        places[slot] = -1;
        int last = heap[--size];
        if (size > 0) {
            heap[0] = last;
            places[last] = 0;
            siftDown(0);
        }
        return slot;
    }

    /// Lets time pass without an event. Earlier times leave it as it is.
    ///
    /// @throws IllegalStateException if that would skip an event
    public void advanceTo(long nanos) {
        if (nanos > nextDueNanos()) {
            throw new IllegalStateException(
                    "an event is due at " + nextDueNanos() + " ns, before " + nanos + " ns");
        }
        nowNanos = Math.max(nowNanos, nanos);
    }

    public void save(DataOutput out) throws IOException {
        out.writeLong(nowNanos);
        out.writeLong(nextOrder);
        for (int slot = 0; slot < dueNanos.length; slot++) {
            out.writeLong(dueNanos[slot]);
            out.writeLong(order[slot]);
        }
    }

    /// Takes over what [#save] wrote for a calendar of as many slots.
    public void restore(DataInput in) throws IOException {
        size = 0;
        Arrays.fill(places, -1);
        nowNanos = in.readLong();
        nextOrder = in.readLong();
        for (int slot = 0; slot < dueNanos.length; slot++) {
            long due = in.readLong();
            long slotOrder = in.readLong();
            dueNanos[slot] = NEVER;
            if (due != NEVER) {
                place(slot, due, slotOrder);
            }
        }
    }

    private void place(int slot, long due, long slotOrder) {
        dueNanos[slot] = due;
        order[slot] = slotOrder;
        if (places[slot] < 0) {
            heap[size] = slot;
            places[slot] = size;
            siftUp(size++);
        } else {
            siftUp(places[slot]);
            siftDown(places[slot]);
        }
    }

    private void siftUp(int from) {
        int slot = heap[from];
        int at = from;
        while (at > 0 && isBefore(slot, heap[(at - 1) >> 1])) {
            set(at, heap[(at - 1) >> 1]);
            at = (at - 1) >> 1;
        }
        set(at, slot);
    }

    private void siftDown(int from) {
        int slot = heap[from];
        int at = from;
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            int least =
                    child + 1 < size && isBefore(heap[child + 1], heap[child]) ? child + 1 : child;
            if (isBefore(slot, heap[least])) {
                break;
            }
            set(at, heap[least]);
            at = least;
        }
        set(at, slot);
    }

    private void set(int at, int slot) {
        heap[at] = slot;
        places[slot] = at;
    }

    private boolean isBefore(int slot, int other) {
        return dueNanos[slot] != dueNanos[other]
                ? dueNanos[slot] < dueNanos[other]
                : order[slot] < order[other];
    }
}
