package headgate.forwarding;

import java.util.Arrays;
import java.util.function.IntConsumer;

/// Nested prefixes laid flat, in two levels: the upper 64 bits of all addresses cut into ranges
/// that each have one longest prefix; where prefixes longer than 64 bits lie in one /64, the lower
/// 64 bits likewise. [#with] shares what stays.
final class AddressRanges implements LongestPrefixMatch {
    /// The leaf of each range; [#NONE], or below it for a /64 that has a level of its own.
    private final RangeTrie upper;

    /// Second levels, by `-2 - leaf`.
    private final RangeTrie[] lower;

    private AddressRanges(RangeTrie upper, RangeTrie[] lower) {
        this.upper = upper;
        this.lower = lower;
    }

    /// The value of a /64 that has a level of its own.
    private static long split(int number) {
        return (long) (-2 - number) << Integer.SIZE;
    }

    /// Lays prefixes flat.
    static final class Builder {
        private final Sweep upper;
        private RangeTrie[] lower = new RangeTrie[16];
        private int lowerCount;

        /// @param highs `lows` and `lengths`: the prefixes, by address and then length
        /// @param parents filled with the index of the next shorter prefix around each
        Builder(long[] highs, long[] lows, byte[] lengths, LeafRoutes routes, int[] parents) {
            int count = highs.length;
            upper = new Sweep(2 * count + 1, NONE, routes);
            for (int i = 0; i < count; ) {
                int around = upper.around(highs[i]);
                if (length(lengths, i) <= 64) {
                    parents[i] = around;
                    upper.open(highs[i], length(lengths, i), i++);
                    continue;
                }
                int first = i;
                while (i < count && highs[i] == highs[first] && length(lengths, i) > 64) {
                    i++;
                }
                var second = new Sweep(2 * (i - first) + 1, around, routes);
                for (int j = first; j < i; j++) {
                    parents[j] = second.around(lows[j]);
                    second.open(lows[j], length(lengths, j) - 64, j);
                }
                upper.place(highs[first], split(lowerCount));
                add(second.close().build());
            }
            upper.close();
        }

        private static int length(byte[] lengths, int leaf) {
            return lengths[leaf] & 0xff;
        }

        private void add(RangeTrie second) {
            if (lowerCount == lower.length) {
                lower = Arrays.copyOf(lower, lowerCount * 2);
            }
            lower[lowerCount++] = second;
        }

        void forEachUpper(RangeTrie.RangeVisitor visitor) {
            upper.ranges.forEach(-1, visitor);
        }

        AddressRanges build() {
            return new AddressRanges(upper.ranges.build(), Arrays.copyOf(lower, lowerCount));
        }
    }

    /// Cuts one level, going through its prefixes in ascending order.
    private static final class Sweep {
        private final LeafRoutes routes;
        private final RangeTrie.Builder ranges;
        private final int outermost;
        private final long[] lastNumbers = new long[65];
        private final int[] open = new int[65];
        private int depth;

        /// @param outermost what lies around all prefixes
        Sweep(int capacity, int outermost, LeafRoutes routes) {
            this.routes = routes;
            this.outermost = outermost;
            ranges = new RangeTrie.Builder(capacity, routes.value(outermost));
        }

        /// The innermost prefix around `start`; those that end before it are closed.
        int around(long start) {
            while (depth > 0 && Long.compareUnsigned(lastNumbers[depth - 1], start) < 0) {
                depth--;
                ranges.append(lastNumbers[depth] + 1, routes.value(innermost()));
            }
            return innermost();
        }

        private int innermost() {
            return depth > 0 ? open[depth - 1] : outermost;
        }

        void open(long start, int length, int leaf) {
            ranges.append(start, routes.value(leaf));
            lastNumbers[depth] = start | ~Prefix6.mask(length);
            open[depth++] = leaf;
        }

        /// One number that has a value of its own.
        void place(long number, long value) {
            ranges.append(number, value);
            if (number != -1) {
                ranges.append(number + 1, routes.value(innermost()));
            }
        }

        RangeTrie.Builder close() {
            while (depth > 0 && lastNumbers[depth - 1] != -1) {
                depth--;
                ranges.append(lastNumbers[depth] + 1, routes.value(innermost()));
            }
            return ranges;
        }
    }

    /// By the upper 64 bits: all there is where no prefix is longer.
    RangeTrie upper() {
        return upper;
    }

    @Override
    public long find(long high, long low) {
        long value = upper.get(high);
        int leaf = RangeTrie.leaf(value);
        return leaf >= NONE ? value : lower[-2 - leaf].get(low);
    }

    @Override
    public void forEachLeaf(Prefix6 prefix, IntConsumer consumer) {
        int leaf = RangeTrie.leaf(upper.get(prefix.high()));
        if (prefix.length() > 64 && leaf < NONE) {
            lower[-2 - leaf].forEach(
                    prefix.low(),
                    lastLow(prefix),
                    (_, _, value) -> consumer.accept(RangeTrie.leaf(value)));
            return;
        }
        upper.forEach(
                prefix.high(),
                lastHigh(prefix),
                (_, _, value) -> {
                    int longest = RangeTrie.leaf(value);
                    if (longest >= NONE) {
                        consumer.accept(longest);
                    } else {
                        lower[-2 - longest].forEach(
                                0, -1, (_, _, inner) -> consumer.accept(RangeTrie.leaf(inner)));
                    }
                });
    }

    @Override
    public AddressRanges with(Prefix6 prefix, int from, int to, LeafRoutes routes) {
        long value = routes.value(to);
        return prefix.length() > 64
                ? withLonger(prefix, from, value)
                : withShorter(prefix, from, value);
    }

    private AddressRanges withShorter(Prefix6 prefix, int from, long to) {
        var changed = new RangeTrie[][] {lower};
        upper.forEach(
                prefix.high(),
                lastHigh(prefix),
                (_, _, value) -> {
                    int leaf = RangeTrie.leaf(value);
                    if (leaf < NONE) {
                        changed[0] = changed[0] == lower ? lower.clone() : changed[0];
                        changed[0][-2 - leaf] = lower[-2 - leaf].with(0, -1, from, to);
                    }
                });
        return new AddressRanges(upper.with(prefix.high(), lastHigh(prefix), from, to), changed[0]);
    }

    private AddressRanges withLonger(Prefix6 prefix, int from, long to) {
        long value = upper.get(prefix.high());
        int leaf = RangeTrie.leaf(value);
        boolean more = leaf >= NONE;
        int at = more ? lower.length : -2 - leaf;
        RangeTrie[] changed = Arrays.copyOf(lower, more ? at + 1 : lower.length);
        RangeTrie before = more ? RangeTrie.of(value) : lower[at];
        changed[at] = before.with(prefix.low(), lastLow(prefix), from, to);
        return new AddressRanges(
                more ? upper.with(prefix.high(), prefix.high(), leaf, split(at)) : upper, changed);
    }

    private static long lastHigh(Prefix6 prefix) {
        return prefix.high() | ~Prefix6.mask(prefix.length());
    }

    private static long lastLow(Prefix6 prefix) {
        return prefix.low() | ~Prefix6.mask(prefix.length() - 64);
    }
}
