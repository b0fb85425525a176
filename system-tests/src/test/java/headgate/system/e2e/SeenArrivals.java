package headgate.system.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.schema.ArrivalBatchCodec;
import headgate.schema.ArrivalBatchHandler;
import headgate.schema.ArrivalBatchHeader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// Takes batches of arrivals as a consumer gets them: of each capture point, each arrival once, in
/// order and without a gap.
final class SeenArrivals implements ArrivalBatchHandler {
    private final Map<String, Long> next = new HashMap<>();
    private final int lengthOnWire;
    private String capturePoint;

    private SeenArrivals(int lengthOnWire) {
        this.lengthOnWire = lengthOnWire;
    }

    /// How many arrivals of each capture point there are.
    ///
    /// @param lengthOnWire of each of them
    static Map<String, Long> in(List<ConsumerRecord<byte[], byte[]>> records, int lengthOnWire) {
        var codec = new ArrivalBatchCodec();
        var seen = new SeenArrivals(lengthOnWire);
        records.forEach(record -> codec.read(record.value(), seen));
        return seen.next;
    }

    @Override
    public void onBatch(ArrivalBatchHeader header, int count) {
        capturePoint = header.capturePoint();
        next.putIfAbsent(capturePoint, 0L);
        assertEquals(next.get(capturePoint), header.firstSequence(), capturePoint);
    }

    @Override
    public void onArrival(
            long sequence,
            long arrivalNanos,
            int lengthOnWire,
            int flowHash,
            int packetType,
            int interfaceId) {
        assertEquals(next.get(capturePoint), sequence, capturePoint);
        assertEquals(this.lengthOnWire, lengthOnWire);
        next.put(capturePoint, sequence + 1);
    }
}
