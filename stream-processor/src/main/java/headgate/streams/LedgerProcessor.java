package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.flow.CaptureLosses;
import headgate.schema.CaptureLossesCodec;
import headgate.schema.Ledger;
import headgate.schema.LedgerCodec;
import headgate.schema.UnreadableValueException;
import headgate.streams.StreamCounters.Count;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/// Ledgers in, findings and losses out: compares each ledger with the one before it of its capture
/// point.
final class LedgerProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private final StreamCounters counters;
    private Outputs outputs;
    private KeyValueStore<Bytes, byte[]> ledgers;
    private KeyValueStore<Bytes, byte[]> losses;

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
        losses = context.getStateStore(PacketTopology.LOSSES_SO_FAR);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        try {
            Ledger now = LedgerCodec.read(Outputs.present(record));
            var capturePoint =
                    Bytes.wrap((now.agent() + '\0' + now.capturePoint()).getBytes(UTF_8));
            byte[] value = ledgers.get(capturePoint);
            Ledger before = value == null ? null : LedgerCodec.read(value);
            LedgerBalance.draw(before, now)
                    .forEach(finding -> outputs.sendFinding(PacketTopology.FINDINGS, finding));
            ledgers.put(capturePoint, record.value());
            tellLosses(capturePoint, before, now);
        } catch (UnreadableValueException unreadable) {
            outputs.sendDeadLetter(record, unreadable.getMessage());
        }
    }

    private void tellLosses(Bytes capturePoint, Ledger before, Ledger now) {
        byte[] value = losses.get(capturePoint);
        CaptureLosses known = value == null ? null : CaptureLossesCodec.read(value);
        byte[] told = CaptureLossesCodec.write(LedgerBalance.losses(known, before, now));
        losses.put(capturePoint, told);
        outputs.send(
                PacketTopology.LOSSES,
                Count.LOSSES,
                (now.agent() + '/' + now.capturePoint()).getBytes(UTF_8),
                told);
    }
}
