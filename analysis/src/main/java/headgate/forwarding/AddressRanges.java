package headgate.forwarding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;

/// Nested prefixes laid flat: the first [#INDEX_BITS] of an address lead to a *part*, in which the
/// [#KEY_BITS] behind them are cut into ranges that each have one longest prefix. Where prefixes
/// are longer than that, the number that they lie in has a part of its own for the next bits.
///
/// A range is one word of its part, the bits of its first number above and its value below, so that
/// whoever has found it has its value. A search makes no branch that depends on what is compared,
/// so that lookups need not wait for each other.
///
/// A changed one shares with the one before everything but the parts that the prefix lies in.
final class AddressRanges implements LongestPrefixMatch {
    private static final int INDEX_BITS = 16;
    private static final int FAN_BITS = 8;
    private static final int FAN = 1 << FAN_BITS;
    private static final int KEY_BITS = Integer.SIZE;

    /// Bits that are told apart before there is any need for a level behind.
    private static final int FIRST_BITS = INDEX_BITS + KEY_BITS;

    /// Bits of a value in a word, the highest of which is its sign. The sign of a word is 0, so
    /// that words can be subtracted.
    private static final int VALUE_BITS = Long.SIZE - 1 - KEY_BITS;

    private static final long VALUE = (1L << VALUE_BITS) - 1;
    private static final long LAST_NUMBER = 0xffff_ffffL;

    /// Ranges that are searched at once, some two cache lines. A part that has more has the first
    /// word of each run of them in front.
    private static final int RUN = 16;

    /// By the upper half of the index, then by the lower one: words in ascending order.
    private final long[][][] parts;

    /// The parts of levels behind, by the complement of a value below 0.
    private final long[][] lower;

    private AddressRanges(long[][][] parts, long[][] lower) {
        this.parts = parts;
        this.lower = lower;
    }

    /// @param highs `lows` and `lengths`: prefixes, by address and then length
    /// @param parents filled with the index of the next shorter prefix around each
    static AddressRanges of(
            long[] highs, long[] lows, byte[] lengths, LeafRoutes routes, int[] parents) {
        return new Builder(highs, lows, lengths, routes, parents, new ArrayList<>()).build();
    }

    @Override
    public int find(long high, long low) {
        int value = search(part(index(high)), high >>> Long.SIZE - FIRST_BITS);
        for (int bit = FIRST_BITS; value < 0; bit += KEY_BITS) {
            value = search(lower[~value], key(high, low, bit));
        }
        return value;
    }

    private static int index(long high) {
        return (int) (high >>> Long.SIZE - INDEX_BITS);
    }

    private long[] part(int index) {
        return parts[index >>> FAN_BITS][index & FAN - 1];
    }

    /// The number that an address has in a part whose numbers start at `bit`, which is not 0.
    private static long key(long high, long low, int bit) {
        long bits = bit < Long.SIZE ? high << bit | low >>> -bit : low << bit;
        return bits >>> Long.SIZE - KEY_BITS;
    }

    /// The value of a number.
    private static int search(long[] part, long number) {
        long key = word(number, -1);
        if (part.length <= RUN) {
            return value(part[lastNotAbove(part, part.length, key)]);
        }
        int runs = runs(part);
        int last = runs + RUN * lastNotAbove(part, runs, key);
        last = next(part, last, 8, key);
        last = next(part, last, 4, key);
        last = next(part, last, 2, key);
        last = next(part, last, 1, key);
        return value(part[last]);
    }

    /// @param number whose lowest [#KEY_BITS] count
    private static long word(long number, int value) {
        return (number & LAST_NUMBER) << VALUE_BITS | value & VALUE;
    }

    private static long number(long word) {
        return word >>> VALUE_BITS;
    }

    private static int value(long word) {
        return (int) word << 1 >> 1;
    }

    /// How many words a part has in front of its ranges.
    private static int runs(long[] part) {
        return part.length <= RUN ? 0 : part.length / (RUN + 1);
    }

    /// The last of the first `count` words that is not above `key`; the first one never is.
    private static int lastNotAbove(long[] part, int count, long key) {
        int last = 0;
        for (int left = count; left > 1; ) {
            int half = left >>> 1;
            last = next(part, last, half, key);
            left -= half;
        }
        return last;
    }

    /// Goes on by `step` words if the word there is not above `key`, without a branch that no
    /// processor could foresee.
    private static int next(long[] part, int at, int step, long key) {
        return at + (step & ~(int) (key - part[at + step] >> Long.SIZE - 1));
    }

    /// Hands on the ranges of all addresses by the first [#FIRST_BITS], which are all there are of
    /// IPv4: as the lowest bits of numbers.
    void forEach(Ranges.Visitor visitor) {
        for (int index = 0; index < FAN * FAN; index++) {
            long first = (long) index << KEY_BITS;
            forEach(
                    part(index),
                    (from, to, value) -> visitor.visit(first | from, first | to, value));
        }
    }

