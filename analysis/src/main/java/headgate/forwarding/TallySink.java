package headgate.forwarding;

/// Takes rows of a tally that changed, for a changelog.
///
/// @param <R> what a row is told as
@FunctionalInterface
public interface TallySink<R> {
    /// @param number of the row, never another one's
    /// @param rowOrNull the row as it is now; null if it has left
    void put(long number, R rowOrNull);
}
