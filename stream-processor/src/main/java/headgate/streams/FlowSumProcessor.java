package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.finding.Evidence;
import headgate.flow.join.JoinSettings;
import headgate.flow.join.JoinedFlow;
import headgate.flow.rollup.RollUp;
import headgate.flow.rollup.RollUpSettings;
import headgate.schema.EvidenceCodec;
import headgate.schema.FlowRecordCodec;
import headgate.schema.JoinedFlowCodec;
import headgate.schema.RollUpCodec;
import headgate.schema.UnreadableValueException;
import headgate.streams.StreamCounters.Count;
import headgate.streams.state.EngineStore;
import java.time.Duration;
import java.util.Locale;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/// Flow records in; joined flows, roll-ups and evidence for findings out. Records are keyed by
/// community id, so that what several agents saw of a flow comes to one task.
final class FlowSumProcessor
        implements Processor<byte[], byte[], byte[], byte[]>, FlowSums.Listener {
    /// How often evidence leaves and conversations have waited another round, on the wall.
    static final Duration ROUND = Duration.ofSeconds(5);

    /// All flows of a partition are summed by one engine.
    private static final byte[] ALL = {};

    private final JoinSettings joins;
    private final RollUpSettings rollUps;
    private final long silenceMillis;
    private final StreamCounters counters;
    private Outputs outputs;
    private ProcessorContext<byte[], byte[]> context;
    private EngineStore<FlowSums> sums;

    FlowSumProcessor(
            JoinSettings joins,
            RollUpSettings rollUps,
            long silenceMillis,
            StreamCounters counters) {
        this.joins = joins;
        this.rollUps = rollUps;
        this.silenceMillis = silenceMillis;
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        outputs =
                new Outputs(
                        context,
                        counters,
                        PacketTopology.FLOW_SUMS,
                        PacketTopology.FLOW_DEAD_LETTERS);
        sums = context.getStateStore(PacketTopology.SUMS);
        sums.open(_ -> new FlowSums(joins, rollUps, this));
        context.schedule(ROUND, PunctuationType.WALL_CLOCK_TIME, this::onWallClock);
        context.schedule(
                Duration.ofSeconds(1),
                PunctuationType.WALL_CLOCK_TIME,
                now -> sums.forEach((_, engine) -> engine.afterEnd(now)));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        try {
            var flow = FlowRecordCodec.read(Outputs.present(record));
            sums.engine(ALL).onRecord(flow, context.currentSystemTimeMs());
            counters.add(Count.FLOWS_SUMMED);
        } catch (UnreadableValueException unreadable) {
            outputs.sendDeadLetter(record, unreadable.getMessage());
        }
    }

    private void onWallClock(long nowMillis) {
        sums.forEach((_, engine) -> {
            engine.tellEvidence();
            engine.onWallClock(nowMillis, silenceMillis);
            engine.count(counters);
        });
    }

    @Override
    public void onJoined(JoinedFlow joined) {
        outputs.send(
                PacketTopology.JOINED_FLOWS,
                Count.JOINED_FLOWS,
                joined.communityId().getBytes(UTF_8),
                JoinedFlowCodec.write(joined));
    }

    @Override
    public void onRollUp(RollUp rollUp) {
        String dimension = rollUp.dimension().name().toLowerCase(Locale.ROOT).replace('_', '-');
        outputs.send(
                PacketTopology.ROLL_UPS,
                Count.ROLL_UPS,
                (dimension + "/" + rollUp.seconds()).getBytes(UTF_8),
                RollUpCodec.write(rollUp));
    }

    @Override
    public void onEvidence(Evidence evidence) {
        outputs.send(
                PacketTopology.FLOW_EVIDENCE,
                Count.FLOW_EVIDENCE,
                (evidence.kind() + "/" + evidence.subject()).getBytes(UTF_8),
                EvidenceCodec.write(evidence));
    }
}