    private static void forEach(long[] part, Ranges.Visitor visitor) {
        for (int i = runs(part); i < part.length; i++) {
            boolean last = i + 1 == part.length;
            // The last run is filled up with its last word.
            if (last || part[i + 1] != part[i]) {
                long end = last ? LAST_NUMBER : number(part[i + 1]) - 1;
                visitor.visit(number(part[i]), end, value(part[i]));
            }
        }
    }

    /// The first number of a prefix in a part whose numbers start at that bit.
    private static long first(Prefix6 prefix, int bit) {
        return key(prefix.high(), prefix.low(), bit);
    }

    private static long last(Prefix6 prefix, int bit) {
        int bits = Math.clamp(prefix.length() - bit, 0, KEY_BITS);
        return first(prefix, bit) | LAST_NUMBER >>> bits;
    }

    private static int lastIndex(Prefix6 prefix) {
        return index(prefix.high() | ~Prefix6.mask(prefix.length()));
    }

    @Override
    public void forEachValue(Prefix6 prefix, IntConsumer consumer) {
        for (int index = index(prefix.high()); index <= lastIndex(prefix); index++) {
            forEachValue(part(index), INDEX_BITS, prefix, consumer);
        }
    }

    private void forEachValue(long[] part, int bit, Prefix6 prefix, IntConsumer consumer) {
        long first = first(prefix, bit);
        long last = last(prefix, bit);
        forEach(
                part,
                (from, to, value) -> {
                    if (to >= first && from <= last && value < 0) {
                        forEachValue(lower[~value], bit + KEY_BITS, prefix, consumer);
                    } else if (to >= first && from <= last) {
                        consumer.accept(value);
                    }
                });
    }

    @Override
    public AddressRanges with(Prefix6 prefix, int from, int to, LeafRoutes routes) {
        int changed = routes.value(to);
        return new Change(prefix, value -> routes.leaf(value) == from ? changed : value).made();
    }

    /// Gives the addresses of a prefix other values.
    private final class Change {
        private final Prefix6 prefix;
        private final IntUnaryOperator leaves;
        private long[][] levels = lower;

        Change(Prefix6 prefix, IntUnaryOperator leaves) {
            this.prefix = prefix;
            this.leaves = leaves;
        }

        /// What several places share, which is one value all over, they share again.
        AddressRanges made() {
            int first = index(prefix.high());
            int last = lastIndex(prefix);
            long[][][] changed = parts.clone();
            for (int upper = first >>> FAN_BITS; upper <= last >>> FAN_BITS; upper++) {
                int from = Math.max(first, upper << FAN_BITS);
                int to = Math.min(last, upper << FAN_BITS | FAN - 1);
                boolean again = from > first && parts[upper] == parts[upper - 1];
                changed[upper] = again ? changed[upper - 1] : changed(parts[upper], from, to);
            }
            return new AddressRanges(changed, levels);
        }

        private long[][] changed(long[][] before, int from, int to) {
            long[][] changed = before.clone();
            for (int i = from & FAN - 1; i <= (to & FAN - 1); i++) {
                boolean again = i > (from & FAN - 1) && before[i] == before[i - 1];
                changed[i] = again ? changed[i - 1] : changed(before[i], INDEX_BITS);
            }
            return changed;
        }

        private long[] changed(long[] part, int bit) {
            long first = first(prefix, bit);
            long last = last(prefix, bit);
            var ranges = new Ranges(part.length + 2);
            forEach(
                    part,
                    (from, to, value) -> {
                        if (to < first || from > last) {
                            ranges.append(from, value);
                            return;
                        }
                        if (from < first) {
                            ranges.append(from, value);
                        }
                        ranges.append(Math.max(from, first), changed(value, bit + KEY_BITS));
                        if (to > last) {
                            ranges.append(last + 1, value);
                        }
                    });
            return cut(ranges, 0, ranges.size());
        }

        /// @param bit behind the numbers that have the value
        private int changed(int value, int bit) {
            if (value >= 0 && prefix.length() <= bit) {
                return leaves.applyAsInt(value);
            }
            if (levels == lower) {
                levels = lower.clone();
            }
            int level = ~value;
            if (value >= 0) {
                level = levels.length;
                levels = Arrays.copyOf(levels, level + 1);
                levels[level] = new long[] {word(0, value)};
            }
            long[] part = changed(levels[level], bit);
            levels[level] = part;
            return ~level;
        }
    }

    /// The part that some ranges are, the first of which may start before it.
    private static long[] cut(Ranges ranges, int from, int to) {
        int count = to - from;
        int runs = count <= RUN ? 0 : (count + RUN - 1) / RUN;
        long[] part = new long[runs == 0 ? count : runs * (RUN + 1)];
        part[runs] = word(0, ranges.value(from));
        for (int i = 1; i < count; i++) {
            part[runs + i] = word(ranges.start(from + i), ranges.value(from + i));
        }
        Arrays.fill(part, runs + count, part.length, part[runs + count - 1]);
        for (int run = 0; run < runs; run++) {
            part[run] = part[runs + run * RUN];
        }
        return part;
    }

