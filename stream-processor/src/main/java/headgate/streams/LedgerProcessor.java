package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.finding.Finding;
import headgate.schema.FindingCodec;
import headgate.schema.Ledger;
import headgate.schema.LedgerCodec;
import headgate.schema.UnreadableValueException;
import headgate.streams.StreamCounters.Count;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/// Ledgers in, findings out: compares each ledger with the one before it of its capture point.
final class LedgerProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private final StreamCounters counters;
    private Outputs outputs;
    private KeyValueStore<Bytes, byte[]> ledgers;

    LedgerProcessor(StreamCounters counters) {
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        outputs =
                new Outputs(
                        context,
                        counters,
                        PacketTopology.LEDGER_BALANCE,
                        PacketTopology.LEDGER_DEAD_LETTERS);
        ledgers = context.getStateStore(PacketTopology.LEDGERS);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        try {
            Ledger now = LedgerCodec.read(Outputs.present(record));
            var capturePoint =
                    Bytes.wrap((now.agent() + '\0' + now.capturePoint()).getBytes(UTF_8));
            byte[] before = ledgers.get(capturePoint);
            LedgerBalance.draw(before == null ? null : LedgerCodec.read(before), now)
                    .forEach(this::send);
            ledgers.put(capturePoint, record.value());
        } catch (UnreadableValueException unreadable) {
            outputs.sendDeadLetter(record, unreadable.getMessage());
        }
    }

    private void send(Finding finding) {
        outputs.send(
                PacketTopology.FINDINGS,
                Count.FINDINGS,
                finding.kind().getBytes(UTF_8),
                FindingCodec.write(finding));
    }
}
