package headgate.softnet;

import java.util.Arrays;

/// Numbers of CPUs or queues in an order that means something: which CPU serves which queue, which
/// queue an entry of the indirection table names. Written `0-3,1`; the empty list has a word of its
/// own for each key.
public record IndexList(int... indexes) {
    /// Most entries: the largest indirection tables of today's devices have 2048.
    static final int MAX_LENGTH = 4096;

    private static final int MAX_INDEX = 4095;

    public IndexList {
        indexes = indexes.clone();
    }

    @Override
    public int[] indexes() {
        return indexes.clone();
    }

    /// @throws IllegalArgumentException with what is allowed
    static IndexList parse(String list, String emptyWord) {
        if (list.equals(emptyWord)) {
            return new IndexList();
        }
        int[] indexes = new int[MAX_LENGTH];
        int count = 0;
        for (String part : list.split(",", -1)) {
            int dash = part.indexOf('-');
            int first = index(dash < 0 ? part : part.substring(0, dash), list);
            int last = dash < 0 ? first : index(part.substring(dash + 1), list);
            if (first > last || count + last - first >= MAX_LENGTH) {
                throw refused(list);
            }
            for (int index = first; index <= last; index++) {
                indexes[count++] = index;
            }
        }
        return new IndexList(Arrays.copyOf(indexes, count));
    }

    public boolean isEmpty() {
        return indexes.length == 0;
    }

    /// The entry at `place`, where the list begins anew after its end; 0 if it is empty.
    public int inTurn(int place) {
        return isEmpty() ? 0 : indexes[place % indexes.length];
    }

    /// Highest number named, -1 if none is.
    int highest() {
        return Arrays.stream(indexes).max().orElse(-1);
    }

    String format(String emptyWord) {
        var list = new StringBuilder();
        for (int from = 0; from < indexes.length; ) {
            int to = from;
            while (to + 1 < indexes.length && indexes[to + 1] == indexes[to] + 1) {
                to++;
            }
            list.append(list.isEmpty() ? "" : ",").append(indexes[from]);
            if (to > from) {
                list.append('-').append(indexes[to]);
            }
            from = to + 1;
        }
        return list.isEmpty() ? emptyWord : list.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IndexList list && Arrays.equals(indexes, list.indexes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(indexes);
    }

    @Override
    public String toString() {
        return format("-");
    }

    private static int index(String digits, String list) {
        int index;
        try {
            index = Integer.parseUnsignedInt(digits);
        } catch (NumberFormatException e) {
            throw refused(list);
        }
        if (index < 0 || index > MAX_INDEX) {
            throw refused(list);
        }
        return index;
    }

    private static IllegalArgumentException refused(String list) {
        return new IllegalArgumentException(
                "'%s' is no list of numbers: write 0-3,1 with at most %d of 0 to %d"
                        .formatted(list, MAX_LENGTH, MAX_INDEX));
    }
}
