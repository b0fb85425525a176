package headgate.streams;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/// A record's time is when it was published; the time of capture is inside its value, and the
/// engines know no other.
///
/// The two are kept apart because brokers count retention from a record's time: an answer about a
/// capture of last year, stamped with the capture's time, would be deleted as soon as it is
/// written, and one about a capture from a clock that runs ahead would be refused.
public final class RecordTimes implements TimestampExtractor {
    /// Never throws: a record without time gets the latest one of its partition.
    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return record.timestamp() >= 0 ? record.timestamp() : Math.max(partitionTime, 0);
    }
}
