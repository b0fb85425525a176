package headgate.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Nested IPv6 prefixes laid flat, in two levels: the upper 64 bits of all addresses cut into
/// ranges that each have one longest prefix; where prefixes longer than 64 bits lie in one /64, the
/// lower 64 bits likewise.
///
/// A lookup goes down a tree of samples, each of every eighth start of the next: the upper ones
/// stay in a processor's first caches, and a step in a lower one reads one line of memory.
final class AddressRanges6 {
    static final int NONE = -1;

    private static final int BLOCK_BITS = 3;
    private static final int BLOCK = 1 << BLOCK_BITS;

    /// Samples, the coarsest first; the last are all starts.
    private final long[][] levels;

    /// The prefix of each range; [#NONE], or below it for a /64 that has a level of its own.
    private final int[] leaves;

    /// Second levels, by `-2 - leaf`.
    private final Ranges[] longer;

    /// One level under construction, and a second level as it is kept.
    private static final class Ranges {
        /// Ascending as signed numbers: addresses with their top bit flipped.
        long[] starts;

        int[] leaves;
        int size;

        Ranges(int capacity) {
            starts = new long[capacity];
            leaves = new int[capacity];
        }

        /// A range that starts where the last one does replaces it; one that has the same leaf is
        /// no new range.
        void append(long start, int leaf) {
            long signed = start ^ Long.MIN_VALUE;
            int at = size > 0 && starts[size - 1] == signed ? size - 1 : size;
            if (at > 0 && leaves[at - 1] == leaf) {
                size = at;
                return;
            }
            if (at == starts.length) {
                starts = Arrays.copyOf(starts, at * 2);
                leaves = Arrays.copyOf(leaves, at * 2);
            }
            starts[at] = signed;
            leaves[at] = leaf;
            size = at + 1;
        }

        void trim() {
            starts = Arrays.copyOf(starts, size);
            leaves = Arrays.copyOf(leaves, size);
        }

        int leaf(long signed) {
            return leaves[search(starts, 0, size, signed)];
        }
    }

    /// @param highs `lows` and `lengths`: the prefixes, by address and then length
    /// @param parents filled with the index of the next shorter prefix around each
    AddressRanges6(long[] highs, long[] lows, short[] lengths, int[] parents) {
        int count = highs.length;
        fillParents(highs, lows, lengths, parents);
        var first = new Ranges(2 * count + 1);
        var seconds = new Ranges[16];
        int secondCount = 0;
        var open = new int[65];
        int depth = 0;
        first.append(0, NONE);
        for (int i = 0; i < count; ) {
            depth = close(first, highs, lengths, open, depth, highs[i]);
            if (lengths[i] <= 64) {
                first.append(highs[i], i);
                open[depth++] = i++;
                continue;
            }
            int end = i;
            while (end < count && highs[end] == highs[i] && lengths[end] > 64) {
                end++;
            }
            int around = depth > 0 ? open[depth - 1] : NONE;
            if (secondCount == seconds.length) {
                seconds = Arrays.copyOf(seconds, secondCount * 2);
            }
            seconds[secondCount] = second(lows, lengths, i, end, around);
            first.append(highs[i], -2 - secondCount++);
            if (highs[i] != -1) {
                first.append(highs[i] + 1, around);
            }
            i = end;
        }
        closeAll(first, highs, lengths, open, depth);
        first.trim();
        leaves = first.leaves;
        longer = Arrays.copyOf(seconds, secondCount);
        levels = levels(first.starts);
    }

    private static long[][] levels(long[] starts) {
        var levels = new ArrayList<long[]>(List.of(starts));
        for (long[] finer = starts; finer.length > BLOCK * BLOCK; finer = levels.getFirst()) {
            long[] coarser = new long[(finer.length + BLOCK - 1) >>> BLOCK_BITS];
            for (int i = 0; i < coarser.length; i++) {
                coarser[i] = finer[i << BLOCK_BITS];
            }
            levels.addFirst(coarser);
        }
        return levels.toArray(long[][]::new);
    }

