package headgate.forwarding;

import java.util.Arrays;

/// The unsigned numbers of 64 bits, cut into ranges that each have a value: a trie whose nodes take
/// as many bits at once as they have ranges to tell apart, so that a lookup is a few dependent
/// loads and nearly no branch that a processor cannot foresee, and several lookups overlap.
///
/// A value is a leaf in the upper 32 bits and, above the two lowest bits, which are zero, whatever
/// goes with that leaf.
///
/// Immutable: a changed one shares all but the parts that changed with the one before. Up to
/// [#CROWDED] ranges are one part; more are told apart by the next eight bits first.
final class RangeTrie {
    /// Takes one range after another, in ascending order.
    @FunctionalInterface
    interface RangeVisitor {
        /// @param first and `last`, both included and unsigned
        void visit(long first, long last, long value);
    }

    private static final int FAN_BITS = 8;
    private static final int FAN = 1 << FAN_BITS;
    private static final int CROWDED = 512;

    /// What a word of a part is, in its lowest bits: a value; as many words as a few bits of the
    /// number have values; or keys in ascending order, and behind them one word more, of which that
    /// counts whose number is how many keys are not above the number.
    private static final int VALUE = 0;

    private static final int NODE = 1;
    private static final int KEYS = 2;

    private static final int KIND = 3;
    private static final int SHIFT_SHIFT = 2;
    private static final int MASK_SHIFT = 8;
    private static final int MASK = 0xffff;

    /// Ranges that are told apart by keys.
    private static final int FEW = 32;

    /// A part, `long[]`, whose first word is its root; or, for each value of the next eight bits,
    /// the like, `Object[]`.
    private final Object root;

    private RangeTrie(Object root) {
        this.root = root;
    }

    /// All numbers with one value.
    static RangeTrie of(long value) {
        return new Builder(1, value).build();
    }

    /// The value of a number.
    long get(long number) {
        Object at = root;
        for (int shift = Long.SIZE - FAN_BITS; !(at instanceof long[]); shift -= FAN_BITS) {
            at = ((Object[]) at)[(int) (number >>> shift) & FAN - 1];
        }
        return get((long[]) at, number);
    }

    private static long get(long[] part, long number) {
        long word = part[0];
        while ((word & KIND) != VALUE) {
            int at = (int) (word >>> Integer.SIZE);
            if ((word & NODE) != 0) {
                word = part[at + child(word, number)];
            } else {
                int keys = (int) (word >>> MASK_SHIFT) & MASK;
                word = part[at + keys + notAbove(part, at, keys, number)];
            }
        }
        return word;
    }

    /// How many of the keys are not above the number; written so that it compiles to moves, not to
    /// branches that no processor could foresee.
    private static int notAbove(long[] part, int at, int keys, long number) {
        int count = 0;
        for (int left = keys; left > 0; ) {
            int half = left + 1 >>> 1;
            long key = part[at + count + half - 1];
            count = key + Long.MIN_VALUE <= number + Long.MIN_VALUE ? count + half : count;
            left -= half;
        }
        return count;
    }

    private static int child(long node, long number) {
        return (int) (number >>> (node >>> SHIFT_SHIFT)) & (int) (node >>> MASK_SHIFT) & MASK;
    }

    /// The leaf in a value.
    static int leaf(long value) {
        return (int) (value >>> Integer.SIZE);
    }

    /// The ranges that have numbers from `first` to `last`, both included and unsigned, cut there.
    void forEach(long first, long last, RangeVisitor visitor) {
        Builder ranges = new Builder(FAN);
        ranges.addAll(root, 0, Long.SIZE, first, last);
        ranges.forEach(last, visitor);
    }

    /// All of them.
    void forEach(RangeVisitor visitor) {
        forEach(0, -1, visitor);
    }

    /// One in which the numbers from `first` to `last`, both included and unsigned, whose value has
    /// the leaf `from` have the value `to`. Only the parts that they lie in are built anew.
    RangeTrie with(long first, long last, int from, long to) {
        return new RangeTrie(changed(root, 0, Long.SIZE, first, last, from, to));
    }

