package headgate.flow;

import java.util.Arrays;

/// Rows of longs, all of one length, in chunks that are made as they are needed. A row that was
/// given back is taken again before a new one.
final class RowPool {
    static final int NONE = -1;

    /// Longs of one chunk at most, so that it is far from being a humongous object of the heap.
    private static final int CHUNK_LONGS = 1 << 15;

    private final int rowLength;
    private final int rowShift;
    private final int rowMask;
    private long[][] chunks = new long[4][];
    private int reached;
    private int firstFree = NONE;
    private int taken;

    RowPool(int rowLength) {
        this.rowLength = rowLength;
        int rows = Integer.highestOneBit(CHUNK_LONGS / rowLength);
        rowShift = Integer.numberOfTrailingZeros(rows);
        rowMask = rows - 1;
    }

    /// Rows that are taken.
    int taken() {
        return taken;
    }

    /// Numbers that were ever given out are below this.
    int reached() {
        return reached;
    }

    void place(RowView view, int number) {
        view.at(chunks[number >>> rowShift], (number & rowMask) * rowLength);
    }

    /// A row of zeros.
    int take() {
        taken++;
        int number = firstFree;
        if (number == NONE) {
            number = reached++;
            int chunk = number >>> rowShift;
            if (chunk == chunks.length) {
                chunks = Arrays.copyOf(chunks, 2 * chunks.length);
            }
            if (chunks[chunk] == null) {
                chunks[chunk] = new long[rowLength << rowShift];
            }
            return number;
        }
        // A free row's first word names the next one.
        long[] slab = chunks[number >>> rowShift];
        int base = (number & rowMask) * rowLength;
        firstFree = (int) slab[base];
        slab[base] = 0;
        return number;
    }

    void giveBack(int number) {
        taken--;
        long[] slab = chunks[number >>> rowShift];
        int base = (number & rowMask) * rowLength;
        Arrays.fill(slab, base, base + rowLength, 0);
        slab[base] = firstFree;
        firstFree = number;
    }
}
