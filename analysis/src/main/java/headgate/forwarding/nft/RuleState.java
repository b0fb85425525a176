package headgate.forwarding.nft;

import java.util.List;

/// What rules count, meter and put into sets while packets pass. Starts with what the listing says.
final class RuleState {
    private final long[] packets;
    private final long[] bytes;
    private final Meter[] limits;
    private final Meter[] quotas;
    private final SetElements[] sets;

    RuleState(Ruleset rules) {
        packets = rules.counterPackets();
        bytes = rules.counterBytes();
        limits = start(rules.limits());
        quotas = start(rules.quotas());
        sets = rules.changingSets().stream().map(SetElements::new).toArray(SetElements[]::new);
    }

    private static Meter[] start(List<? extends Meter.Spec> specs) {
        return specs.stream().map(Meter.Spec::start).toArray(Meter[]::new);
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

    Meter limit(int index) {
        return limits[index];
    }

    Meter quota(int index) {
        return quotas[index];
    }

    /// Whether a packet met rules is not known.
    void doubt(long timeNanos, int length) {
        for (Meter limit : limits) {
            limit.doubt(timeNanos, length);
        }
        for (Meter quota : quotas) {
            quota.doubt(timeNanos, length);
        }
    }

    /// The elements of a set that changes while packets pass, by [NftSet#number].
    SetElements elements(int number) {
        return sets[number];
    }

    /// Elements that were not added because a set had too many.
    long refusedElements() {
        long refused = 0;
        for (SetElements set : sets) {
            refused += set.refused();
        }
        return refused;
    }
}
