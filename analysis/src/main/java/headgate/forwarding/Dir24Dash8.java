package headgate.forwarding;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;

/// DIR-24-8 (Gupta, Lin, McKeown, INFOCOM 1998) for IPv4: one slot for each value of the upper 24
/// bits answers nearly every lookup with one memory access; blocks of 256 split the few that have
/// longer prefixes. Costs 64 MiB and 1 KiB for each such block.
///
/// Slots lie in pages (256 KiB, a /8 each), of which a changed one shares those without a change.
final class Dir24Dash8 implements LongestPrefixMatch {
    private static final int PAGES = 256;
    private static final int PAGE_BITS = 16;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int BLOCK = 256;

    /// By the upper 8 bits and the 16 behind them: a value of [LeafRoutes#value]; or, negative, a
    /// block, in one's complement.
    private final int[][] pages;

    /// Values.
    private final int[][] blocks;

    private Dir24Dash8(int[][] pages, int[][] blocks) {
        this.pages = pages;
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

    static Dir24Dash8 of(AddressRanges ranges) {
        var pages = new int[PAGES][PAGE];
        var blocks = new Blocks(new int[0][]);
        ranges.forEach((first, last, value) -> {
            if (value != 0) {
                fill(pages, blocks, first >>> 16, last >>> 16, value);
            }
        });
        return new Dir24Dash8(pages, blocks.all());
    }

    /// @param first and `last`: within one page
    private static void fill(int[][] pages, Blocks blocks, long first, long last, int value) {
        int[] page = pages[(int) (first >>> 24)];
        for (long at = first; at <= last; ) {
            int slot = (int) (at >>> 8) & PAGE - 1;
            if ((at & 255) == 0 && at + 255 <= last) {
                int count = (int) (last + 1 - at >>> 8);
                Arrays.fill(page, slot, slot + count, value);
                at += (long) count << 8;
                continue;
            }
            if (page[slot] >= 0) {
                page[slot] = blocks.add(page[slot]);
            }
            int end = (int) Math.min(BLOCK, (at & 255) + last + 1 - at);
            Arrays.fill(blocks.of(page[slot]), (int) at & 255, end, value);
            at = (at & ~255L) + end;
        }
    }

    @Override
    public int find(long high, long low) {
        int address = (int) (high >>> Integer.SIZE);
        int value = slot(address >>> 8);
        return value >= 0 ? value : blocks[~value][address & BLOCK - 1];
    }

    private int slot(int number) {
        return pages[number >>> PAGE_BITS][number & PAGE - 1];
    }

    @Override
    public void forEachValue(Prefix6 prefix, IntConsumer consumer) {
        int address = (int) (prefix.high() >>> Integer.SIZE);
        int first = address >>> 8;
        int before = 0;
        for (int at = first; at < first + slotsOf(prefix); at++) {
            int value = slot(at);
            if (value < 0) {
                int from = prefix.length() > 24 ? address & 255 : 0;
                for (int i = from; i < from + blockPart(prefix); i++) {
                    consumer.accept(blocks[~value][i]);
                }
            } else if (value != before) {
                consumer.accept(value);
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
        int[][] changed = pages.clone();
        var more = new Blocks(blocks.clone());
        int value = routes.value(to);
        int first = (int) (prefix.high() >>> Integer.SIZE + 8);
        for (int at = first; at < first + slotsOf(prefix); at++) {
            int page = at >>> PAGE_BITS;
            if (changed[page] == pages[page]) {
                changed[page] = pages[page].clone();
            }
            replace(
                    changed[page],
                    at & PAGE - 1,
                    more,
                    prefix,
                    old -> routes.leaf(old) == from ? value : old);
        }
        return new Dir24Dash8(changed, more.all());
    }

    private static void replace(
            int[] page, int slot, Blocks blocks, Prefix6 prefix, IntUnaryOperator change) {
        if (page[slot] >= 0 && prefix.length() <= 24) {
            page[slot] = change.applyAsInt(page[slot]);
            return;
        }
        if (page[slot] >= 0) {
            page[slot] = blocks.add(page[slot]);
        }
        int[] block = blocks.own(page[slot]);
        int start = prefix.length() <= 24 ? 0 : (int) (prefix.high() >>> Integer.SIZE) & 255;
        for (int i = start; i < start + blockPart(prefix); i++) {
            block[i] = change.applyAsInt(block[i]);
        }
    }
}