    /// Cuts the ranges of the first level into parts.
    private static final class Cutter {
        private final Ranges ranges;
        private int at;

        /// A part of one range, and 256 of them, for all that are alike.
        private long[] plain = {};

        private long[][] allPlain = {plain};

        Cutter(Ranges ranges) {
            this.ranges = ranges;
        }

        long[][][] parts() {
            var parts = new long[FAN][][];
            for (int upper = 0; upper < FAN; upper++) {
                parts[upper] = parts(upper);
            }
            return parts;
        }

        private long[][] parts(int upper) {
            var parts = new long[FAN][];
            boolean same = true;
            for (int i = 0; i < FAN; i++) {
                parts[i] = part(upper << FAN_BITS | i);
                same &= parts[i] == parts[0];
            }
            if (same && parts[0] != allPlain[0]) {
                allPlain = parts;
            }
            return same ? allPlain : parts;
        }

        private long[] part(int index) {
            int to = at + 1;
            while (to < ranges.size() && ranges.start(to) >>> KEY_BITS == index) {
                if ((int) ranges.start(to) == 0) {
                    at = to;
                }
                to++;
            }
            if (to - at > 1) {
                long[] part = cut(ranges, at, to);
                at = to - 1;
                return part;
            }
            if (plain.length == 0 || value(plain[0]) != ranges.value(at)) {
                plain = cut(ranges, at, to);
            }
            return plain;
        }
    }

    /// Lays prefixes flat, level by level.
    private record Builder(
            long[] highs,
            long[] lows,
            byte[] lengths,
            LeafRoutes routes,
            int[] parents,
            List<long[]> lower) {

        AddressRanges build() {
            Ranges ranges = level(0, FIRST_BITS, 0, highs.length, NONE);
            return new AddressRanges(new Cutter(ranges).parts(), lower.toArray(long[][]::new));
        }

        /// @param bit that numbers start at, and `width`, how many bits they have
        /// @param from `to`: the prefixes that have the same bits before, and are longer
        /// @param outermost what lies around them
        private Ranges level(int bit, int width, int from, int to, int outermost) {
            var sweep = new Sweep(to - from, width, outermost, routes);
            for (int i = from; i < to; ) {
                long number = number(i, bit, width);
                int around = sweep.around(number);
                if (length(i) - bit <= width) {
                    parents[i] = around;
                    sweep.open(number, length(i) - bit, i++);
                    continue;
                }
                int first = i;
                while (i < to && length(i) - bit > width && number(i, bit, width) == number) {
                    i++;
                }
                Ranges behind = level(bit + width, KEY_BITS, first, i, around);
                sweep.place(number, ~lower.size());
                lower.add(cut(behind, 0, behind.size()));
            }
            return sweep.close();
        }

        private int length(int leaf) {
            return lengths[leaf] & 0xff;
        }

        private long number(int leaf, int bit, int width) {
            return bit == 0 ? highs[leaf] >>> Long.SIZE - width : key(highs[leaf], lows[leaf], bit);
        }
    }

    /// Cuts one level, going through its prefixes in ascending order.
    private static final class Sweep {
        private final int width;
        private final LeafRoutes routes;
        private final Ranges ranges;
        private final int outermost;
        private final long[] lastNumbers = new long[FIRST_BITS + 1];
        private final int[] open = new int[FIRST_BITS + 1];
        private int depth;

        /// @param count how many prefixes there are
        /// @param width bits of a number
        /// @param outermost what lies around all prefixes
        Sweep(int count, int width, int outermost, LeafRoutes routes) {
            this.width = width;
            this.routes = routes;
            this.outermost = outermost;
            ranges = new Ranges(2 * count + 1);
            ranges.append(0, routes.value(outermost));
        }

        /// The innermost prefix around `number`; those that end before it are closed.
        int around(long number) {
            while (depth > 0 && lastNumbers[depth - 1] < number) {
                closeInnermost();
            }
            return innermost();
        }

        private void closeInnermost() {
            continueFrom(lastNumbers[--depth] + 1);
        }

        private void continueFrom(long number) {
            if (number >>> width == 0) {
                ranges.append(number, routes.value(innermost()));
            }
        }

        private int innermost() {
            return depth > 0 ? open[depth - 1] : outermost;
        }

        void open(long number, int length, int leaf) {
            ranges.append(number, routes.value(leaf));
            lastNumbers[depth] = number | (1L << width - length) - 1;
            open[depth++] = leaf;
        }

        /// One number that has a value of its own.
        void place(long number, int value) {
            ranges.append(number, value);
            continueFrom(number + 1);
        }

        Ranges close() {
            while (depth > 0) {
                closeInnermost();
            }
            return ranges;
        }
    }
}
