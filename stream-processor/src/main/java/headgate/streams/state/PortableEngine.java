package headgate.streams.state;

/// An engine whose state can be carried to another process, entry by entry.
///
/// An engine that took all entries of another one goes on exactly as that one would have: same
/// input, same output.
public interface PortableEngine {
    /// Hands over every entry that changed since the last call, and forgets that it changed.
    void drainChanged(EntrySink sink);

    /// Takes one entry that [#drainChanged] of another engine has handed over. Called before the
    /// first input, once for each entry that was not removed, in no particular order.
    void restore(byte[] key, byte[] state);

    /// Called when every entry was restored, before the first input.
    default void restored() {}

    /// Takes entries of an engine's state.
    @FunctionalInterface
    interface EntrySink {
        /// @param key of the entry, unique in its engine; may be empty
        /// @param stateOrNull what the entry is now; null if there is no such entry any more
        void put(byte[] key, byte[] stateOrNull);
    }
}
