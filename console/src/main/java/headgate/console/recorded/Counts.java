package headgate.console.recorded;

/// What a kernel counted in one run, or what the model says it would have; -1 for what the run has
/// no record of.
///
/// @param polls of the NAPI that the experiment is about; of every NAPI on that CPU where a kernel
///   was asked
public record Counts(
        long accepted, long dropped, long polls, long timeSqueeze, long flowLimitCount) {

    /// Percentage points between the drop rates.
    double pointsFrom(Counts other) {
        return 100 * Math.abs(dropRate() - other.dropRate());
    }

    private double dropRate() {
        long packets = accepted + dropped;
        return packets == 0 ? 0 : (double) dropped / packets;
    }
}
