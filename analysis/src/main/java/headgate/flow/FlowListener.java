package headgate.flow;

/// Takes the records that leave a [FlowTable], in the order in which they leave.
@FunctionalInterface
public interface FlowListener {
    /// Takes one record; it is called during [FlowTable#onFrame], [FlowTable#advanceTo] and
    /// [FlowTable#endAll], and must not call the table.
    void onRecord(FlowRecord record);

    /// Asked before the record of a flow that ended is made, which costs more than some ten frames:
    /// whether it is wanted.
    default boolean wants(FlowTotals flow) {
        return true;
    }
}
