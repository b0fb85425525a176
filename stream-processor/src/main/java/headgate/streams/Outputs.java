package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.finding.Finding;
import headgate.schema.DeadLetter;
import headgate.schema.DeadLetterCodec;
import headgate.schema.FindingCodec;
import headgate.schema.UnreadableValueException;
import headgate.streams.StreamCounters.Count;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/// Where a processor's answers go: to sinks by name, stamped with the time of now, from which
/// brokers count retention.
final class Outputs {
    private final ProcessorContext<byte[], byte[]> context;
    private final StreamCounters counters;
    private final String processor;
    private final String deadLetterSink;

    /// @param processor the node's name, for dead letters
    /// @param deadLetterSink where this processor's dead letters go
    Outputs(
            ProcessorContext<byte[], byte[]> context,
            StreamCounters counters,
            String processor,
            String deadLetterSink) {
        this.context = context;
        this.counters = counters;
        this.processor = processor;
        this.deadLetterSink = deadLetterSink;
    }

    /// The value of a record that has what every record of ours has.
    ///
    /// @throws UnreadableValueException when it has no key or no value
    static byte[] present(Record<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            throw new UnreadableValueException(
                    "a record without " + (record.key() == null ? "key" : "value"));
        }
        return record.value();
    }

    /// Sends a value to a sink, and counts it.
    void send(String sink, Count count, byte[] key, byte[] value) {
        counters.add(count);
        long time = context.currentSystemTimeMs();
        context.forward(new Record<>(key, value, time), sink);
    }

    /// Sends a finding to a sink, keyed by its kind.
    void sendFinding(String sink, Finding finding) {
        send(sink, Count.FINDINGS, finding.kind().getBytes(UTF_8), FindingCodec.write(finding));
    }

    /// Puts a record aside that cannot be processed; the stream goes on behind it.
    void sendDeadLetter(Record<byte[], byte[]> record, String reason) {
        var where = context.recordMetadata().orElseThrow();
        byte[] value = record.value();
        var letter =
                new DeadLetter(
                        where.topic(),
                        where.partition(),
                        where.offset(),
                        TimeUnit.MILLISECONDS.toNanos(record.timestamp()),
                        processor,
                        reason,
                        record.key(),
                        value,
                        value == null ? 0 : value.length);
        send(deadLetterSink, Count.DEAD_LETTERS, record.key(), DeadLetterCodec.write(letter));
    }
}
