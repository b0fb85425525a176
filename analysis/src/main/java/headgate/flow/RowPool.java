package headgate.flow;

import java.util.Arrays;

/// Rows of longs of a few kinds, which differ in length, in chunks that are made as they are
/// needed. A row that was given back is taken again before a new one.
///
/// Numbers are counted over all kinds. Rows of a chunk are of one kind; those not taken are zeros
/// but for their first word.
final class RowPool {
    static final int NONE = -1;

    /// Longs of one chunk at most, so that it is far from being a humongous object of the heap.
    private static final int CHUNK_LONGS = 1 << 15;

    private final int[] rowLengths;
    private final int rowShift;
    private final int rowMask;
    private final int[] firstFree;

    /// Per kind the next row of the chunk that was made last, if [#rowMask] permits.
    private final int[] next;

    private long[][] chunks = new long[4][];

    /// Length of each chunk's rows.
    private int[] lengths = new int[4];

    private int made;
    private int taken;

    /// Kinds are numbered in the order of these lengths.
    RowPool(int... rowLengths) {
        this.rowLengths = rowLengths.clone();
        int longest = Arrays.stream(rowLengths).max().orElseThrow();
        int rows = Integer.highestOneBit(CHUNK_LONGS / longest);
        rowShift = Integer.numberOfTrailingZeros(rows);
        rowMask = rows - 1;
        firstFree = new int[rowLengths.length];
        next = new int[rowLengths.length];
        Arrays.fill(firstFree, NONE);
    }

    /// Rows that are taken.
    int taken() {
        return taken;
    }

    /// Numbers that were ever given out are below this; some that never were are too.
    int reached() {
        return made << rowShift;
    }

    void place(RowView view, int number) {
        int chunk = number >>> rowShift;
        view.at(chunks[chunk], (number & rowMask) * lengths[chunk]);
    }

    /// Like [#place], and loads the row's first `most` words, as [RowView#load] says.
    long load(RowView view, int number, int most) {
        place(view, number);
        return view.load(Math.min(lengths[number >>> rowShift], most));
    }

    /// A row of zeros.
    int take(int kind) {
        taken++;
        int number = firstFree[kind];
        if (number != NONE) {
            // A free row's first word names the next one.
            long[] slab = chunks[number >>> rowShift];
            int base = (number & rowMask) * rowLengths[kind];
            firstFree[kind] = (int) slab[base];
            slab[base] = 0;
            return number;
        }
        if ((next[kind] & rowMask) == 0) {
            next[kind] = make(rowLengths[kind]);
        }
        return next[kind]++;
    }

    /// Makes a chunk and returns the number of its first row.
    private int make(int rowLength) {
        if (made == chunks.length) {
            chunks = Arrays.copyOf(chunks, 2 * made);
            lengths = Arrays.copyOf(lengths, 2 * made);
        }
        chunks[made] = new long[rowLength << rowShift];
        lengths[made] = rowLength;
        return made++ << rowShift;
    }

    void giveBack(int kind, int number) {
        taken--;
        long[] slab = chunks[number >>> rowShift];
        int length = rowLengths[kind];
        int base = (number & rowMask) * length;
        Arrays.fill(slab, base, base + length, 0);
        slab[base] = firstFree[kind];
        firstFree[kind] = number;
    }
}