    private static void fillParents(long[] highs, long[] lows, short[] lengths, int[] parents) {
        for (int i = 0; i < highs.length; i++) {
            int around = i - 1;
            while (around >= 0 && !covers(highs, lows, lengths, around, i)) {
                around = parents[around];
            }
            parents[i] = around;
        }
    }

    private static boolean covers(long[] highs, long[] lows, short[] lengths, int a, int b) {
        int length = lengths[a];
        return (highs[b] & Prefix6.mask(length)) == highs[a]
                && (lows[b] & Prefix6.mask(length - 64)) == lows[a];
    }

    /// Ends the open prefixes that do not reach `next`.
    private static int close(
            Ranges first, long[] highs, short[] lengths, int[] open, int depth, long next) {
        int left = depth;
        while (left > 0
                && (next & Prefix6.mask(lengths[open[left - 1]])) != highs[open[left - 1]]) {
            long behind = (highs[open[left - 1]] | ~Prefix6.mask(lengths[open[left - 1]])) + 1;
            left--;
            first.append(behind, left > 0 ? open[left - 1] : NONE);
        }
        return left;
    }

    private static void closeAll(
            Ranges first, long[] highs, short[] lengths, int[] open, int depth) {
        for (int left = depth; left > 0; left--) {
            long behind = (highs[open[left - 1]] | ~Prefix6.mask(lengths[open[left - 1]])) + 1;
            if (behind == 0) {
                return;
            }
            first.append(behind, left > 1 ? open[left - 2] : NONE);
        }
    }

    /// The level of one /64, whose prefixes longer than 64 bits are those from `from` to `to`.
    private static Ranges second(long[] lows, short[] lengths, int from, int to, int around) {
        var ranges = new Ranges(2 * (to - from) + 1);
        var open = new int[65];
        int depth = 0;
        ranges.append(0, around);
        for (int i = from; i < to; i++) {
            while (depth > 0 && !coversLow(lows, lengths, open[depth - 1], lows[i])) {
                depth--;
                ranges.append(behindLow(lows, lengths, open[depth]), top(open, depth, around));
            }
            ranges.append(lows[i], i);
            open[depth++] = i;
        }
        while (depth > 0) {
            depth--;
            long behind = behindLow(lows, lengths, open[depth]);
            if (behind == 0) {
                break;
            }
            ranges.append(behind, top(open, depth, around));
        }
        ranges.trim();
        return ranges;
    }

    private static int top(int[] open, int depth, int around) {
        return depth > 0 ? open[depth - 1] : around;
    }

    private static boolean coversLow(long[] lows, short[] lengths, int leaf, long low) {
        return (low & Prefix6.mask(lengths[leaf] - 64)) == lows[leaf];
    }

    private static long behindLow(long[] lows, short[] lengths, int leaf) {
        return (lows[leaf] | ~Prefix6.mask(lengths[leaf] - 64)) + 1;
    }

    /// Index of the longest prefix that contains the address; [#NONE] if none does.
    int leaf(long high, long low) {
        long signed = high ^ Long.MIN_VALUE;
        int range = search(levels[0], 0, levels[0].length, signed);
        for (int i = 1; i < levels.length; i++) {
            int block = range << BLOCK_BITS;
            range = search(levels[i], block, Math.min(block + BLOCK, levels[i].length), signed);
        }
        int leaf = leaves[range];
        return leaf >= NONE ? leaf : longer[-2 - leaf].leaf(low ^ Long.MIN_VALUE);
    }

    /// The last index whose start is not above `key`; the first one never is.
    private static int search(long[] starts, int from, int to, long key) {
        int base = from;
        for (int size = to - from; size > 1; ) {
            int half = size >>> 1;
            base = starts[base + half] <= key ? base + half : base;
            size -= half;
        }
        return base;
    }
}
