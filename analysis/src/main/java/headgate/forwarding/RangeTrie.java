package headgate.forwarding;

import java.util.Arrays;
import java.util.function.IntConsumer;

/// The unsigned numbers of 64 bits, cut into ranges that each have a value: a trie whose nodes take
/// as many bits at once as they have ranges to tell apart, so that a lookup is a few dependent
/// loads and nearly no branch that a processor cannot foresee, and several lookups overlap.
///
/// Immutable: a changed one shares all but the part that changed with the one before. Small ones
/// are one part; larger ones have a part for each value of the upper 16 bits.
final class RangeTrie {
    /// Takes one range after another, in ascending order.
    @FunctionalInterface
    interface RangeVisitor {
        /// @param first unsigned, and the last before the next range
        void visit(long first, int value);
    }

    private static final int PARTS = 1 << 16;
    private static final int PART_BITS = 48;

    /// Ranges of a trie that is one part.
    private static final int SMALL = 4096;

    /// What a word of a part is, in its lowest bits: a value, in the upper half; as many words as a
    /// few bits of the number have values; or keys in ascending order, and behind them one word
    /// more, of which that counts whose number is how many keys are not above the number.
    private static final int VALUE = 0;

    private static final int NODE = 1;
    private static final int KEYS = 2;

    private static final int KIND = 3;
    private static final int SHIFT_SHIFT = 2;
    private static final int MASK_SHIFT = 8;
    private static final int MASK = 0xffff;

    /// Ranges that are told apart by keys.
    private static final int FEW = 32;

    /// One, or [#PARTS]. The first word of each is its root.
    private final long[][] parts;

    private RangeTrie(long[][] parts) {
        this.parts = parts;
    }

    /// All numbers with one value.
    static RangeTrie of(int value) {
        return new Builder(1, value).build();
    }

