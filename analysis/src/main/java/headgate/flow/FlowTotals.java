package headgate.flow;

/// What a flow comes to, told before its record is made as well. Given to [FlowListener#wants] it
/// shows the flow at hand, and after that call another one.
public sealed interface FlowTotals permits FlowRecord, FlowRow {
    /// Event time of the first frame.
    long firstNanos();

    /// Event time of the last frame.
    long lastNanos();

    /// Frames, both ways.
    long packets();

    /// Bytes of frames on the wire, both ways.
    long frameBytes();
}
