package headgate.forwarding.nft;

/// What rules count and meter while packets pass. Starts with what the listing says.
final class RuleState {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Ruleset rules;
    private final long[] packets;
    private final long[] bytes;
    private final long[] tokens;
    private final long[] last;
    private final long[] consumed;

    RuleState(Ruleset rules) {
        this.rules = rules;
        packets = rules.counterPackets();
        bytes = rules.counterBytes();
        tokens = new long[rules.limits().size()];
        last = new long[tokens.length];
        consumed = new long[rules.quotas().size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = rules.limits().get(i).fullTokens();
            last[i] = Long.MIN_VALUE;
        }
        for (int i = 0; i < consumed.length; i++) {
            consumed[i] = rules.quotas().get(i).used();
        }
    }

    void count(int index, int length) {
        packets[index]++;
        bytes[index] += length;
    }

    long packets(int index) {
        return packets[index];
    }

    long bytes(int index) {
        return bytes[index];
    }

    /// A token bucket that fills with time (kernel: `nft_limit_eval`); starts full.
    boolean limit(int index, long timeNanos, int length) {
        LimitSpec spec = rules.limits().get(index);
        long elapsed = last[index] == Long.MIN_VALUE ? 0 : Math.max(0, timeNanos - last[index]);
        last[index] = timeNanos;
        long available = Math.min(spec.fullTokens(), tokens[index] + elapsed);
        if (available < 0) {
            available = spec.fullTokens();
        }
        long left = available - spec.cost(length);
        boolean under = left >= 0;
        tokens[index] = under ? left : available;
        return under != spec.over();
    }

    boolean quota(int index, int length) {
        QuotaSpec spec = rules.quotas().get(index);
        consumed[index] += length;
        return consumed[index] >= spec.bytes() == spec.over();
    }

    /// `limit rate …`.
    ///
    /// @param rate packets or bytes in `seconds`
    /// @param burst packets or bytes beyond the rate that pass at once
    /// @param over whether what exceeds the limit matches, and not what keeps it
    record LimitSpec(long rate, long seconds, long burst, boolean byBytes, boolean over) {
        LimitSpec {
            if (rate <= 0 || seconds <= 0 || burst < 0 || rate > 1L << 32 || burst > 1L << 32) {
                throw new IllegalArgumentException("limit rate " + rate + " burst " + burst);
            }
        }

        /// In nanoseconds of saved-up time.
        long fullTokens() {
            return byBytes ? nanosFor(rate + burst) : nanos() / rate * burst;
        }

        long cost(int length) {
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
    record QuotaSpec(long bytes, long used, boolean over) {}
}
