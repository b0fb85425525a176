package headgate.forwarding;

import java.util.Arrays;

/// Numbers from 0 on, cut into ranges that each have a value, while they become more.
final class Ranges {
    /// Takes one range after another, in ascending order.
    @FunctionalInterface
    interface Visitor {
        /// @param first and `last`, both included
        void visit(long first, long last, int value);
    }

    private long[] starts;
    private int[] values;
    private int size;

    Ranges(int capacity) {
        starts = new long[Math.max(16, capacity)];
        values = new int[starts.length];
    }

    int size() {
        return size;
    }

    /// The first number of a range.
    long start(int range) {
        return starts[range];
    }

    int value(int range) {
        return values[range];
    }

    /// From `start` on numbers have this value. A range that starts where the last one does
    /// replaces it; one that has the same value is no new range.
    void append(long start, int value) {
        int at = size > 0 && starts[size - 1] == start ? size - 1 : size;
        if (at > 0 && values[at - 1] == value) {
            size = at;
            return;
        }
        if (at == starts.length) {
            starts = Arrays.copyOf(starts, at * 2);
            values = Arrays.copyOf(values, at * 2);
        }
        starts[at] = start;
        values[at] = value;
        size = at + 1;
    }
}
