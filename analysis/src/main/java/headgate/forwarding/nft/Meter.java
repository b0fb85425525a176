package headgate.forwarding.nft;

/// What packets use up: a limit or a quota, of a rule, of a named object, or of one element of a
/// set. Starts with what the listing says.
abstract class Meter {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /// Whether a packet meets it, which it then uses.
    abstract boolean admits(long timeNanos, int length);

    /// Whether it cannot be told what [#admits] is going to say.
    abstract boolean isDoubtful(long timeNanos, int length);

    /// A packet may have used it, and may not.
    abstract void doubt(long timeNanos, int length);

    /// What a meter is made from.
    interface Spec {
        Meter start();
    }

    /// `limit rate …`.
    ///
    /// @param rate packets or bytes in `seconds`
    /// @param burst packets or bytes beyond the rate that pass at once
    /// @param over whether what exceeds the limit matches, and not what keeps it
    record LimitSpec(long rate, long seconds, long burst, boolean byBytes, boolean over)
            implements Spec {
        LimitSpec {
            if (rate <= 0 || seconds <= 0 || burst < 0 || rate > 1L << 32 || burst > 1L << 32) {
                throw new IllegalArgumentException("limit rate " + rate + " burst " + burst);
            }
        }

        @Override
        public Meter start() {
            return new Limit(this);
        }

        /// In nanoseconds of saved-up time.
        private long fullTokens() {
            return byBytes ? nanosFor(rate + burst) : nanos() / rate * burst;
        }

        private long cost(int length) {
            return byBytes ? nanosFor(length) : nanos() / rate;
        }

        private long nanos() {
            return seconds * NANOS_PER_SECOND;
        }

        private long nanosFor(long bytes) {
            return (long) ((double) nanos() * bytes / rate);
        }
    }

    /// `quota …`.
    ///
    /// @param used bytes that passed before
    record QuotaSpec(long bytes, long used, boolean over) implements Spec {
        @Override
        public Meter start() {
            return new Quota(this);
        }
    }

    /// A token bucket that fills with time (kernel: `nft_limit_eval`); starts full.
    private static final class Limit extends Meter {
        private final LimitSpec spec;
        private long tokens;

        /// As many as there are at least; fewer than [#tokens] while packets are in doubt.
        private long fewestTokens;

        private long last;
        private boolean used;

        Limit(LimitSpec spec) {
            this.spec = spec;
            tokens = fewestTokens = spec.fullTokens();
        }

        @Override
        boolean admits(long timeNanos, int length) {
            long available = available(tokens, timeNanos);
            long fewest = available(fewestTokens, timeNanos);
            used = true;
            last = timeNanos;
            long cost = spec.cost(length);
            boolean under = available >= cost;
            tokens = under ? available - cost : available;
            fewestTokens = under ? Math.max(0, fewest - cost) : fewest;
            return under != spec.over();
        }

        @Override
        boolean isDoubtful(long timeNanos, int length) {
            long cost = spec.cost(length);
            return available(tokens, timeNanos) >= cost
                    != available(fewestTokens, timeNanos) >= cost;
        }

        @Override
        void doubt(long timeNanos, int length) {
            long fewest = available(fewestTokens, timeNanos);
            tokens = available(tokens, timeNanos);
            fewestTokens = Math.max(0, fewest - spec.cost(length));
            used = true;
            last = timeNanos;
        }

        private long available(long tokens, long timeNanos) {
            long elapsed = used ? Math.max(0, timeNanos - last) : 0;
            long available = Math.min(spec.fullTokens(), tokens + elapsed);
            return available < 0 ? spec.fullTokens() : available;
        }
    }

    /// Kernel: `nft_quota_do_eval`.
    private static final class Quota extends Meter {
        private final QuotaSpec spec;
        private long consumed;

        /// As much as may have been at most; more than [#consumed] after packets in doubt.
        private long mostConsumed;

        Quota(QuotaSpec spec) {
            this.spec = spec;
            consumed = mostConsumed = spec.used();
        }

        @Override
        boolean admits(long timeNanos, int length) {
            consumed += length;
            mostConsumed += length;
            return consumed >= spec.bytes() == spec.over();
        }

        @Override
        boolean isDoubtful(long timeNanos, int length) {
            return consumed + length >= spec.bytes() != mostConsumed + length >= spec.bytes();
        }

        @Override
        void doubt(long timeNanos, int length) {
            mostConsumed += length;
        }
    }
}
