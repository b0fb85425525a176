package headgate.flow.rollup;

/// By what flows are summed. The order is part of stored state and of the wire format: append,
/// never reorder.
public enum Dimension {
    /// Each address, for what it sent and what it received.
    ADDRESS(true),
    /// Each network, likewise.
    NETWORK(true),
    /// Each pair of networks that talk; the first one is the lower.
    NETWORK_PAIR(false),
    /// The responder's port with its protocol, or the protocol where there are no ports.
    PORT(false),
    /// What is spoken.
    APPLICATION(false);

    private final boolean ofEachSide;

    Dimension(boolean ofEachSide) {
        this.ofEachSide = ofEachSide;
    }

    /// Whether a packet counts under two keys, sent under one and received under the other; then
    /// what is sent, over all keys, is all that there was, and so is what is received. Otherwise
    /// both together are.
    public boolean ofEachSide() {
        return ofEachSide;
    }
}
