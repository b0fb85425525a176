package headgate.forwarding.nft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The rules of one chain, laid flat as a row of numbers that one loop goes through (kernel:
/// `struct nft_rule_blob`). What most rules do (compare a field, look it up in a set, count,
/// decide) is an instruction of its own; everything else calls its [Step].
///
/// The first number of an instruction says what it is, which field it is about, how far away the
/// next rule is, and to which rule it belongs.
final class RuleBlob {
    static final RuleBlob EMPTY = new Writer(new Fields()).build();

    /// Compares a field with values that have one upper half: that half, the first lower half, and
    /// how many more there are.
    private static final int WITHIN = 0;

    /// Compares a field with any interval: its first and its last value.
    private static final int BETWEEN = 1;

    /// Asks for any of these bits of a field.
    private static final int BITS = 2;

    /// Compares a field of at most 64 bits with a few values: how many, and these.
    private static final int ANY = 3;

    /// Looks a field up in the set of that number.
    private static final int LOOKUP = 4;

    /// Counts by the counter of that number.
    private static final int COUNT = 5;

    /// Decides: the verdict's code, and the number of the chain that it leads to.
    private static final int VERDICT = 6;

    /// Takes the step of that number.
    private static final int STEP = 7;

    /// As [#STEP], for one after which fields may have changed.
    private static final int CHANGE = 8;

    private static final int OPERATION = 15;
    private static final int NEGATED = 1 << 4;
    private static final int FIELD_SHIFT = 5;
    private static final int SKIP_SHIFT = 12;
    private static final int RULE_SHIFT = 32;

    private final long[] code;
    private final NftRule[] rules;
    private final NftSet[] sets;
    private final NftChain[] targets;
    private final Step[] steps;

    private RuleBlob(Writer writer) {
        code = Arrays.copyOf(writer.code, writer.size);
        rules = writer.rules.toArray(NftRule[]::new);
        sets = writer.sets.toArray(NftSet[]::new);
        targets = writer.targets.toArray(NftChain[]::new);
        steps = writer.steps.toArray(Step[]::new);
    }

    boolean isEmpty() {
        return rules.length == 0;
    }

    /// Goes through the rules from the instruction at `from` on (kernel: `nft_do_chain`).
    ///
    /// @return [Step#NEXT] if none decided; otherwise as [Step#run], with the rule in
    ///   [Evaluation#rule] and the place behind it in [Evaluation#next]
    int run(Evaluation e, int from) {
        int at = from;
        while (at < code.length) {
            long word = code[at];
            int operation = (int) word & OPERATION;
            int outcome = operation <= LOOKUP ? test(e, at, word) : act(e, at, operation);
            if (outcome == Step.NEXT) {
                at += length(code, operation, at);
                continue;
            }
            at += (int) word >>> SKIP_SHIFT;
            if (outcome != Step.BREAK) {
                e.rule = rules[(int) (word >>> RULE_SHIFT)];
                e.next = at;
                return outcome;
            }
        }
        return Step.NEXT;
    }

    private static int length(long[] code, int operation, int at) {
        return switch (operation) {
            case WITHIN -> 4;
            case BETWEEN -> 5;
            case VERDICT -> 3;
            case ANY -> 2 + (int) code[at + 1];
            default -> 2;
        };
    }

    private int test(Evaluation e, int at, long word) {
        int field = (int) word >>> FIELD_SHIFT & Fields.MOST - 1;
        int loaded = e.loadField(field);
        if (loaded != Operand.OK) {
            return loaded;
        }
        int register = Evaluation.REGISTERS + field;
        long high = e.high[register];
        long low = e.low[register];
        boolean matches;
        switch ((int) word & OPERATION) {
            case WITHIN ->
                    matches =
                            high == code[at + 1]
                                    && Long.compareUnsigned(low - code[at + 2], code[at + 3]) <= 0;
            case BETWEEN ->
                    matches =
                            Interval.compare(code[at + 1], code[at + 2], high, low) <= 0
                                    && Interval.compare(high, low, code[at + 3], code[at + 4]) <= 0;
            case BITS -> matches = (low & code[at + 1]) != 0;
            case ANY -> matches = high == 0 && isAny(low, at + 2, (int) code[at + 1]);
            default -> {
                boolean uses = (word & NEGATED) == 0;
                int element = sets[(int) code[at + 1]].find(e, register, uses);
                if (element == NftSet.UNKNOWN_ELEMENT) {
                    return Step.UNKNOWN;
                }
                matches = element >= 0;
            }
        }
        return matches == ((word & NEGATED) == 0) ? Step.NEXT : Step.BREAK;
    }

    private boolean isAny(long value, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (code[i] == value) {
                return true;
            }
        }
        return false;
    }

    private int act(Evaluation e, int at, int operation) {
        int operand = (int) code[at + 1];
        return switch (operation) {
            case COUNT -> {
                e.state.count(operand, e.packet.length);
                yield Step.NEXT;
            }
            case VERDICT -> {
                e.target = targets[(int) code[at + 2]];
                yield operand;
            }
            case STEP -> steps[operand].run(e);
            default -> {
                int taken = steps[operand].run(e);
                e.forgetFields();
                yield taken;
            }
        };
    }

    /// Lays rules flat, one after another.
    static final class Writer {
        private final Fields fields;
        private long[] code = new long[16];
        private int size;
        private int ruleStart;
        private final List<NftRule> rules = new ArrayList<>();
        private final List<NftSet> sets = new ArrayList<>();
        private final List<NftChain> targets = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();

        /// @param fields of the whole rule set
        Writer(Fields fields) {
            this.fields = fields;
            // Verdicts that lead nowhere.
            targets.add(null);
        }

        void add(NftRule rule, Step[] of) {
            ruleStart = size;
            rules.add(rule);
            for (Step step : of) {
                step.writeTo(this);
            }
            for (int at = ruleStart; at < size; ) {
                int operation = (int) code[at] & OPERATION;
                code[at] |= (long) (size - at) << SKIP_SHIFT;
                at += length(code, operation, at);
            }
        }

        RuleBlob build() {
            return new RuleBlob(this);
        }

        /// @param operand whose value is compared
        /// @param match that does so where the operand is no field
        void within(Operand operand, Interval interval, boolean negated, Match match) {
            int field = fields.of(operand);
            if (field < 0) {
                step(match);
            } else if (interval.firstHigh() == interval.lastHigh() && interval.isOrdered()) {
                put(WITHIN, field, negated);
                put(interval.firstHigh());
                put(interval.firstLow());
                put(interval.lastLow() - interval.firstLow());
            } else {
                put(BETWEEN, field, negated);
                put(interval.firstHigh());
                put(interval.firstLow());
                put(interval.lastHigh());
                put(interval.lastLow());
            }
        }

        /// As [#within]; whether any of these bits is set.
        void bits(Operand operand, long bits, boolean negated, Match match) {
            int field = fields.of(operand);
            if (field < 0) {
                step(match);
                return;
            }
            put(BITS, field, negated);
            put(bits);
        }

        /// As [#within]; whether the set has the value.
        void lookup(Operand operand, NftSet set, boolean negated, Match match) {
            int field = fields.of(operand);
            if (field < 0) {
                step(match);
                return;
            }
            long[] few = set.few();
            if (few == null) {
                put(LOOKUP, field, negated);
                put(sets.size());
                sets.add(set);
                return;
            }
            put(ANY, field, negated);
            put(few.length);
            for (long value : few) {
                put(value);
            }
        }

        void count(int counter) {
            put(COUNT, 0, false);
            put(counter);
        }

        void verdict(NftVerdict verdict) {
            put(VERDICT, 0, false);
            put(verdict.code());
            if (verdict.target() == null) {
                put(0);
                return;
            }
            put(targets.size());
            targets.add(verdict.target());
        }

        /// Any other step that only looks at the packet.
        void step(Step step) {
            call(STEP, step);
        }

        /// Any other step.
        void change(Step step) {
            call(CHANGE, step);
        }

        private void call(int operation, Step step) {
            put(operation, 0, false);
            put(steps.size());
            steps.add(step);
        }

        private void put(int operation, int field, boolean negated) {
            put(
                    (long) (rules.size() - 1) << RULE_SHIFT
                            | field << FIELD_SHIFT
                            | (negated ? NEGATED : 0)
                            | operation);
        }

        private void put(long number) {
            if (size == code.length) {
                code = Arrays.copyOf(code, size + (size >>> 1));
            }
            code[size++] = number;
        }
    }
}
