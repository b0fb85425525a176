package headgate.forwarding;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// DIR-24-8 (Gupta, Lin, McKeown, INFOCOM 1998) for IPv4: one slot for each value of the upper 24
/// bits answers nearly every lookup with one memory access; blocks of 256 split the few that have
/// longer prefixes. Costs up to 64 MiB and 1 KiB for each such block.
///
/// In 256 pages (256 KiB), of which a changed one shares all but those of the prefix: smaller ones
/// were changed sooner, but each lookup would read the head of one more that is in no cache.
final class Dir24Dash8 implements LongestPrefixMatch {
    private static final int PAGES = 256;
    private static final int PAGE_BITS = 16;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int BLOCK = 256;
    private static final int MARK_BITS = LeafRoutes.MARK_BITS;

    /// How many leaves can be told apart: some four million.
    static final int LEAVES = (1 << Integer.SIZE - 1 - MARK_BITS) - 1;

    /// Shared by all parts of the address space without a route.
    private static final int[] NO_ROUTES = new int[PAGE];

    private static final int[][] NO_BLOCKS = {};

    /// By the upper 8 bits, then the next 16: leaf + 1 with its mark (see [LeafRoutes]) in the
    /// lowest bits, 0 for none; or, negative, a block of that page, in one's complement.
    private final int[][] slots;

    /// By the upper 8 bits; leaves as in [#slots].
    private final int[][][] blocks;

    private Dir24Dash8(int[][] slots, int[][][] blocks) {
        this.slots = slots;
        this.blocks = blocks;
    }

    /// @param ranges hands on the ranges of all addresses, whose lower 32 bits are left out of
    ///   account
    static Dir24Dash8 of(Consumer<RangeTrie.RangeVisitor> ranges) {
        var empty = new int[PAGES][];
        var noBlocks = new int[PAGES][][];
        Arrays.fill(empty, NO_ROUTES);
        Arrays.fill(noBlocks, NO_BLOCKS);
        var all = new Dir24Dash8(empty, noBlocks);
        ranges.accept((first, last, value) -> {
            if (slot(value) != 0) {
                all.fill(first >>> Integer.SIZE, last >>> Integer.SIZE, slot(value));
            }
        });
        return all;
    }

    /// While this is built.
    ///
    /// @param first and `last`: unsigned
    private void fill(long first, long last, int value) {
        for (long at = first; at <= last; ) {
            int page = (int) (at >>> 24);
            int slot = (int) (at >>> 8) & PAGE - 1;
            if (slots[page] == NO_ROUTES) {
                slots[page] = new int[PAGE];
            }
            if ((at & 255) == 0 && at + 255 <= last) {
                int count = (int) Math.min(PAGE - slot, last + 1 - at >>> 8);
                Arrays.fill(slots[page], slot, slot + count, value);
                at += (long) count << 8;
                continue;
            }
            int[] block = splitSlot(page, slot);
            int end = (int) Math.min(BLOCK, (at & 255) + last + 1 - at);
            Arrays.fill(block, (int) at & 255, end, value);
            at = (at & ~255L) + end;
        }
    }

    /// The block of a slot, made if it has none.
    private int[] splitSlot(int page, int slot) {
        int value = slots[page][slot];
        if (value < 0) {
            return blocks[page][~value];
        }
        int[] block = new int[BLOCK];
        Arrays.fill(block, value);
        int number = blocks[page].length;
        blocks[page] = Arrays.copyOf(blocks[page], number + 1);
        blocks[page][number] = block;
        slots[page][slot] = ~number;
        return block;
    }

    @Override
    public long find(long high, long low) {
        int address = (int) (high >>> Integer.SIZE);
        int value = slots[address >>> 24][address >>> 8 & PAGE - 1];
        int slot = value >= 0 ? value : blocks[address >>> 24][~value][address & BLOCK - 1];
        return LeafRoutes.value(leaf(slot), slot & (1 << MARK_BITS) - 1);
    }

    private static int leaf(int slot) {
        return (slot >>> MARK_BITS) - 1;
    }

    private static int slot(long value) {
        return RangeTrie.leaf(value) + 1 << MARK_BITS | LeafRoutes.mark(value);
    }

    @Override
    public void forEachLeaf(Prefix6 prefix, IntConsumer consumer) {
        int address = (int) (prefix.high() >>> Integer.SIZE);
        int count = prefix.length() >= 24 ? 1 : 1 << 24 - prefix.length();
        int before = 0;
        for (int at = address >>> 8; at < (address >>> 8) + count; at++) {
            int value = slots[at >>> PAGE_BITS][at & PAGE - 1];
            if (value < 0) {
                int from = prefix.length() > 24 ? address & 255 : 0;
                int[] block = blocks[at >>> PAGE_BITS][~value];
                for (int i = from; i < from + blockPart(prefix); i++) {
                    consumer.accept(leaf(block[i]));
                }
            } else if (value != before) {
                consumer.accept(leaf(value));
            }
            before = value;
        }
    }

    /// How many addresses of one /24 lie in the prefix.
    private static int blockPart(Prefix6 prefix) {
        return prefix.length() <= 24 ? BLOCK : 1 << Integer.SIZE - prefix.length();
    }

    @Override
    public Dir24Dash8 with(Prefix6 prefix, int from, int to, LeafRoutes routes) {
        var changed = new Dir24Dash8(slots.clone(), blocks.clone());
        int value = slot(routes.value(to));
        int first = (int) (prefix.high() >>> Integer.SIZE + 8);
        int count = prefix.length() >= 24 ? 1 : 1 << 24 - prefix.length();
        for (int at = first; at < first + count; ) {
            int page = at >>> PAGE_BITS;
            int end = Math.min(first + count, page + 1 << PAGE_BITS);
            changed.slots[page] = slots[page].clone();
            changed.blocks[page] = blocks[page].clone();
            for (; at < end; at++) {
                changed.replace(prefix, page, at & PAGE - 1, from, value);
            }
        }
        return changed;
    }

    /// In a page that is this one's own, but for its blocks.
    private void replace(Prefix6 prefix, int page, int slot, int from, int to) {
        int value = slots[page][slot];
        if (value >= 0 && prefix.length() <= 24) {
            slots[page][slot] = leaf(value) == from ? to : value;
            return;
        }
        splitSlot(page, slot);
        int number = ~slots[page][slot];
        int[] block = blocks[page][number].clone();
        blocks[page][number] = block;
        int start = prefix.length() <= 24 ? 0 : (int) (prefix.high() >>> Integer.SIZE) & 255;
        for (int i = start; i < start + blockPart(prefix); i++) {
            block[i] = leaf(block[i]) == from ? to : block[i];
        }
    }
}
