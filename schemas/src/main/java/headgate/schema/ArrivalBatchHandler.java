package headgate.schema;

/// Takes what [ArrivalBatchCodec#read] finds in a value.
public interface ArrivalBatchHandler {
    /// The batch's header, before its arrivals.
    ///
    /// @param count how many arrivals follow
    void onBatch(ArrivalBatchHeader header, int count);

    /// One frame that arrived.
    ///
    /// @param sequence place among all frames of the capture point
    /// @param arrivalNanos since 1970-01-01T00:00:00Z
    /// @param flowHash the same for both directions of a flow
    /// @param packetType `sll_pkttype`; -1 unknown
    void onArrival(
            long sequence,
            long arrivalNanos,
            int lengthOnWire,
            int flowHash,
            int packetType,
            int interfaceId);
}
