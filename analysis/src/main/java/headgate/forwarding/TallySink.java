package headgate.forwarding;

/// Takes pages of a tally's rows that changed, for a changelog.
@FunctionalInterface
public interface TallySink {
    /// @param page number of the page
    /// @param stateOrNull the page as it is now; null if it has left
    void put(long page, byte[] stateOrNull);
}
