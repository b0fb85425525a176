package headgate.flow;

/// Takes the records that leave a [FlowTable], in the order in which they leave.
@FunctionalInterface
public interface FlowListener {
    /// Takes one record; it is called during [FlowTable#onFrame], [FlowTable#advanceTo] and
    /// [FlowTable#endAll], and must not call the table.
    void onRecord(FlowRecord record);
}
