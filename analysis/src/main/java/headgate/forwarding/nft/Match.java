package headgate.forwarding.nft;

/// Steps that compare (kernel: `nft_cmp`, `nft_range`, `nft_bitwise`, `nft_lookup`).
abstract class Match extends Step {
    final Operand left;

    Match(Operand left) {
        this.left = left;
    }

    /// Whether it asks nothing but a header field, and uses nothing up.
    boolean asksHeader() {
        return left instanceof Operand.Payload && !(this instanceof Lookup);
    }

    /// Decides on the value in register 0.
    abstract int test(Evaluation e);

    @Override
    int run(Evaluation e) {
        int loaded = left.load(e, 0);
        // The codes of operands and steps are the same.
        return loaded == Operand.OK ? test(e) : loaded;
    }

    @Override
    void writeTo(RuleBlob.Writer out) {
        out.step(this);
    }

    @Override
    boolean tracksConnections() {
        return left.tracksConnections();
    }

    private static int code(boolean matches) {
        return matches ? NEXT : BREAK;
    }

    /// `==` and `!=` with a value, a prefix or a range.
    static final class Within extends Match {
        private final Interval interval;
        private final boolean negated;

        Within(Operand left, Interval interval, boolean negated) {
            super(left);
            this.interval = interval;
            this.negated = negated;
        }

        @Override
        int test(Evaluation e) {
            return code(interval.contains(e.high[0], e.low[0]) != negated);
        }

        @Override
        void writeTo(RuleBlob.Writer out) {
            out.within(left, interval, negated, this);
        }
    }

    /// `==` and `!=` of values side by side.
    static final class AllWithin extends Match {
        private final Interval[] intervals;
        private final boolean negated;

        AllWithin(Operand left, Interval[] intervals, boolean negated) {
            super(left);
            this.intervals = intervals;
            this.negated = negated;
        }

        @Override
        int test(Evaluation e) {
            boolean within = true;
            for (int i = 0; i < intervals.length; i++) {
                within &= intervals[i].contains(e.high[i], e.low[i]);
            }
            return code(within != negated);
        }
    }

    /// Whether any of these bits is set, or none.
    static final class Bits extends Match {
        private final long bits;
        private final boolean none;

        Bits(Operand left, long bits, boolean none) {
            super(left);
            this.bits = bits;
            this.none = none;
        }

        @Override
        int test(Evaluation e) {
            return code((e.low[0] & bits) == 0 == none);
        }

        @Override
        void writeTo(RuleBlob.Writer out) {
            out.bits(left, bits, none, this);
        }
    }

    /// Equality of two things that the packet has.
    static final class Same extends Match {
        private final Operand right;
        private final boolean negated;

        Same(Operand left, Operand right, boolean negated) {
            super(left);
            this.right = right;
            this.negated = negated;
        }

        @Override
        int test(Evaluation e) {
            int loaded = right.load(e, left.width());
            if (loaded != Operand.OK) {
                return loaded;
            }
            int at = left.width();
            return code((e.high[0] == e.high[at] && e.low[0] == e.low[at]) != negated);
        }
    }

    /// Whether a set holds the value.
    static final class Lookup extends Match {
        private final NftSet set;
        private final boolean negated;

        Lookup(Operand left, NftSet set, boolean negated) {
            super(left);
            this.set = set;
            this.negated = negated;
        }

        @Override
        int test(Evaluation e) {
            int element = set.find(e, 0, !negated);
            return element == NftSet.UNKNOWN_ELEMENT ? UNKNOWN : code(element >= 0 != negated);
        }

        @Override
        void writeTo(RuleBlob.Writer out) {
            if (left.width() == 1) {
                out.lookup(left, set, negated, this);
            } else {
                out.step(this);
            }
        }
    }

    /// A verdict map: where it has no verdict for a value, the next rule is taken.
    static final class VerdictMap extends Match {
        private final NftSet map;

        VerdictMap(Operand left, NftSet map) {
            super(left);
            this.map = map;
        }

        @Override
        int test(Evaluation e) {
            int element = map.find(e, 0, true);
            if (element == NftSet.UNKNOWN_ELEMENT) {
                return UNKNOWN;
            }
            NftVerdict verdict = element < 0 ? null : map.verdict(e, element);
            if (verdict == null) {
                return BREAK;
            }
            e.target = verdict.target();
            return verdict.code();
        }

        @Override
        NftSet verdicts() {
            return map;
        }
    }
}
