package headgate.schema;

import headgate.forwarding.HostDocuments;
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
            ProfileCodec.writeTexts(out, host.documents());
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
                                new TreeMap<>(ProfileCodec.readTexts(in))));
    }
}