    int get(long number) {
        long[] part = parts[(int) (number >>> PART_BITS) & parts.length - 1];
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
        return (int) (word >>> Integer.SIZE);
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

    /// The ranges that have numbers from `first` to `last`, both included and unsigned; the first
    /// one is cut.
    void forEach(long first, long last, RangeVisitor visitor) {
        Builder ranges = new Builder(16);
        for (int part = partOf(first); part <= partOf(last); part++) {
            ranges.addAll(parts[part], firstOf(part), lastOf(part), first, last);
        }
        for (int i = 0; i < ranges.size; i++) {
            visitor.visit(ranges.starts[i], ranges.values[i]);
        }
    }

    void forEachValue(long first, long last, IntConsumer consumer) {
        forEach(first, last, (_, value) -> consumer.accept(value));
    }

    private int partOf(long number) {
        return (int) (number >>> PART_BITS) & parts.length - 1;
    }

    private long firstOf(int part) {
        return parts.length == 1 ? 0 : (long) part << PART_BITS;
    }

    private long lastOf(int part) {
        return parts.length == 1 ? -1 : last(firstOf(part), PART_BITS);
    }

    /// The last of 2 to the power of `bits` numbers.
    private static long last(long first, int bits) {
        return first | ~Prefix6.mask(Long.SIZE - bits);
    }

    /// One in which the numbers from `first` to `last`, both included and unsigned, that have the
    /// value `from` have the value `to`. Only the parts that they lie in are built anew.
    RangeTrie with(long first, long last, int from, int to) {
        var changed = parts.clone();
        for (int part = partOf(first); part <= partOf(last); part++) {
            Builder ranges = new Builder(parts[part].length);
            long partFirst = firstOf(part);
            long partLast = lastOf(part);
            if (Long.compareUnsigned(partFirst, first) < 0) {
                ranges.addAll(parts[part], partFirst, partLast, partFirst, first - 1);
            }
            ranges.replace(from, to);
            ranges.addAll(
                    parts[part],
                    partFirst,
                    partLast,
                    max(partFirst, first),
                    Long.compareUnsigned(partLast, last) < 0 ? partLast : last);
            ranges.replace(to, to);
            if (Long.compareUnsigned(last, partLast) < 0) {
                ranges.addAll(parts[part], partFirst, partLast, last + 1, partLast);
            }
            if (parts.length == 1) {
                return ranges.build();
            }
            changed[part] = ranges.part(partFirst, PART_BITS, 0, ranges.size);
        }
        return new RangeTrie(changed);
    }

    private static long max(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? b : a;
    }

    /// Ranges in ascending order, and the words that are written of them.
    static final class Builder {
        private long[] starts;
        private int[] values;
        private int size;
        private int replaced;
        private int replacement;

        private long[] words = new long[16];
        private int written;

        /// The first range starts at 0.
        Builder(int capacity, int value) {
            this(capacity);
            append(0, value);
        }

        private Builder(int capacity) {
            starts = new long[Math.max(16, capacity)];
            values = new int[starts.length];
        }

        /// From `start` on numbers have this value. A range that starts where the last one does
        /// replaces it; one that has the same value is no new range.
        void append(long start, int value) {
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

        /// From here on, [#addAll] adds the value `to` where it finds `from`.
        private void replace(int from, int to) {
            replaced = from;
            replacement = to;
        }

        /// Appends what a part has from `first` to `last`.
        private void addAll(long[] part, long partFirst, long partLast, long first, long last) {
            add(part, part[0], partFirst, partLast, first, last);
        }

        /// @param start of the numbers that `word` is about, and `end`, the last of them
        private void add(long[] part, long word, long start, long end, long first, long last) {
            if (Long.compareUnsigned(end, first) < 0 || Long.compareUnsigned(start, last) > 0) {
                return;
            }
            int at = (int) (word >>> Integer.SIZE);
            if ((word & KIND) == VALUE) {
                append(max(start, first), at == replaced ? replacement : at);
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
            if (size <= SMALL) {
                return new RangeTrie(new long[][] {part(0, Long.SIZE, 0, size)});
            }
            var parts = new long[PARTS][];
            int at = 0;
            long[] alike = {};
            for (int i = 0; i < PARTS; i++) {
                long first = (long) i << PART_BITS;
                int from = at;
                while (at < size && Long.compareUnsigned(starts[at], last(first, PART_BITS)) <= 0) {
                    at++;
                }
                boolean startsHere = from < at && starts[from] == first;
                parts[i] = part(first, PART_BITS, startsHere ? from : from - 1, at);
                if (parts[i].length == 1 && Arrays.equals(parts[i], alike)) {
                    parts[i] = alike;
                }
                alike = parts[i].length == 1 ? parts[i] : alike;
            }
            return new RangeTrie(parts);
        }

        /// @param from number of the range that `first` lies in
        /// @param to number of the first range behind the part
        private long[] part(long first, int bits, int from, int to) {
            written = 1;
            long root = write(first, bits, from + 1, to, values[from]);
            words[0] = root;
            return Arrays.copyOf(words, written);
        }

        /// Writes what tells numbers apart.
        ///
        /// @param first of 2 to the power of `bits` numbers
        /// @param from `to`: ranges that start behind `first`
        /// @param value of `first`
        private long write(long first, int bits, int from, int to, int value) {
            int count = to - from;
            if (count == 0) {
                return (long) value << Integer.SIZE;
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

        private long writeFew(int from, int to, int value) {
            int count = to - from;
            int at = allocate(2 * count + 1);
            words[at + count] = (long) value << Integer.SIZE;
            for (int i = 0; i < count; i++) {
                words[at + i] = starts[from + i];
                words[at + count + 1 + i] = (long) values[from + i] << Integer.SIZE;
            }
            return word(KEYS, at, count);
        }

        /// All ranges start in one small block of the numbers.
        private long writeBlock(long first, int bits, int blockBits, int from, int to, int value) {
            long block = starts[from] & ~(last(0, blockBits));
            boolean before = block != first;
            boolean behind = last(block, blockBits) != last(first, bits);
            int keys = (before ? 1 : 0) + (behind ? 1 : 0);
            int at = allocate(2 * keys + 1);
            int word = at + keys;
            if (before) {
                words[at] = block;
                words[word++] = (long) value << Integer.SIZE;
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
                words[word] = (long) values[to - 1] << Integer.SIZE;
            }
            return word(KEYS, at, keys);
        }

        private long writeNode(long first, int bits, int from, int to, int value) {
            int width = width(bits, to - from);
            int childBits = bits - width;
            int at = allocate(1 << width);
            int next = from;
            int current = value;
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
