package headgate.streams;

import headgate.finding.Finding;
import headgate.schema.EvidenceCodec;
import headgate.schema.UnreadableValueException;
import headgate.streams.state.EngineStore;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/// Evidence in, findings out. Evidence is keyed by kind and subject, so that what several tasks
/// collected about the same comes to one.
final class FlowFindingProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    /// Evidence comes from several tasks; what came together is judged together.
    static final Duration JUDGE_EACH = Duration.ofSeconds(5);

    /// All cases of a partition are judged by one engine.
    private static final byte[] ALL = {};

    private final StreamCounters counters;
    private Outputs outputs;
    private EngineStore<FlowCases> cases;

    FlowFindingProcessor(StreamCounters counters) {
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        outputs =
                new Outputs(
                        context,
                        counters,
                        PacketTopology.FLOW_FINDINGS,
                        PacketTopology.EVIDENCE_DEAD_LETTERS);
        cases = context.getStateStore(PacketTopology.CASES);
        cases.open(_ -> new FlowCases());
        context.schedule(
                JUDGE_EACH,
                PunctuationType.WALL_CLOCK_TIME,
                _ -> cases.forEach((_, engine) -> engine.judge(this::send)));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        try {
            var evidence = EvidenceCodec.read(Outputs.present(record));
            if (!cases.engine(ALL).take(evidence)) {
                outputs.sendDeadLetter(
                        record, "nobody knows evidence for '" + evidence.kind() + "'");
            }
        } catch (UnreadableValueException unreadable) {
            outputs.sendDeadLetter(record, unreadable.getMessage());
        }
    }

    private void send(Finding finding) {
        outputs.sendFinding(PacketTopology.FLOW_FINDINGS_OUT, finding);
    }
}
