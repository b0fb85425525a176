package headgate.forwarding;

import java.util.Arrays;

/// DIR-24-8 (Gupta, Lin, McKeown, INFOCOM 1998): one array indexed by the upper 24 bits answers
/// nearly every lookup with one memory access; blocks of 256 split the few that have longer
/// prefixes. Costs 64 MiB and 1 KiB for each such block.
final class Dir24Dash8 implements LongestPrefixMatch {
    private static final int BLOCK = 256;

    /// Leaf + 1, 0 for none; or, negative, a block's number with the top bit set.
    private final int[] upper;

    /// Leaf + 1, 0 for none.
    private final int[] blocks;

    Dir24Dash8(AddressRanges ranges) {
        upper = new int[1 << 24];
        int[] blocks = new int[BLOCK];
        int blockCount = 0;
        for (int range = 0; range < ranges.size(); range++) {
            int value = ranges.leafOf(range) + 1;
            long at = ranges.firstAddress(range);
            long end = ranges.lastAddress(range) + 1;
            while (at < end) {
                int slot = (int) (at >>> 8);
                long slotEnd = (long) slot + 1 << 8;
                if ((at & 255) == 0 && end >= slotEnd) {
                    int slots = (int) (end - at >>> 8);
                    Arrays.fill(upper, slot, slot + slots, value);
                    at += (long) slots << 8;
                    continue;
                }
                if ((at & 255) == 0) {
                    upper[slot] = blockCount++ | Integer.MIN_VALUE;
                    if (blockCount * BLOCK > blocks.length) {
                        blocks = Arrays.copyOf(blocks, blocks.length * 2);
                    }
                }
                int block = (upper[slot] & Integer.MAX_VALUE) * BLOCK;
                long stop = Math.min(end, slotEnd);
                Arrays.fill(
                        blocks,
                        block + (int) (at & 255),
                        block + (int) (stop - 1 & 255) + 1,
                        value);
                at = stop;
            }
        }
        this.blocks = Arrays.copyOf(blocks, blockCount * BLOCK);
    }

    @Override
    public int leaf(int address) {
        int value = upper[address >>> 8];
        return (value >= 0 ? value : blocks[(value & Integer.MAX_VALUE) * BLOCK + (address & 255)])
                - 1;
    }

    private Dir24Dash8(int[] upper, int[] blocks) {
        this.upper = upper;
        this.blocks = blocks;
    }

    /// A copy in which what belongs to one leaf within a prefix belongs to another one: the way a
    /// prefix comes (`from` is the next shorter one around it) or goes (`to` is). Only the entries
    /// of the prefix are looked at.
    ///
    /// @param from and `to`: leaves, or [#NONE]
    Dir24Dash8 with(Prefix prefix, int from, int to) {
        int[] slots = upper.clone();
        int first = prefix.address() >>> 8;
        if (prefix.length() > 24) {
            return withInBlock(slots, prefix, from, to);
        }
        int[] pieces = blocks.clone();
        int count = 1 << 24 - prefix.length();
        for (int slot = first; slot < first + count; slot++) {
            if (slots[slot] < 0) {
                int block = (slots[slot] & Integer.MAX_VALUE) * BLOCK;
                replace(pieces, block, BLOCK, from, to);
            } else if (slots[slot] == from + 1) {
                slots[slot] = to + 1;
            }
        }
        return new Dir24Dash8(slots, pieces);
    }

    private Dir24Dash8 withInBlock(int[] slots, Prefix prefix, int from, int to) {
        int slot = prefix.address() >>> 8;
        int[] pieces = blocks;
        if (slots[slot] >= 0) {
            pieces = Arrays.copyOf(blocks, blocks.length + BLOCK);
            Arrays.fill(pieces, blocks.length, pieces.length, slots[slot]);
            slots[slot] = blocks.length / BLOCK | Integer.MIN_VALUE;
        } else {
            pieces = blocks.clone();
        }
        int block = (slots[slot] & Integer.MAX_VALUE) * BLOCK;
        int start = block + (prefix.address() & 255);
        replace(pieces, start, 1 << 32 - prefix.length(), from, to);
        return new Dir24Dash8(slots, pieces);
    }

    private static void replace(int[] values, int start, int count, int from, int to) {
        for (int i = start; i < start + count; i++) {
            if (values[i] == from + 1) {
                values[i] = to + 1;
            }
        }
    }
}
