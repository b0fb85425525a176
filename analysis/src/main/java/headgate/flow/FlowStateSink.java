package headgate.flow;

/// Takes the state of flows that changed, for a changelog.
@FunctionalInterface
public interface FlowStateSink {
    /// Takes one entry: the latest state under a key, or null when the key is gone. Both arrays
    /// belong to the receiver.
    void put(byte[] key, byte[] stateOrNull);
}
