package headgate.flow;

/// Where bytes of a flow that were never seen got lost. The order is part of the wire format:
/// append, never reorder.
public enum LossPlace {
    /// No bytes are missing.
    NONE,

    /// Bytes are missing, and nothing tells where.
    UNKNOWN,

    /// The capture point lost frames while the flow lived.
    IN_CAPTURE,

    /// The capture point lost nothing while the flow lived: the bytes took another way, or were
    /// lost before they came to it.
    BEFORE_CAPTURE
}
