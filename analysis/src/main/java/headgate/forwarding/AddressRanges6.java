package headgate.forwarding;

import java.util.Arrays;
import java.util.function.IntConsumer;

/// Nested prefixes laid flat, in two levels: the upper 64 bits of all addresses cut into ranges
/// that each have one longest prefix; where prefixes longer than 64 bits lie in one /64, the lower
/// 64 bits likewise. Immutable; [#with] shares what stays.
final class AddressRanges6 {
    static final int NONE = -1;

    /// The prefix of each range; [#NONE], or below it for a /64 that has a level of its own.
    private final RangeTrie upper;

    /// Second levels, by `-2 - value`.
    private final RangeTrie[] lower;

    private AddressRanges6(RangeTrie upper, RangeTrie[] lower) {
        this.upper = upper;
        this.lower = lower;
    }

    /// @param highs `lows` and `lengths`: the prefixes, by address and then length
    /// @param parents filled with the index of the next shorter prefix around each
    static AddressRanges6 of(long[] highs, long[] lows, short[] lengths, int[] parents) {
        int count = highs.length;
        var sweep = new Sweep(2 * count + 1, NONE);
        var lower = new RangeTrie[16];
        int lowerCount = 0;
        for (int i = 0; i < count; ) {
            int around = sweep.around(highs[i]);
            if (lengths[i] <= 64) {
                parents[i] = around;
                sweep.open(highs[i], lengths[i], i++);
                continue;
            }
            int first = i;
            while (i < count && highs[i] == highs[first] && lengths[i] > 64) {
                i++;
            }
            if (lowerCount == lower.length) {
                lower = Arrays.copyOf(lower, lowerCount * 2);
            }
            lower[lowerCount] = second(lows, lengths, first, i, around, parents);
            sweep.place(highs[first], -2 - lowerCount++, around);
        }
        return new AddressRanges6(sweep.close(), Arrays.copyOf(lower, lowerCount));
    }

    /// The level of one /64, whose prefixes longer than 64 bits are those from `from` to `to`.
    private static RangeTrie second(
            long[] lows, short[] lengths, int from, int to, int around, int[] parents) {
        var sweep = new Sweep(2 * (to - from) + 1, around);
        for (int i = from; i < to; i++) {
            parents[i] = sweep.around(lows[i]);
            sweep.open(lows[i], lengths[i] - 64, i);
        }
        return sweep.close();
    }

    /// Cuts one level, going through its prefixes in ascending order.
    private static final class Sweep {
        private final RangeTrie.Builder ranges;
        private final int outermost;
        private final long[] lastNumbers = new long[65];
        private final int[] open = new int[65];
        private int depth;

        /// @param outermost what lies around all prefixes
        Sweep(int capacity, int outermost) {
            ranges = new RangeTrie.Builder(capacity, outermost);
            this.outermost = outermost;
        }

        /// The innermost prefix around `start`; those that end before it are closed.
        int around(long start) {
            while (depth > 0 && Long.compareUnsigned(lastNumbers[depth - 1], start) < 0) {
                depth--;
                ranges.append(lastNumbers[depth] + 1, innermost());
            }
            return innermost();
        }

        private int innermost() {
            return depth > 0 ? open[depth - 1] : outermost;
        }

        void open(long start, int length, int leaf) {
            ranges.append(start, leaf);
            lastNumbers[depth] = start | ~Prefix6.mask(length);
            open[depth++] = leaf;
        }

        /// One number that has a value of its own.
        void place(long number, int value, int around) {
            ranges.append(number, value);
            if (number != -1) {
                ranges.append(number + 1, around);
            }
        }

        RangeTrie close() {
            while (depth > 0 && lastNumbers[depth - 1] != -1) {
                depth--;
                ranges.append(lastNumbers[depth] + 1, innermost());
            }
            return ranges.build();
        }
    }

    /// Index of the longest prefix that contains the address; [#NONE] if none does.
    int leaf(long high, long low) {
        int leaf = upper.get(high);
        return leaf >= NONE ? leaf : lower[-2 - leaf].get(low);
    }

    /// The first level, for prefixes of which none is longer than 64 bits.
    RangeTrie upper() {
        return upper;
    }

    /// The longest prefixes that addresses in `prefix` have; some of them several times.
    void forEachLeaf(Prefix6 prefix, IntConsumer consumer) {
        if (prefix.length() > 64) {
            int leaf = upper.get(prefix.high());
            if (leaf >= NONE) {
                consumer.accept(leaf);
            } else {
                lower[-2 - leaf].forEachValue(prefix.low(), lastLow(prefix), consumer);
            }
            return;
        }
        upper.forEachValue(
                prefix.high(),
                lastHigh(prefix),
                leaf -> {
                    if (leaf >= NONE) {
                        consumer.accept(leaf);
                    } else {
                        lower[-2 - leaf].forEachValue(0, -1, consumer);
                    }
                });
    }

    /// Ranges in which the addresses of `prefix` that belonged to one leaf belong to another one.
    ///
    /// @param from and `to`: leaves, or [#NONE]
    AddressRanges6 with(Prefix6 prefix, int from, int to) {
        return prefix.length() > 64 ? withLonger(prefix, from, to) : withShorter(prefix, from, to);
    }

    private AddressRanges6 withShorter(Prefix6 prefix, int from, int to) {
        var changed = new RangeTrie[][] {lower};
        upper.forEachValue(
                prefix.high(),
                lastHigh(prefix),
                leaf -> {
                    if (leaf < NONE) {
                        changed[0] = changed[0] == lower ? lower.clone() : changed[0];
                        changed[0][-2 - leaf] = lower[-2 - leaf].with(0, -1, from, to);
                    }
                });
        return new AddressRanges6(
                upper.with(prefix.high(), lastHigh(prefix), from, to), changed[0]);
    }

    private AddressRanges6 withLonger(Prefix6 prefix, int from, int to) {
        int leaf = upper.get(prefix.high());
        boolean more = leaf >= NONE;
        int at = more ? lower.length : -2 - leaf;
        RangeTrie[] changed = Arrays.copyOf(lower, more ? at + 1 : lower.length);
        RangeTrie before = more ? RangeTrie.of(leaf) : lower[at];
        changed[at] = before.with(prefix.low(), lastLow(prefix), from, to);
        return new AddressRanges6(
                more ? upper.with(prefix.high(), prefix.high(), leaf, -2 - at) : upper, changed);
    }

    private static long lastHigh(Prefix6 prefix) {
        return prefix.high() | ~Prefix6.mask(prefix.length());
    }

    private static long lastLow(Prefix6 prefix) {
        return prefix.low() | ~Prefix6.mask(prefix.length() - 64);
    }
}
