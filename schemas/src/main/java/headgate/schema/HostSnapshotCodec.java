package headgate.schema;

import headgate.forwarding.HostDocuments;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;

/// [HostDocuments] ⇄ values of the topic `hosts` (`host-snapshot.avsc`).
public final class HostSnapshotCodec {
    public static final Schema SCHEMA = SchemaFiles.load("host-snapshot");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private HostSnapshotCodec() {}

    public static byte[] write(HostDocuments host) {
        return FRAMING.write(out -> {
            out.writeString(host.agent());
            out.writeLong(host.timeNanos());
            out.writeString(host.kernelRelease());
            out.setItemCount(host.documents().size());
            host.documents()
                    .forEach((name, text) -> {
                        out.writeString(name);
                        out.writeString(text);
                    });
            out.writeArrayEnd();
        });
    }

    /// @throws UnreadableValueException when the value is no host snapshot
    public static HostDocuments read(byte[] value) {
        return FRAMING.read(
                value,
                in ->
                        new HostDocuments(
                                in.readString(),
                                in.readLong(),
                                in.readString(),
                                readDocuments(in)));
    }

    private static SortedMap<String, String> readDocuments(AvroInput in) {
        var documents = new TreeMap<String, String>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                documents.put(in.readString(), in.readString());
            }
        }
        return documents;
    }
}
