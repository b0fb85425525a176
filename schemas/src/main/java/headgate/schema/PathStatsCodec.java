package headgate.schema;

import headgate.softnet.DropReason;
import headgate.softnet.PathStats;
import headgate.softnet.StageStats;
import headgate.softnet.WaitQuantiles;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/// [PathStats] ⇄ values of the topic `path-stats` (`path-stats.avsc`).
public final class PathStatsCodec {
    public static final Schema SCHEMA = SchemaFiles.load("drop-reason", "path-stats");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final DropReason[] REASONS = DropReason.values();

    private PathStatsCodec() {}

    public static byte[] write(AgentPathStats of) {
        PathStats stats = of.stats();
        return FRAMING.write(out -> {
            out.writeString(of.agent());
            out.writeString(of.capturePoint());
            out.writeString(stats.profile());
            out.writeLong(stats.startNanos());
            out.writeLong(stats.endNanos());
            out.writeLong(stats.offered());
            out.writeLong(stats.delivered());
            out.writeLong(stats.dropped());
            out.writeLong(stats.queued());
            out.setItemCount(stats.stages().size());
            stats.stages().forEach(stage -> writeStage(out, stage));
            out.writeArrayEnd();
            writeWaiting(out, stats.waiting());
            out.writeLong(stats.polls());
            out.writeLong(stats.work());
            out.writeLong(stats.netRxRuns());
            out.writeLong(stats.ksoftirqdRuns());
            out.writeLong(stats.timeSqueeze());
            out.writeLong(stats.ipis());
            out.writeLong(stats.flowLimitCount());
            out.writeLong(stats.softirqNanos());
            out.writeInt(stats.busiestCpu());
            out.writeLong(stats.busiestCpuNanos());
            out.writeLong(stats.clampedArrivals());
            out.writeLong(stats.irqs());
        });
    }

    private static void writeStage(AvroOutput out, StageStats stage) {
        out.writeString(stage.stage());
        out.writeLong(stage.capacity());
        out.writeLong(stage.offered());
        out.writeLong(stage.delivered());
        out.setItemCount(stage.dropped().size());
        for (DropReason reason : REASONS) {
            Long packets = stage.dropped().get(reason);
            if (packets != null) {
                out.writeEnum(reason.ordinal());
                out.writeLong(packets);
            }
        }
        out.writeArrayEnd();
        out.writeLong(stage.depthLast());
        out.writeLong(stage.depthMax());
        out.writeDouble(stage.depthMean());
        writeWaiting(out, stage.waiting());
    }

    private static void writeWaiting(AvroOutput out, WaitQuantiles waiting) {
        out.writeLong(waiting.count());
        out.writeLong(waiting.meanNanos());
        out.writeLong(waiting.p50Nanos());
        out.writeLong(waiting.p90Nanos());
        out.writeLong(waiting.p99Nanos());
        out.writeLong(waiting.p999Nanos());
        out.writeLong(waiting.maxNanos());
    }

    /// @throws UnreadableValueException when the value is no such record
    public static AgentPathStats read(byte[] value) {
        return FRAMING.read(
                value, in -> new AgentPathStats(in.readString(), in.readString(), readStats(in)));
    }

    private static PathStats readStats(AvroInput in) {
        return new PathStats(
                in.readString(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                readStages(in),
                readWaiting(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    private static WaitQuantiles readWaiting(AvroInput in) {
        return new WaitQuantiles(
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    private static List<StageStats> readStages(AvroInput in) {
        var stages = new ArrayList<StageStats>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                stages.add(
                        new StageStats(
                                in.readString(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                readDropped(in),
                                in.readLong(),
                                in.readLong(),
                                in.readDouble(),
                                readWaiting(in)));
            }
        }
        return stages;
    }

    private static Map<DropReason, Long> readDropped(AvroInput in) {
        var dropped = new EnumMap<DropReason, Long>(DropReason.class);
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                dropped.put(REASONS[in.readIndexBelow(REASONS.length)], in.readLong());
            }
        }
        return dropped;
    }
}
