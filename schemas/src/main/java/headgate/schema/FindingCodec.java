package headgate.schema;

import headgate.finding.Finding;
import headgate.finding.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/// [Finding] ⇄ values of the topic `findings` (`finding.avsc`).
public final class FindingCodec {
    public static final Schema SCHEMA = SchemaFiles.load("finding");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);
    private static final Severity[] SEVERITIES = Severity.values();

    private FindingCodec() {}

    public static byte[] write(Finding finding) {
        return FRAMING.write(out -> {
            out.writeString(finding.kind());
            out.writeEnum(finding.severity().ordinal());
            writeNullable(out, finding.agent());
            out.writeString(finding.subject());
            out.writeLong(finding.fromNanos());
            out.writeLong(finding.untilNanos());
            out.writeLong(finding.count());
            out.writeString(finding.what());
            out.setItemCount(finding.evidence().size());
            finding.evidence().forEach(out::writeString);
            out.writeArrayEnd();
            writeNullable(out, finding.advice());
        });
    }

    private static void writeNullable(AvroOutput out, String text) {
        out.writeIndex(text == null ? 0 : 1);
        if (text != null) {
            out.writeString(text);
        }
    }

    /// @throws UnreadableValueException when the value is no finding
    public static Finding read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new Finding(
                                in.readString(),
                                SEVERITIES[in.readIndexBelow(SEVERITIES.length)],
                                readNullable(in),
                                in.readString(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readString(),
                                readEvidence(in),
                                readNullable(in)));
    }

    private static String readNullable(AvroInput in) {
        return in.readIndexBelow(2) == 0 ? null : in.readString();
    }

    private static List<String> readEvidence(AvroInput in) {
        var evidence = new ArrayList<String>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                evidence.add(in.readString());
            }
        }
        return evidence;
    }
}
