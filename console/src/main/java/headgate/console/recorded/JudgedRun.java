package headgate.console.recorded;

import java.util.List;

/// The model's answer to one recorded run, beside what the kernel did.
///
/// @param kind of the case
/// @param id of the case
/// @param file of the run; empty where only sums were recorded
/// @param judging how the two are held against each other
/// @param qualifies whether the run shows what the experiment was made for: its preconditions were
///   met; for rates, nothing else disturbed it
/// @param modelled with the run's own timings
/// @param blind with the constants of the calibration alone; null where there is no such answer
/// @param differences what is not equal, in words; empty where everything is, and for rates
public record JudgedRun(
        String kind,
        String id,
        String file,
        Judging judging,
        boolean qualifies,
        Counts measured,
        Counts modelled,
        Counts blind,
        List<String> differences) {

    /// What is asked of the model.
    public enum Judging {
        /// The same integers.
        EXACT,
        /// A drop rate that is not far off.
        RATE
    }

    public JudgedRun {
        differences = List.copyOf(differences);
    }

    /// Percentage points between the drop rates.
    public double errorPoints() {
        return modelled.pointsFrom(measured);
    }

    /// The same for the blind answer; NaN where there is none.
    public double blindErrorPoints() {
        return blind == null ? Double.NaN : blind.pointsFrom(measured);
    }
}
