package headgate.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import headgate.flow.CaptureLosses;
import headgate.flow.FlowRecord;
import headgate.flow.FlowSettings;
import headgate.forwarding.FateChange;
import headgate.forwarding.FlowVerdict;
import headgate.forwarding.VerdictStats;
import headgate.packet.Frame;
import headgate.schema.FateChangeCodec;
import headgate.schema.FlowRecordCodec;
import headgate.schema.FrameBatchCodec;
import headgate.schema.FrameBatchHandler;
import headgate.schema.FrameBatchHeader;
import headgate.schema.UnreadableValueException;
import headgate.schema.VerdictCodec;
import headgate.schema.VerdictStatsCodec;
import headgate.schema.WhatIf;
import headgate.streams.StreamCounters.Count;
import headgate.streams.state.EngineStore;
import headgate.streams.state.LatestValues;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/// Batches of frames in, flows and verdicts out. A batch is decoded once, into reused frames that
/// each engine of its lane gets in turn.
///
/// One processor for both engines, and not one for each, since reading a frame from Avro costs as
/// much as an engine does, and handing frames from node to node costs an object and a walk through
/// Streams each.
final class FrameProcessor
        implements Processor<byte[], byte[], byte[], byte[]>,
                FrameBatchHandler,
                VerdictSeconds.Listener {
    /// Most lanes that one task keeps; frames of further ones are refused as dead letters.
    static final int MAX_LANES = 4096;

    private final FrameBatchCodec codec = new FrameBatchCodec();
    private final FlowSettings flows;
    private final long silenceMillis;
    private final RuleSets ruleSets;
    private final StreamCounters counters;
    private ProcessorContext<byte[], byte[]> context;
    private Outputs outputs;
    private EngineStore<Lane> lanes;
    private LatestValues<HostVersions> hosts;
    private LatestValues<WhatIf> whatIfs;
    private LatestValues<CaptureLosses> losses;
    private byte[] recordKey;
    private Lane lane;
    private long frames;

    FrameProcessor(
            FlowSettings flows, long silenceMillis, RuleSets ruleSets, StreamCounters counters) {
        this.flows = flows;
        this.silenceMillis = silenceMillis;
        this.ruleSets = ruleSets;
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        outputs =
                new Outputs(
                        context,
                        counters,
                        PacketTopology.FRAME_ENGINES,
                        PacketTopology.FRAME_DEAD_LETTERS);
        lanes = context.getStateStore(PacketTopology.LANES);
        lanes.open(this::newLane);
        hosts = context.getStateStore(PacketTopology.HOSTS);
        whatIfs = context.getStateStore(PacketTopology.PROFILES);
        losses = context.getStateStore(PacketTopology.CAPTURE_LOSSES);
        context.schedule(Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, this::onWallClock);
    }

    private Lane newLane(byte[] key) {
        String point = capturePoint(key);
        return new Lane(point, () -> losses.get(point), flows, this::sendFlow, this, counters);
    }

    /// Agent and capture point, of the key of their lane.
    private static String capturePoint(byte[] key) {
        String name = new String(key, UTF_8);
        int lane = name.lastIndexOf('/');
        return lane < 0 ? name : name.substring(0, lane);
    }

    /// What was read of a batch before damage was found stands; the batch becomes a dead letter.
    @Override
    public void process(Record<byte[], byte[]> record) {
        recordKey = record.key();
        frames = 0;
        lane = null;
        try {
            codec.read(Outputs.present(record), this);
        } catch (UnreadableValueException unreadable) {
            outputs.sendDeadLetter(
                    record,
                    "%s (%d frames before that were used)"
                            .formatted(unreadable.getMessage(), frames));
        }
        if (lane != null) {
            if (lane.afterBatch()) {
                context.commit();
            }
        }
        counters.add(Count.FRAMES, frames);
    }

    @Override
    public void onBatch(FrameBatchHeader header) {
        if (lanes.size() == MAX_LANES && !lanes.contains(recordKey)) {
            throw new UnreadableValueException(
                    "a lane beyond the %d that one task keeps".formatted(MAX_LANES));
        }
        counters.add(Count.FRAME_BATCHES);
        lane = lanes.engine(recordKey);
        lane.onBatch(
                header,
                hosts.await(header.agent()),
                host -> ruleSets.over(host, whatIfs),
                context.currentSystemTimeMs());
    }

    @Override
    public void onFrame(Frame frame, long sequence, int flowHash) {
        frames++;
        lane.onFrame(frame);
    }

    private void onWallClock(long nowMillis) {
        lanes.forEach((_, lane) -> lane.onWallClock(nowMillis, silenceMillis));
    }

    private void sendFlow(FlowRecord flow) {
        outputs.send(
                PacketTopology.FLOWS,
                Count.FLOWS,
                flow.communityId().getBytes(UTF_8),
                FlowRecordCodec.write(flow));
    }

    @Override
    public void onVerdict(FlowVerdict verdict) {
        outputs.send(
                PacketTopology.VERDICTS,
                Count.VERDICTS,
                verdict.agent().getBytes(UTF_8),
                VerdictCodec.write(verdict));
    }

    @Override
    public void onVerdictStats(VerdictStats stats) {
        outputs.send(
                PacketTopology.VERDICT_STATS,
                Count.VERDICT_STATS,
                stats.agent().getBytes(UTF_8),
                VerdictStatsCodec.write(stats));
    }

    @Override
    public void onFateChange(FateChange change) {
        outputs.send(
                PacketTopology.FATE_CHANGES,
                Count.FATE_CHANGES,
                change.agent().getBytes(UTF_8),
                FateChangeCodec.write(change));
    }
}
