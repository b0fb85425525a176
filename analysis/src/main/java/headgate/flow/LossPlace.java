package headgate.flow;

/// Where bytes of a flow that were never seen may have got lost: where the capture point lost
/// frames while the flow lived, whosever they were. The order is part of the wire format: append,
/// never reorder.
public enum LossPlace {
    /// No bytes are missing.
    NONE,

    /// Bytes are missing, and nothing tells where.
    UNKNOWN,

    /// The capture point lost frames at several of the places below.
    IN_CAPTURE,

    /// The capture point is known to have lost nothing while the flow lived: the bytes took another
    /// way, or were lost before they came to it.
    BEFORE_CAPTURE,

    /// The adapter's receive ring was full (`rx_missed_errors`), or its driver dropped.
    INTERFACE,

    /// A CPU's backlog was full (second column of `softnet_stat`).
    BACKLOG,

    /// The capture's ring or socket was full (`PACKET_STATISTICS`, `isb_osdrop`).
    SOCKET,

    /// The agent's outbox was full, or brokers did not take what it published.
    AGENT,

    /// Batches of the flow's lane did not come to the stream.
    BATCHES;

    /// This place, when frames were lost at another one of the capture as well.
    public LossPlace and(LossPlace other) {
        return isOfCapture() && other != this || this == IN_CAPTURE ? IN_CAPTURE : other;
    }

    /// Whether it is between the wire and the table that follows the flow.
    boolean isOfCapture() {
        return compareTo(INTERFACE) >= 0;
    }
}
