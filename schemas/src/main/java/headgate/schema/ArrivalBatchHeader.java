package headgate.schema;

import headgate.schema.FrameBatchHeader.Interface;
import java.util.List;

/// What is said once for all arrivals of a batch; `arrival-batch.avsc` says what each field means.
///
/// @param measured null in most batches
public record ArrivalBatchHeader(
        String agent,
        String capturePoint,
        List<Interface> interfaces,
        long batchSequence,
        long firstSequence,
        long firstArrivalNanos,
        long untilNanos,
        boolean last,
        Measured measured,
        List<Integer> rssInterfaces) {

    public ArrivalBatchHeader {
        interfaces = List.copyOf(interfaces);
        rssInterfaces = List.copyOf(rssInterfaces);
    }
}
