package headgate.flow.rollup;

/// How flows are rolled up.
///
/// @param rows most rows that a roll-up tells; the rest is one row
/// @param prefixes how large networks are
/// @param graceNanos how much later than its end a roll-up of 10 seconds is told: as long as a flow
///   may go on without a record
public record RollUpSettings(int rows, Prefixes prefixes, long graceNanos) {
    /// A thousand rows; 65 s, as flows that go on are told each 60 s.
    public static final RollUpSettings DEFAULT =
            new RollUpSettings(1000, Prefixes.DEFAULT, 65_000_000_000L);

    public RollUpSettings {
        if (rows < 1 || rows > 1 << 20) {
            throw new IllegalArgumentException("rows " + rows + ": must be 1 to 1048576");
        }
        if (graceNanos < 0) {
            throw new IllegalArgumentException("grace " + graceNanos + " ns is below 0");
        }
    }

    public RollUpSettings withGraceNanos(long nanos) {
        return new RollUpSettings(rows, prefixes, nanos);
    }

    public RollUpSettings withRows(int count) {
        return new RollUpSettings(count, prefixes, graceNanos);
    }
}