    /// @param node of the 2 to the power of `bits` numbers from `start` on
    private static Object changed(
            Object node, long start, int bits, long first, long last, int from, long to) {
        long end = last(start, bits);
        if (Long.compareUnsigned(end, first) < 0 || Long.compareUnsigned(start, last) > 0) {
            return node;
        }
        if (node instanceof Object[] inner) {
            Object[] changed = inner.clone();
            int childBits = bits - FAN_BITS;
            int low = (int) (max(start, first) >>> childBits) & FAN - 1;
            int high = (int) (min(end, last) >>> childBits) & FAN - 1;
            for (int i = low; i <= high; i++) {
                long child = start + ((long) i << childBits);
                changed[i] = changed(inner[i], child, childBits, first, last, from, to);
            }
            return changed;
        }
        var ranges = new Builder(FAN);
        if (Long.compareUnsigned(start, first) < 0) {
            ranges.addAll(node, start, bits, start, first - 1);
        }
        ranges.replace(from, to);
        ranges.addAll(node, start, bits, max(start, first), min(end, last));
        ranges.replaces = false;
        if (Long.compareUnsigned(last, end) < 0) {
            ranges.addAll(node, start, bits, last + 1, end);
        }
        return ranges.node(start, bits, 0, ranges.size);
    }

    /// The last of 2 to the power of `bits` numbers.
    private static long last(long first, int bits) {
        return first | ~Prefix6.mask(Long.SIZE - bits);
    }

    private static long max(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? b : a;
    }

    private static long min(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? a : b;
    }

    /// Ranges in ascending order, and the words that are written of them.
    static final class Builder {
        private long[] starts;
        private long[] values;
        private int size;
        private boolean replaces;
        private int replaced;
        private long replacement;

        private long[] words = new long[16];
        private int written;

        /// The first range starts at 0.
        Builder(int capacity, long value) {
            this(capacity);
            append(0, value);
        }

        private Builder(int capacity) {
            starts = new long[Math.max(16, capacity)];
            values = new long[starts.length];
        }

        /// From `start` on numbers have this value. A range that starts where the last one does
        /// replaces it; one that has the same value is no new range.
        void append(long start, long value) {
            int at = size > 0 && starts[size - 1] == start ? size - 1 : size;
            if (at > 0 && values[at - 1] == value) {
                size = at;
                return;
            }
            if (at == starts.length) {
                starts = Arrays.copyOf(starts, at * 2);
                values = Arrays.copyOf(values, at * 2);
            }
            starts[at] = start;
            values[at] = value;
            size = at + 1;
        }

        /// @param last where the last one ends
        void forEach(long last, RangeVisitor visitor) {
            for (int i = 0; i < size; i++) {
                long end = i + 1 < size ? starts[i + 1] - 1 : last;
                visitor.visit(starts[i], end, values[i]);
            }
        }

        /// From here on, [#addAll] adds the value `to` where it finds the leaf `from`.
        private void replace(int from, long to) {
            replaces = true;
            replaced = from;
            replacement = to;
        }

        /// Appends what a node has from `first` to `last`.
        ///
        /// @param node of the 2 to the power of `bits` numbers from `start` on
        private void addAll(Object node, long start, int bits, long first, long last) {
            long end = last(start, bits);
            if (node instanceof long[] part) {
                add(part, part[0], start, end, first, last);
                return;
            }
            int childBits = bits - FAN_BITS;
            for (int i = 0; i < FAN; i++) {
                long child = start + ((long) i << childBits);
                if (Long.compareUnsigned(last(child, childBits), first) >= 0
                        && Long.compareUnsigned(child, last) <= 0) {
                    addAll(((Object[]) node)[i], child, childBits, first, last);
                }
            }
        }

        /// @param start of the numbers that `word` is about, and `end`, the last of them
        private void add(long[] part, long word, long start, long end, long first, long last) {
            if (Long.compareUnsigned(end, first) < 0 || Long.compareUnsigned(start, last) > 0) {
                return;
            }
            int at = (int) (word >>> Integer.SIZE);
            if ((word & KIND) == VALUE) {
                append(max(start, first), replaces && at == replaced ? replacement : word);
            } else if ((word & NODE) != 0) {
                int bits = (int) (word >>> SHIFT_SHIFT) & Long.SIZE - 1;
                int children = ((int) (word >>> MASK_SHIFT) & MASK) + 1;
                for (int i = 0; i < children; i++) {
                    long from = start + ((long) i << bits);
                    add(part, part[at + i], from, last(from, bits), first, last);
                }
            } else {
                int keys = (int) (word >>> MASK_SHIFT) & MASK;
                for (int i = 0; i <= keys; i++) {
                    long from = i == 0 ? start : part[at + i - 1];
                    long to = i == keys ? end : part[at + i] - 1;
                    add(part, part[at + keys + i], from, to, first, last);
                }
            }
        }

