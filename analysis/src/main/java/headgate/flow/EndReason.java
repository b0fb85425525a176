package headgate.flow;

/// Why a record left the table. The order is part of the wire format: append, never reorder.
public enum EndReason {
    /// Nothing ended: the flow lives, and this is an interim record.
    NOT_ENDED,

    /// No frame for as long as [FlowSettings] allows for its protocol and state.
    IDLE_TIMEOUT,

    /// Both sides of a TCP connection had closed, or one had reset it, and nothing came after that.
    CLOSED,

    /// A SYN began another connection between the same ports.
    PORT_REUSE,

    /// The table was full and a new flow needed the room.
    EVICTED,

    /// The input ended while the flow was alive.
    END_OF_INPUT
}
