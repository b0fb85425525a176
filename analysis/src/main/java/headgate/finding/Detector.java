package headgate.finding;

import headgate.flow.join.FlowStep;
import headgate.flow.rollup.Prefixes;

/// Knows one kind of finding: what speaks for it, and when it is one.
interface Detector {
    /// Its kind, in kebab case.
    String kind();

    /// Notes what a step says.
    void observe(FlowStep step, Notebook notes);

    /// The finding; null if the evidence is not enough.
    Finding judge(Evidence evidence, FindingThresholds thresholds);

    /// Where a detector notes its evidence.
    interface Notebook {
        /// The note about this subject in the minute of the step at hand.
        Note about(Subject subject);

        Prefixes networks();

        FindingThresholds thresholds();
    }
}
