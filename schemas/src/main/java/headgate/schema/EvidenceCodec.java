package headgate.schema;

import headgate.finding.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;

/// [Evidence] ⇄ values of the topic `flow-evidence` (`evidence.avsc`).
public final class EvidenceCodec {
    public static final Schema SCHEMA = SchemaFiles.load("evidence");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private EvidenceCodec() {}

    public static byte[] write(Evidence evidence) {
        return FRAMING.write(out -> {
            out.writeString(evidence.kind());
            out.writeString(evidence.subject());
            out.writeLong(evidence.minuteNanos());
            out.writeLong(evidence.flows());
            out.writeLong(evidence.of());
            out.writeLong(evidence.amount());
            out.writeLong(evidence.outOf());
            out.setItemCount(evidence.distinct().size());
            new TreeSet<>(evidence.distinct()).forEach(out::writeInt);
            out.writeArrayEnd();
            out.writeLong(evidence.firstNanos());
            out.writeLong(evidence.lastNanos());
            out.setItemCount(evidence.examples().size());
            evidence.examples().forEach(out::writeString);
            out.writeArrayEnd();
        });
    }

    /// @throws UnreadableValueException when the value is no evidence
    public static Evidence read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new Evidence(
                                in.readString(),
                                in.readString(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                readDistinct(in),
                                in.readLong(),
                                in.readLong(),
                                readExamples(in)));
    }

    private static Set<Integer> readDistinct(AvroInput in) {
        var distinct = new TreeSet<Integer>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                distinct.add(in.readInt());
            }
        }
        require(distinct.size() <= Evidence.MOST_DISTINCT, "hashes", distinct.size());
        return distinct;
    }

    private static List<String> readExamples(AvroInput in) {
        var examples = new ArrayList<String>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                examples.add(in.readString());
            }
        }
        require(examples.size() <= Evidence.MOST_EXAMPLES, "examples", examples.size());
        return examples;
    }

    private static void require(boolean holds, String what, int count) {
        if (!holds) {
            throw new UnreadableValueException(count + " " + what + " are more than there can be");
        }
    }
}
