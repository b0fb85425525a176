package headgate.forwarding.nft;

import headgate.forwarding.conntrack.NfPacket;

/// Steps that compare (kernel: `nft_cmp`, `nft_range`, `nft_bitwise`, `nft_lookup`).
abstract class Match extends Step {
    final Operand left;

    Match(Operand left) {
        this.left = left;
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
    boolean tracksConnections() {
        return left.tracksConnections();
    }

    private static int code(boolean matches) {
        return matches ? NEXT : BREAK;
    }

    /// `==` and `!=` with a value, a prefix or a range.
    static final class Within extends Match {
        private final long firstHigh;
        private final long firstLow;
        private final long lastHigh;
        private final long lastLow;
        private final boolean negated;

        Within(Operand left, Interval interval, boolean negated) {
            super(left);
            firstHigh = interval.firstHigh();
            firstLow = interval.firstLow();
            lastHigh = interval.lastHigh();
            lastLow = interval.lastLow();
            this.negated = negated;
        }

        @Override
        int test(Evaluation e) {
            long high = e.high[0];
            long low = e.low[0];
            boolean within =
                    Interval.compare(firstHigh, firstLow, high, low) <= 0
                            && Interval.compare(high, low, lastHigh, lastLow) <= 0;
            return code(within != negated);
        }
    }

    /// [Within] for the fields that most rules compare: 1, 2 or 4 whole bytes of the network or
    /// transport header.
    static final class FieldWithin extends Step {
        private final Within whole;
        private final boolean network;
        private final int needs;
        private final int offset;
        private final int bytes;
        private final long first;
        private final long last;
        private final boolean negated;

        FieldWithin(Operand.Payload field, Interval interval, boolean negated) {
            whole = new Within(field, interval, negated);
            network = field.field().base() == PayloadField.Base.NETWORK;
            needs = field.field().needs();
            offset = field.field().bit() / 8;
            bytes = field.byteCount();
            first = interval.firstLow();
            last = interval.lastHigh() != 0 ? Long.MAX_VALUE : interval.lastLow();
            this.negated = negated;
        }

        @Override
        int run(Evaluation e) {
            NfPacket packet = e.packet;
            int at = offset;
            if (network) {
                if (needs >= 0 && needs != packet.family) {
                    return BREAK;
                }
            } else {
                if (!packet.hasTransport || needs >= 0 && needs != packet.transportProtocol) {
                    return BREAK;
                }
                at += packet.transport;
            }
            if (at + bytes > packet.captured) {
                return whole.run(e);
            }
            long value =
                    switch (bytes) {
                        case 1 -> packet.u8(at);
                        case 2 -> packet.u16(at);
                        default -> Integer.toUnsignedLong(packet.i32(at));
                    };
            return code((first <= value && value <= last) != negated);
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
                Interval part = intervals[i];
                within &=
                        Interval.compare(part.firstHigh(), part.firstLow(), e.high[i], e.low[i])
                                        <= 0
                                && Interval.compare(
                                                e.high[i],
                                                e.low[i],
                                                part.lastHigh(),
                                                part.lastLow())
                                        <= 0;
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
            int element = set.find(e, 0);
            return element == NftSet.UNKNOWN_ELEMENT ? UNKNOWN : code(element >= 0 != negated);
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
            int element = map.find(e, 0);
            if (element == NftSet.UNKNOWN_ELEMENT) {
                return UNKNOWN;
            }
            NftVerdict verdict = element < 0 ? null : map.verdict(element);
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
