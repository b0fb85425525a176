package headgate.flow;

import java.nio.ByteBuffer;

/// A view of one row of longs in a [RowPool]. It is reused; what it shows is the pool's.
///
/// Most words are plain numbers; packed ones are read and written by bits, counted from the lowest.
class RowView {
    private static final int LONGS_PER_LINE = 8;

    private long[] slab;
    private int base;

    final void at(long[] slab, int base) {
        this.slab = slab;
        this.base = base;
    }

    /// Shows what is behind the first `words` of another view's row.
    final void behind(RowView other, int words) {
        slab = other.slab;
        base = other.base + words;
    }

    /// Loads a word of each cache line of the row's first `length` words. None of these loads waits
    /// for another or for a branch, as those that follow would: memory is waited for once. The
    /// result is worth nothing, and must be kept for the loads not to be left out.
    final long load(int length) {
        long any = slab[base + length - 1];
        for (int word = 0; word < length; word += LONGS_PER_LINE) {
            any ^= slab[base + word];
        }
        return any;
    }

    final long get(int word) {
        return slab[base + word];
    }

    final void set(int word, long value) {
        slab[base + word] = value;
    }

    final void add(int word, long value) {
        slab[base + word] += value;
    }

    final boolean has(int word, long bits) {
        return (slab[base + word] & bits) != 0;
    }

    final void mark(int word, long bits) {
        slab[base + word] |= bits;
    }

    final void unmark(int word, long bits) {
        slab[base + word] &= ~bits;
    }

    final long bits(int word, int shift, int width) {
        return slab[base + word] >>> shift & (1L << width) - 1;
    }

    final void setBits(int word, int shift, int width, long value) {
        long mask = (1L << width) - 1 << shift;
        slab[base + word] = slab[base + word] & ~mask | value << shift & mask;
    }

    /// Counts up in a packed field, which stays at its highest value.
    final long countUp(int word, int shift, int width, long by) {
        long count = Math.min(bits(word, shift, width) + by, (1L << width) - 1);
        setBits(word, shift, width, count);
        return count;
    }

    final void copy(RowView from, int length) {
        System.arraycopy(from.slab, from.base, slab, base, length);
    }

    // ---- As bytes ----

    /// Appends the row's first `length` words: for each 64 of them the bits that tell which are not
    /// 0, and these words.
    final void writeTo(ByteBuffer out, int length) {
        for (int from = 0; from < length; from += Long.SIZE) {
            int to = Math.min(length, from + Long.SIZE);
            int presence = out.position();
            long present = 0;
            out.putLong(0);
            for (int word = from; word < to; word++) {
                if (get(word) != 0) {
                    present |= 1L << word - from;
                    out.putLong(get(word));
                }
            }
            out.putLong(presence, present);
        }
    }

    /// The most bytes that [#writeTo] appends.
    static int mostBytes(int length) {
        return Long.BYTES * (length + (length + Long.SIZE - 1) / Long.SIZE);
    }

    /// Takes the row back.
    ///
    /// @throws IllegalArgumentException if it is something else
    final void readFrom(ByteBuffer in, int length) {
        for (int from = 0; from < length; from += Long.SIZE) {
            int to = Math.min(length, from + Long.SIZE);
            long present = in.remaining() < Long.BYTES ? -1 : in.getLong();
            boolean tooMany = to - from < Long.SIZE && present >>> to - from != 0;
            if (tooMany || in.remaining() < Long.BYTES * Long.bitCount(present)) {
                throw new IllegalArgumentException("a flow's state of a wrong length");
            }
            for (int word = from; word < to; word++) {
                set(word, (present >>> word - from & 1) == 0 ? 0 : in.getLong());
            }
        }
    }
}
