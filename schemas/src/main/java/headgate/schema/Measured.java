package headgate.schema;

import headgate.softnet.SoftnetStat;
import java.util.List;

/// What a host itself counted of its receive path since its agent started; `arrival-batch.avsc`
/// says what each field means.
///
/// @param cpus the rows of `softnet_stat`
public record Measured(
        long startedNanos,
        long atNanos,
        Ledger.Nic nic,
        List<SoftnetStat> cpus,
        Ledger.Source socket) {

    public Measured {
        cpus = List.copyOf(cpus);
    }

    /// Whether the counters of the other one count on from these.
    public boolean isSameRun(Measured other) {
        return startedNanos == other.startedNanos;
    }
}
