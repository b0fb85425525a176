package headgate.schema;

import headgate.forwarding.VerdictStats;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;

/// [VerdictStats] ⇄ values of the topic `verdict-stats` (`verdict-stats.avsc`).
public final class VerdictStatsCodec {
    public static final Schema SCHEMA = SchemaFiles.load("verdict-stats");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private VerdictStatsCodec() {}

    public static byte[] write(VerdictStats stats) {
        return FRAMING.write(out -> {
            out.writeString(stats.agent());
            out.writeString(stats.capturePoint());
            out.writeInt(stats.lane());
            out.writeLong(stats.secondNanos());
            out.writeLong(stats.packets());
            out.writeLong(stats.bytes());
            writeCounts(out, stats.verdicts());
            writeCounts(out, stats.dropReasons());
            writeCounts(out, stats.counters());
        });
    }

    private static void writeCounts(AvroOutput out, Map<String, Long> counts) throws IOException {
        out.setItemCount(counts.size());
        for (var count : counts.entrySet()) {
            out.writeString(count.getKey());
            out.writeLong(count.getValue());
        }
        out.writeArrayEnd();
    }

    /// @throws UnreadableValueException when the value is no such record
    public static VerdictStats read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new VerdictStats(
                                in.readString(),
                                in.readString(),
                                in.readInt(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                readCounts(in),
                                readCounts(in),
                                readCounts(in)));
    }

    private static SortedMap<String, Long> readCounts(AvroInput in) {
        var counts = new TreeMap<String, Long>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                counts.put(in.readString(), in.readLong());
            }
        }
        return counts;
    }
}