        RangeTrie build() {
            return new RangeTrie(node(0, Long.SIZE, 0, size));
        }

        /// @param first of 2 to the power of `bits` numbers
        /// @param from number of the range that `first` lies in
        /// @param to number of the first range behind these numbers
        private Object node(long first, int bits, int from, int to) {
            if (to - from <= CROWDED) {
                written = 1;
                long root = write(first, bits, from + 1, to, values[from]);
                words[0] = root;
                return Arrays.copyOf(words, written);
            }
            int childBits = bits - FAN_BITS;
            var children = new Object[FAN];
            long[] alike = {};
            int at = from;
            for (int i = 0; i < FAN; i++) {
                long child = first + ((long) i << childBits);
                long end = last(child, childBits);
                while (at + 1 < to && Long.compareUnsigned(starts[at + 1], child) <= 0) {
                    at++;
                }
                int behind = at + 1;
                while (behind < to && Long.compareUnsigned(starts[behind], end) <= 0) {
                    behind++;
                }
                children[i] = node(child, childBits, at, behind);
                if (children[i] instanceof long[] part && part.length == 1) {
                    alike = Arrays.equals(part, alike) ? alike : part;
                    children[i] = alike;
                }
                at = behind - 1;
            }
            return children;
        }

        /// Writes what tells numbers apart.
        ///
        /// @param first of 2 to the power of `bits` numbers
        /// @param from `to`: ranges that start behind `first`
        /// @param value of `first`
        private long write(long first, int bits, int from, int to, long value) {
            int count = to - from;
            if (count == 0) {
                return value;
            }
            if (count <= FEW) {
                return writeFew(from, to, value);
            }
            int blockBits = Long.SIZE - Long.numberOfLeadingZeros(starts[from] ^ starts[to - 1]);
            return bits - blockBits < width(bits, count)
                    ? writeNode(first, bits, from, to, value)
                    : writeBlock(first, bits, blockBits, from, to, value);
        }

        private static int width(int bits, int count) {
            return Math.min(bits, Math.min(16, Integer.SIZE - Integer.numberOfLeadingZeros(count)));
        }

        private long writeFew(int from, int to, long value) {
            int count = to - from;
            int at = allocate(2 * count + 1);
            words[at + count] = value;
            for (int i = 0; i < count; i++) {
                words[at + i] = starts[from + i];
                words[at + count + 1 + i] = values[from + i];
            }
            return word(KEYS, at, count);
        }

        /// All ranges start in one small block of the numbers.
        private long writeBlock(long first, int bits, int blockBits, int from, int to, long value) {
            long block = starts[from] & ~(last(0, blockBits));
            boolean before = block != first;
            boolean behind = last(block, blockBits) != last(first, bits);
            int keys = (before ? 1 : 0) + (behind ? 1 : 0);
            int at = allocate(2 * keys + 1);
            int word = at + keys;
            if (before) {
                words[at] = block;
                words[word++] = value;
            }
            boolean startsHere = starts[from] == block;
            long node =
                    writeNode(
                            block,
                            blockBits,
                            startsHere ? from + 1 : from,
                            to,
                            startsHere ? values[from] : value);
            words[word++] = node;
            if (behind) {
                words[at + keys - 1] = last(block, blockBits) + 1;
                words[word] = values[to - 1];
            }
            return word(KEYS, at, keys);
        }

        private long writeNode(long first, int bits, int from, int to, long value) {
            int width = width(bits, to - from);
            int childBits = bits - width;
            int at = allocate(1 << width);
            int next = from;
            long current = value;
            for (int i = 0; i < 1 << width; i++) {
                long child = first + ((long) i << childBits);
                if (next < to && starts[next] == child) {
                    current = values[next++];
                }
                int end = next;
                long childLast = last(child, childBits);
                while (end < to && Long.compareUnsigned(starts[end], childLast) <= 0) {
                    end++;
                }
                long word = write(child, childBits, next, end, current);
                words[at + i] = word;
                current = end > next ? values[end - 1] : current;
                next = end;
            }
            return word(NODE, at, (1 << width) - 1) | (long) childBits << SHIFT_SHIFT;
        }

        private static long word(int kind, int at, int mask) {
            return (long) at << Integer.SIZE | (long) mask << MASK_SHIFT | kind;
        }

        private int allocate(int count) {
            int at = written;
            written += count;
            if (written > words.length) {
                words = Arrays.copyOf(words, Math.max(written, words.length * 2));
            }
            return at;
        }
    }
}
