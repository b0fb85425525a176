package headgate.forwarding;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// DIR-24-8 (Gupta, Lin, McKeown, INFOCOM 1998) for IPv4: one slot for each value of the upper 24
/// bits answers nearly every lookup with one memory access; blocks of 256 split the few that have
/// longer prefixes. Costs 64 MiB and 1 KiB for each such block.
///
/// A changed one shares the slots with the one before, and has pages of its own (256 KiB, a /8
/// each) where they differ; when most differ, it has slots of its own.
final class Dir24Dash8 implements LongestPrefixMatch {
    private static final int SLOTS = 1 << 24;
    private static final int PAGES = 256;
    private static final int PAGE_BITS = 16;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int BLOCK = 256;
    private static final int MARK_BITS = LeafRoutes.MARK_BITS;

    /// How many leaves can be told apart: some four million.
    static final int LEAVES = (1 << Integer.SIZE - 1 - MARK_BITS) - 1;

    private static final int[][] NOTHING_CHANGED = new int[PAGES][];

    /// By the upper 24 bits: leaf + 1 with its mark (see [LeafRoutes]) in the lowest bits, 0 for
    /// none; or, negative, a block, in one's complement.
    private final int[] slots;

    /// By the upper 8 bits: what stands in place of that part of the slots; null for nothing.
    private final int[][] changed;

    /// Leaves as in [#slots].
    private final int[][] blocks;

    private Dir24Dash8(int[] slots, int[][] changed, int[][] blocks) {
        this.slots = slots;
        this.changed = changed;
        this.blocks = blocks;
    }

    /// Blocks while they become more.
    private static final class Blocks {
        private int[][] blocks;
        private int count;

        Blocks(int[][] blocks) {
            this.blocks = blocks;
            count = blocks.length;
        }

        /// A block in which all is the same.
        ///
        /// @return as a slot tells of it
        int add(int value) {
            if (count == blocks.length) {
                blocks = Arrays.copyOf(blocks, Math.max(16, count + (count >> 1)));
            }
            blocks[count] = new int[BLOCK];
            Arrays.fill(blocks[count], value);
            return ~count++;
        }

        int[] of(int slot) {
            return blocks[~slot];
        }

        /// Puts a copy in place of a block that others have too.
        int[] own(int slot) {
            return blocks[~slot] = blocks[~slot].clone();
        }

        int[][] all() {
            return Arrays.copyOf(blocks, count);
        }
    }

    /// @param ranges hands on the ranges of all addresses, whose lower 32 bits are left out of
    ///   account
    static Dir24Dash8 of(Consumer<RangeTrie.RangeVisitor> ranges) {
        var slots = new int[SLOTS];
        var blocks = new Blocks(new int[0][]);
        ranges.accept((first, last, value) -> {
            if (slotOf(value) != 0) {
                fill(slots, blocks, first >>> Integer.SIZE, last >>> Integer.SIZE, slotOf(value));
            }
        });
        return new Dir24Dash8(slots, NOTHING_CHANGED, blocks.all());
    }

    /// @param first and `last`: unsigned
    private static void fill(int[] slots, Blocks blocks, long first, long last, int value) {
        for (long at = first; at <= last; ) {
            int slot = (int) (at >>> 8);
            if ((at & 255) == 0 && at + 255 <= last) {
                int count = (int) (last + 1 - at >>> 8);
                Arrays.fill(slots, slot, slot + count, value);
                at += (long) count << 8;
                continue;
            }
            if (slots[slot] >= 0) {
                slots[slot] = blocks.add(slots[slot]);
            }
            int end = (int) Math.min(BLOCK, (at & 255) + last + 1 - at);
            Arrays.fill(blocks.of(slots[slot]), (int) at & 255, end, value);
            at = (at & ~255L) + end;
        }
    }

    @Override
    public long find(long high, long low) {
        int address = (int) (high >>> Integer.SIZE);
        int value = slotAt(address >>> 8);
        int slot = value >= 0 ? value : blocks[~value][address & BLOCK - 1];
        return LeafRoutes.value(leaf(slot), slot & (1 << MARK_BITS) - 1);
    }

    private int slotAt(int number) {
        int[] page = changed[number >>> PAGE_BITS];
        return page == null ? slots[number] : page[number & PAGE - 1];
    }

    private static int leaf(int slot) {
        return (slot >>> MARK_BITS) - 1;
    }

    private static int slotOf(long value) {
        return RangeTrie.leaf(value) + 1 << MARK_BITS | LeafRoutes.mark(value);
    }

    @Override
    public void forEachLeaf(Prefix6 prefix, IntConsumer consumer) {
        int address = (int) (prefix.high() >>> Integer.SIZE);
        int first = address >>> 8;
        int before = 0;
        for (int at = first; at < first + slotsOf(prefix); at++) {
            int value = slotAt(at);
            if (value < 0) {
                int from = prefix.length() > 24 ? address & 255 : 0;
                for (int i = from; i < from + blockPart(prefix); i++) {
                    consumer.accept(leaf(blocks[~value][i]));
                }
            } else if (value != before) {
                consumer.accept(leaf(value));
            }
            before = value;
        }
    }

    private static int slotsOf(Prefix6 prefix) {
        return prefix.length() >= 24 ? 1 : 1 << 24 - prefix.length();
    }

    /// How many addresses of one /24 lie in the prefix.
    private static int blockPart(Prefix6 prefix) {
        return prefix.length() <= 24 ? BLOCK : 1 << Integer.SIZE - prefix.length();
    }

    @Override
    public Dir24Dash8 with(Prefix6 prefix, int from, int to, LeafRoutes routes) {
        int[][] pages = changed.clone();
        var more = new Blocks(blocks.clone());
        int value = slotOf(routes.value(to));
        int first = (int) (prefix.high() >>> Integer.SIZE + 8);
        int end = first + slotsOf(prefix);
        for (int at = first; at < end; ) {
            int page = at >>> PAGE_BITS;
            pages[page] = copyOfPage(page);
            for (; at < end && at >>> PAGE_BITS == page; at++) {
                replace(pages[page], more, at & PAGE - 1, prefix, from, value);
            }
        }
        long differing = Arrays.stream(pages).filter(Objects::nonNull).count();
        return differing <= PAGES / 2
                ? new Dir24Dash8(slots, pages, more.all())
                : new Dir24Dash8(joined(pages), NOTHING_CHANGED, more.all());
    }

    private int[] copyOfPage(int page) {
        return changed[page] != null
                ? changed[page].clone()
                : Arrays.copyOfRange(slots, page << PAGE_BITS, page + 1 << PAGE_BITS);
    }

    private static void replace(
            int[] page, Blocks blocks, int slot, Prefix6 prefix, int from, int to) {
        if (page[slot] >= 0 && prefix.length() <= 24) {
            page[slot] = leaf(page[slot]) == from ? to : page[slot];
            return;
        }
        if (page[slot] >= 0) {
            page[slot] = blocks.add(page[slot]);
        }
        int[] block = blocks.own(page[slot]);
        int start = prefix.length() <= 24 ? 0 : (int) (prefix.high() >>> Integer.SIZE) & 255;
        for (int i = start; i < start + blockPart(prefix); i++) {
            block[i] = leaf(block[i]) == from ? to : block[i];
        }
    }

    private int[] joined(int[][] pages) {
        int[] all = slots.clone();
        for (int page = 0; page < PAGES; page++) {
            if (pages[page] != null) {
                System.arraycopy(pages[page], 0, all, page << PAGE_BITS, PAGE);
            }
        }
        return all;
    }
}
